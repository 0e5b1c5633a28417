import { FieldValue, Timestamp } from "@google-cloud/firestore";
import { describe, expect, test } from "vitest";
import { code, ids, refusal, stored, useFirestore } from "./firestore-target.ts";
import { firestoreTargets } from "./google-targets.ts";

describe.each(firestoreTargets)("writes on $name", (target) => {
  const firestore = useFirestore(target);
  const doc = (id = "a") => firestore.collection().doc(id);

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
});
