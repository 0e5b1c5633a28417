import {
  FieldPath,
  FieldValue,
  GeoPoint,
  Timestamp,
  type DocumentReference,
} from "@google-cloud/firestore";
import { describe, expect, test } from "vitest";
import { code, fill, ids, useFirestore } from "./firestore-target.ts";
import { firestoreTargets } from "./google-targets.ts";

const stored = async (ref: DocumentReference) => (await ref.get()).data();

/** The status code that the work is refused with; 0 when it is not. */
const refusal = async (work: Promise<unknown>): Promise<number> => {
  try {
    await work;
    return 0;
  } catch (error) {
    return (error as { code: number }).code;
  }
};

describe.each(firestoreTargets)("documents on $name", (target) => {
  const firestore = useFirestore(target);
  const doc = (id = "a") => firestore.collection().doc(id);

  describe("reading and writing", () => {
    test("a missing document does not exist", async () => {
      const snapshot = await doc().get();
      expect(snapshot.exists).toBe(false);
      expect(snapshot.readTime.toMillis()).toBeGreaterThan(1.6e12);
    });

    test("every type of value comes back as it was", async () => {
      const ref = doc();
      const fields = {
        null: null,
        yes: true,
        no: false,
        zero: 0,
        integer: 42,
        negative: -7,
        double: 0.1,
        minusZero: -0,
        nan: Number.NaN,
        infinity: Infinity,
        empty: "",
        text: "żółć 🎙️ \u0000",
        bytes: Buffer.from([0, 1, 255]),
        time: Timestamp.fromMillis(1_234_567_890_123),
        early: Timestamp.fromMillis(-86_400_123),
        place: new GeoPoint(-12.5, 30),
        list: [1, "two", 3, null, { four: 4 }],
        emptyList: [],
        map: { nested: { deep: true }, "odd.key": 1 },
        emptyMap: {},
        ref,
      };
      await ref.set(fields);
      expect(await stored(ref)).toEqual(fields);
      expect(Object.is((await stored(ref))?.["minusZero"], -0)).toBe(true);
    });

    test("big integers keep every digit", async () => {
      const ref = doc();
      await ref.set({ n: 9_223_372_036_854_775_807n });
      await ref.update({ n: FieldValue.increment(-1) });
      const [found] = (await ref.parent.where("n", ">", 9_223_372_036_854_775_805n).get()).docs;
      expect(found?.id).toBe("a");
      expect(await ids(ref.parent.where("n", ">", 9_223_372_036_854_775_806n))).toEqual([]);
    });

    test("timestamps are rounded down to the microsecond", async () => {
      const ref = doc();
      await ref.set({ at: new Timestamp(100, 123_456_789) });
      expect(await stored(ref)).toEqual({ at: new Timestamp(100, 123_456_000) });
    });

    test("vectors come back", async () => {
      const ref = doc();
      await ref.set({ v: FieldValue.vector([1, 2.5]) });
      expect((await ref.get()).get("v").toArray()).toEqual([1, 2.5]);
    });

    test("set replaces the whole document", async () => {
      const ref = doc();
      await ref.set({ a: 1, b: 2 });
      await ref.set({ b: 3 });
      expect(await stored(ref)).toEqual({ b: 3 });
    });

    test("set with merge keeps the other fields, also inside maps", async () => {
      const ref = doc();
      await ref.set({ a: 1, m: { x: 1, y: 2 } });
      await ref.set({ m: { y: 3 }, b: 2 }, { merge: true });
      expect(await stored(ref)).toEqual({ a: 1, b: 2, m: { x: 1, y: 3 } });
    });

    test("set with merge and nothing to merge makes an empty document", async () => {
      const ref = doc();
      await ref.set({}, { merge: true });
      expect(await stored(ref)).toEqual({});
    });

    test("set with mergeFields writes those fields only", async () => {
      const ref = doc();
      await ref.set({ a: 1, m: { x: 1 } });
      await ref.set({ a: 2, m: { x: 2, y: 2 } }, { mergeFields: ["m.y"] });
      expect(await stored(ref)).toEqual({ a: 1, m: { x: 1, y: 2 } });
    });

    test("update changes dotted paths and quoted names", async () => {
      const ref = doc();
      await ref.set({ m: { x: 1, y: 2 }, other: true });
      await ref.update("m.x", 5, new FieldPath("odd.key", "`tick`"), 6);
      expect(await stored(ref)).toEqual({
        m: { x: 5, y: 2 },
        other: true,
        "odd.key": { "`tick`": 6 },
      });
    });

    test("update replaces a scalar on the way by a map", async () => {
      const ref = doc();
      await ref.set({ m: 1 });
      await ref.update({ "m.x": 1 });
      expect(await stored(ref)).toEqual({ m: { x: 1 } });
    });

    test("update deletes a field, and one that is not there", async () => {
      const ref = doc();
      await ref.set({ a: 1, m: { x: 1 } });
      await ref.update({
        a: FieldValue.delete(),
        "m.x": FieldValue.delete(),
        z: FieldValue.delete(),
      });
      expect(await stored(ref)).toEqual({ m: {} });
    });

    test("delete removes; deleting what is not there is no error", async () => {
      const ref = doc();
      await ref.set({ a: 1 });
      await ref.delete();
      await ref.delete();
      expect((await ref.get()).exists).toBe(false);
    });

    test("ids are kept as they are: percent signs, spaces, dots, other scripts", async () => {
      const collection = firestore.collection();
      const names = [
        "freesound%2F123.mp3",
        "a b",
        "..c",
        "żółw",
        "🎙",
        "%",
        "a+b?c=d&e#f",
        "`x`",
        "\\",
      ];
      for (const id of names) await collection.doc(id).set({ id });
      for (const id of names) expect(await stored(collection.doc(id))).toEqual({ id });
      expect((await ids(collection)).toSorted()).toEqual(names.toSorted());
    });

    test("getAll answers in the order asked, missing ones included, under a mask", async () => {
      const collection = firestore.collection();
      await fill(collection, { a: { x: 1, y: 1, m: { p: 1, q: 2 } }, b: { x: 2, y: 2 } });
      const refs = ["b", "none", "a"].map((id) => collection.doc(id));
      const found = await firestore.db.getAll(...refs, { fieldMask: ["x", "m.q"] });
      expect(found.map((snapshot) => [snapshot.id, snapshot.data()])).toEqual([
        ["b", { x: 2 }],
        ["none", undefined],
        ["a", { x: 1, m: { q: 2 } }],
      ]);
    });

    test("named databases are apart", async () => {
      const other = firestore.open({ databaseId: "other" });
      const ref = doc();
      await ref.set({ in: "default" });
      await other.doc(ref.path).set({ in: "other" });
      expect(await stored(ref)).toEqual({ in: "default" });
      expect(await stored(other.doc(ref.path))).toEqual({ in: "other" });
    });
  });

  describe("times", () => {
    test("create and update times: the first stays, the second moves", async () => {
      const ref = doc();
      const first = await ref.set({ n: 1 });
      const second = await ref.set({ n: 2 });
      const { createTime, updateTime } = await ref.get();
      expect(createTime?.isEqual(first.writeTime)).toBe(true);
      expect(updateTime?.isEqual(second.writeTime)).toBe(true);
      expect(second.writeTime.valueOf() > first.writeTime.valueOf()).toBe(true);
    });

    test("a write that changes nothing keeps the update time", async () => {
      const ref = doc();
      const first = await ref.set({ n: 1 });
      await ref.set({ n: 1 });
      expect((await ref.get()).updateTime?.isEqual(first.writeTime)).toBe(true);
    });

    test("a document deleted and made again has a new create time", async () => {
      const ref = doc();
      const first = await ref.set({ n: 1 });
      await ref.delete();
      await ref.set({ n: 1 });
      const { createTime } = await ref.get();
      expect(createTime !== undefined && createTime.valueOf() > first.writeTime.valueOf()).toBe(
        true,
      );
    });

    test("all writes of a batch have one time", async () => {
      const collection = firestore.collection();
      await fill(collection, { a: {}, b: {} });
      const [a, b] = (await collection.get()).docs;
      expect(a?.updateTime.isEqual(b?.updateTime ?? new Timestamp(0, 0))).toBe(true);
    });
  });

  describe("preconditions", () => {
    test("create of what exists: ALREADY_EXISTS", async () => {
      const ref = doc();
      await ref.create({ n: 1 });
      expect(await refusal(ref.create({ n: 2 }))).toBe(code.alreadyExists);
      expect(await stored(ref)).toEqual({ n: 1 });
    });

    test("update of what is missing: NOT_FOUND", async () => {
      const ref = doc();
      expect(await refusal(ref.update({ n: 1 }))).toBe(code.notFound);
      expect((await ref.get()).exists).toBe(false);
    });

    test("delete of what is missing under exists: NOT_FOUND", async () => {
      expect(await refusal(doc().delete({ exists: true }))).toBe(code.notFound);
    });

    test("update under the right update time passes, under an old one FAILED_PRECONDITION", async () => {
      const ref = doc();
      const { writeTime } = await ref.set({ n: 1 });
      await ref.update({ n: 2 }, { lastUpdateTime: writeTime });
      expect(await refusal(ref.update({ n: 3 }, { lastUpdateTime: writeTime }))).toBe(
        code.failedPrecondition,
      );
      expect(await stored(ref)).toEqual({ n: 2 });
    });

    test("delete under an old update time: FAILED_PRECONDITION", async () => {
      const ref = doc();
      const { writeTime } = await ref.set({ n: 1 });
      await ref.set({ n: 2 });
      expect(await refusal(ref.delete({ lastUpdateTime: writeTime }))).toBe(
        code.failedPrecondition,
      );
    });

    test("an update time asked of a missing document: FAILED_PRECONDITION", async () => {
      expect(await refusal(doc().delete({ lastUpdateTime: Timestamp.now() }))).toBe(
        code.failedPrecondition,
      );
    });

    test("one of eight racing creators wins", async () => {
      const ref = doc();
      const racers = Array.from({ length: 8 }, (_, n) => ref.create({ n }));
      const outcomes = await Promise.allSettled(racers);
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    });
  });

  describe("batches and bulk writes", () => {
    test("a batch with one refused write does nothing", async () => {
      const collection = firestore.collection();
      const batch = firestore.db.batch().set(collection.doc("a"), { n: 1 });
      batch.update(collection.doc("missing"), { n: 1 });
      expect(await refusal(batch.commit())).toBe(code.notFound);
      expect(await ids(collection)).toEqual([]);
    });

    test("writes of a batch see those before them", async () => {
      const ref = doc();
      const batch = firestore.db.batch().create(ref, { n: 1 }).update(ref, { m: 2 });
      await batch.commit();
      expect(await stored(ref)).toEqual({ n: 1, m: 2 });
      await firestore.db.batch().delete(ref).create(ref, { again: true }).commit();
      expect(await stored(ref)).toEqual({ again: true });
    });

    test("writes of a batch that exclude each other: INVALID_ARGUMENT", async () => {
      const ref = doc();
      await ref.set({ n: 1 });
      expect(await refusal(firestore.db.batch().delete(ref).update(ref, { n: 2 }).commit())).toBe(
        code.invalidArgument,
      );
      expect(await refusal(firestore.db.batch().set(ref, {}).create(ref, {}).commit())).toBe(
        code.invalidArgument,
      );
      expect(await stored(ref)).toEqual({ n: 1 });
    });

    test("BulkWriter writes a thousand documents", async () => {
      const collection = firestore.collection();
      const writer = firestore.db.bulkWriter({ throttling: false });
      for (let n = 0; n < 1000; n++) void writer.set(collection.doc(`d${n}`), { n });
      await writer.close();
      expect((await collection.count().get()).data().count).toBe(1000);
    });

    test("BulkWriter reports each refused write and makes the others", async () => {
      const collection = firestore.collection();
      await collection.doc("there").set({ n: 0 });
      const writer = firestore.db.bulkWriter();
      writer.onWriteError(() => false);
      const outcomes = Promise.allSettled([
        writer.create(collection.doc("there"), { n: 1 }),
        writer.create(collection.doc("new"), { n: 1 }),
        writer.update(collection.doc("missing"), { n: 1 }),
        writer.delete(collection.doc("gone")),
      ]);
      await writer.close();
      expect(
        (await outcomes).map((outcome) =>
          outcome.status === "rejected" ? outcome.reason.code : 0,
        ),
      ).toEqual([code.alreadyExists, 0, code.notFound, 0]);
    });

    test("recursiveDelete takes a document with everything below, and nothing beside", async () => {
      const collection = firestore.collection();
      const paths = ["a", "a/sub/b", "a/sub/b/deep/c", "a/other/d", "ab", "ab/sub/e", "b"];
      await Promise.all(
        paths.map((path) => firestore.db.doc(`${collection.path}/${path}`).set({ path })),
      );
      await firestore.db.recursiveDelete(collection.doc("a"));
      expect(await ids(collection)).toEqual(["ab", "b"]);
      expect(await ids(collection.doc("a").collection("sub"))).toEqual([]);
      expect(await ids(collection.doc("ab").collection("sub"))).toEqual(["e"]);
      await firestore.db.recursiveDelete(collection);
      expect(await ids(collection)).toEqual([]);
      expect(await ids(collection.doc("ab").collection("sub"))).toEqual([]);
    });
  });

  describe("field transforms", () => {
    test("serverTimestamp is the time of the commit, to the millisecond", async () => {
      const ref = doc();
      const { writeTime } = await ref.set({
        at: FieldValue.serverTimestamp(),
        m: { at: FieldValue.serverTimestamp() },
      });
      const { at, m } = (await stored(ref)) as { at: Timestamp; m: { at: Timestamp } };
      expect(Math.abs(at.toMillis() - writeTime.toMillis())).toBeLessThan(1000);
      expect(at.nanoseconds % 1e6).toBe(0);
      expect(m.at.isEqual(at)).toBe(true);
    });

    test("increment adds, starts at zero, and replaces what is no number", async () => {
      const ref = doc();
      const one = FieldValue.increment(1);
      await ref.set({ int: 41, double: 0.5, text: "x" });
      await ref.update({
        int: one,
        double: one,
        text: one,
        new: one,
        "m.n": FieldValue.increment(0.25),
      });
      expect(await stored(ref)).toEqual({ int: 42, double: 1.5, text: 1, new: 1, m: { n: 0.25 } });
    });

    test("increment stops at the end of 64 bits", async () => {
      const ref = doc();
      await ref.set({ n: 9_223_372_036_854_775_800n });
      await ref.update({ n: FieldValue.increment(1000) });
      expect(await ids(ref.parent.where("n", "==", 9_223_372_036_854_775_807n))).toEqual(["a"]);
    });

    test("arrayUnion adds what is missing, once, numbers by value", async () => {
      const ref = doc();
      await ref.set({ list: [1, "a"], text: "x" });
      await ref.update({
        list: FieldValue.arrayUnion("a", "b", "b", 1, { m: 1 }),
        text: FieldValue.arrayUnion(1),
        new: FieldValue.arrayUnion(2, 2),
      });
      expect(await stored(ref)).toEqual({ list: [1, "a", "b", { m: 1 }], text: [1], new: [2] });
    });

    test("arrayRemove takes every equal element", async () => {
      const ref = doc();
      await ref.set({ list: [1, 2, 1, { m: 1 }, "a"] });
      await ref.update({
        list: FieldValue.arrayRemove(1, { m: 1 }),
        new: FieldValue.arrayRemove(1),
      });
      expect(await stored(ref)).toEqual({ list: [2, "a"], new: [] });
    });

    test("transforms under set with merge leave the rest", async () => {
      const ref = doc();
      await ref.set({ a: 1 });
      await ref.set({ n: FieldValue.increment(2) }, { merge: true });
      expect(await stored(ref)).toEqual({ a: 1, n: 2 });
    });
  });

  describe("limits", () => {
    test("a value of 1,048,487 bytes fits, one more is INVALID_ARGUMENT", async () => {
      const ref = firestore.db.doc("s/a"); // the name counts towards the document's own limit
      await ref.set({ s: "x".repeat(1_048_487) });
      expect(await refusal(ref.set({ s: "x".repeat(1_048_488) }))).toBe(code.invalidArgument);
    });

    test("a document over 1 MiB in many fields is INVALID_ARGUMENT", async () => {
      const half = "x".repeat(524_288);
      expect(await refusal(doc().set({ a: half, b: half }))).toBe(code.invalidArgument);
    });

    test("reserved ids and field names are INVALID_ARGUMENT", async () => {
      expect(await refusal(doc("__x__").set({}))).toBe(code.invalidArgument);
      expect(await refusal(firestore.db.doc("__c__/a").set({}))).toBe(code.invalidArgument);
      expect(await refusal(doc().set({ __x__: 1 }))).toBe(code.invalidArgument);
    });

    test("an id over 1500 bytes is INVALID_ARGUMENT", async () => {
      await doc("i".repeat(1500)).set({});
      expect(await refusal(doc("i".repeat(1501)).set({}))).toBe(code.invalidArgument);
    });
  });

  describe("what is there", () => {
    test("listCollections names what holds documents, at the root and below", async () => {
      const ref = doc();
      await Promise.all([
        ref.collection("y").doc("1").set({}),
        ref.collection("x").doc("1").set({}),
      ]);
      await ref.collection("gone").doc("1").set({});
      await ref.collection("gone").doc("1").delete();
      expect((await ref.listCollections()).map(({ id }) => id)).toEqual(["x", "y"]);
      expect((await firestore.db.listCollections()).map(({ id }) => id)).toContain(ref.parent.id);
    });

    test("listDocuments names missing documents that have something below", async () => {
      const collection = firestore.collection();
      await collection.doc("b").set({});
      await collection.doc("a").collection("sub").doc("deep").set({});
      expect((await collection.listDocuments()).map(({ id }) => id)).toEqual(["a", "b"]);
      expect(await ids(collection)).toEqual(["b"]);
    });
  });
});
