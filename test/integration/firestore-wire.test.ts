import { describe, expect, test } from "vitest";
import { code, fill, useFirestore } from "./firestore-target.ts";
import { firestoreTargets } from "./google-targets.ts";

const integer = (value: number) => ({ integerValue: value });

/** Methods that the official client does not call, but clients in other languages and the console do. */
describe.each(firestoreTargets)("methods on the wire on $name", (target) => {
  const firestore = useFirestore(target);
  const root = () => `${firestore.database}/documents`;

  test("CreateDocument, GetDocument, UpdateDocument and DeleteDocument", async () => {
    const { wire } = firestore;
    const { id: collectionId } = firestore.collection();
    const parent = root();
    const document = { fields: { x: integer(1), y: integer(2) } };
    const [created] = await wire.createDocument({
      parent,
      collectionId,
      documentId: "a",
      document,
    });
    const name = `${parent}/${collectionId}/a`;
    expect(created.name).toBe(name);
    const again = wire.createDocument({ parent, collectionId, documentId: "a", document });
    await expect(again).rejects.toMatchObject({ code: code.alreadyExists });

    const [updated] = await wire.updateDocument({
      document: { name, fields: { x: integer(7) } },
      updateMask: { fieldPaths: ["x"] },
      mask: { fieldPaths: ["x"] },
    });
    expect(updated.fields).toEqual({ x: { valueType: "integerValue", integerValue: "7" } });
    const [found] = await wire.getDocument({ name, mask: { fieldPaths: ["y"] } });
    expect(found.fields).toEqual({ y: { valueType: "integerValue", integerValue: "2" } });
    expect(found.updateTime).toEqual(updated.updateTime);

    await wire.deleteDocument({ name });
    await expect(wire.getDocument({ name })).rejects.toMatchObject({ code: code.notFound });
  });

  test("CreateDocument without an id makes one up", async () => {
    const { id: collectionId } = firestore.collection();
    const request = { parent: root(), collectionId, document: { fields: {} } };
    const [[first], [second]] = await Promise.all([
      firestore.wire.createDocument(request),
      firestore.wire.createDocument(request),
    ]);
    expect(first.name).toMatch(new RegExp(`/${collectionId}/[0-9A-Za-z]{20}$`));
    expect(second.name).not.toBe(first.name);
  });

  test("ListDocuments and ListCollectionIds give pages", async () => {
    const collection = firestore.collection();
    await fill(collection, { a: {}, b: {}, c: {} });
    const request = { parent: root(), collectionId: collection.id, pageSize: 2 };
    const [first, , page] = await firestore.wire.listDocuments(request, { autoPaginate: false });
    const [second] = await firestore.wire.listDocuments(
      { ...request, pageToken: page?.nextPageToken ?? "" },
      { autoPaginate: false },
    );
    const names = [first, second].map((page) => page.map(({ name }) => name?.at(-1)));
    expect(names).toEqual([["a", "b"], ["c"]]);

    const parent = `${root()}/${collection.id}/a`;
    await Promise.all(["x", "y", "z"].map((id) => collection.doc(`a/${id}/1`).set({})));
    // Google's emulator lets only its owner list collections.
    const owner = { headers: { authorization: "Bearer owner" } };
    const ask = (pageToken: string) =>
      firestore.wire.listCollectionIds(
        { parent, pageSize: 2, pageToken },
        { autoPaginate: false, otherArgs: owner },
      );
    const [ids, , next] = await ask("");
    const [more] = await ask(next?.nextPageToken ?? "");
    expect([ids, more]).toEqual([["x", "y"], ["z"]]);
  });

  test("maximum and minimum: the greater and lesser, of equals the stored, of none the given", async () => {
    const ref = firestore.collection().doc("a");
    await ref.set({ low: 1, high: 9, equal: 5, text: "x" });
    const transforms = [
      { fieldPath: "low", maximum: integer(3) },
      { fieldPath: "high", minimum: { doubleValue: 2.5 } },
      { fieldPath: "equal", maximum: { doubleValue: 5 } },
      { fieldPath: "text", minimum: integer(4) },
      { fieldPath: "new", maximum: integer(-1) },
    ];
    const transform = { document: `${root()}/${ref.path}`, fieldTransforms: transforms };
    const { database } = firestore;
    const [{ writeResults }] = await firestore.wire.commit({ database, writes: [{ transform }] });
    expect((await ref.get()).data()).toEqual({ low: 3, high: 2.5, equal: 5, text: 4, new: -1 });
    expect(writeResults?.[0]?.transformResults?.[2]).toMatchObject({ integerValue: "5" });
  });

  test("names that are none are INVALID_ARGUMENT", async () => {
    const { wire, database } = firestore;
    const names = ["", "x", `${database}/documents/odd`, `${database}/documents/a//b`];
    for (const name of names)
      await expect(wire.getDocument({ name })).rejects.toMatchObject({
        code: code.invalidArgument,
      });
  });

  test("a batch write to one document twice is INVALID_ARGUMENT", async () => {
    const { database, wire } = firestore;
    const update = { name: `${root()}/twice/a` };
    const request = { database, writes: [{ update }, { update }] };
    await expect(wire.batchWrite(request)).rejects.toMatchObject({ code: code.invalidArgument });
  });
});
