import { FieldPath, FieldValue, GeoPoint, Timestamp } from "@google-cloud/firestore";
import { describe, expect, test } from "vitest";
import { fill, ids, stored, useFirestore } from "./firestore-target.ts";
import { firestoreTargets } from "./google-targets.ts";

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
