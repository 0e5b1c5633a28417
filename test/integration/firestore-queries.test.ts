import { AggregateField, type Query } from "@google-cloud/firestore";
import { describe, expect, test } from "vitest";
import { fill, ids, useFirestore } from "./firestore-target.ts";
import { firestoreTargets } from "./google-targets.ts";

const aggregate = async (query: Query) => {
  const fields = {
    count: AggregateField.count(),
    sum: AggregateField.sum("n"),
    average: AggregateField.average("n"),
  };
  return (await query.aggregate(fields).get()).data();
};

describe.each(firestoreTargets)("queries on $name", (target) => {
  const firestore = useFirestore(target);

  describe("scope and shape", () => {
    test("select hands out those fields only", async () => {
      const shaped = firestore.collection();
      await fill(shaped, { a: { x: 1, m: { p: 1, q: 2 } }, b: { m: 1 } });
      const { docs } = await shaped.select("x", "m.q").get();
      expect(docs.map((found) => found.data())).toEqual([{ x: 1, m: { q: 2 } }, {}]);
      const [bare] = (await shaped.select().get()).docs;
      expect(bare?.data()).toEqual({});
    });

    test("a collection is not what lies below or beside it", async () => {
      const outer = firestore.collection();
      await fill(outer, { a: {} });
      await outer.doc("a").collection("inner").doc("b").set({});
      expect(await ids(outer)).toEqual(["a"]);
      expect(await ids(outer.doc("a").collection("inner"))).toEqual(["b"]);
      expect(await ids(firestore.db.collection(`${outer.id}x`))).toEqual([]);
    });

    test("a collection group is every collection of that name", async () => {
      const top = firestore.collection();
      const group = `g-${top.id}`;
      await Promise.all([
        firestore.db.collection(group).doc("1").set({ n: 1 }),
        top.doc("a").collection(group).doc("2").set({ n: 2 }),
        top.doc("a").collection("x").doc("y").collection(group).doc("3").set({ n: 3 }),
        top.doc("a").collection(`${group}x`).doc("4").set({ n: 4 }),
      ]);
      const all = firestore.db.collectionGroup(group);
      expect((await ids(all)).toSorted()).toEqual(["1", "2", "3"]);
      expect(await ids(all.where("n", ">=", 2).orderBy("n", "desc"))).toEqual(["3", "2"]);
    });

    test("ten thousand documents come in order", async () => {
      const many = firestore.collection();
      const writer = firestore.db.bulkWriter({ throttling: false });
      for (let n = 0; n < 10_000; n++)
        void writer.set(many.doc(`d${n}`), { n: (n * 7919) % 10_000, text: `document ${n}` });
      await writer.close();
      const { docs } = await many.orderBy("n").get();
      expect(docs.every((found, n) => found.get("n") === n)).toBe(true);
      expect(docs).toHaveLength(10_000);
    });
  });

  describe("aggregations", () => {
    test("count, sum and average of a query", async () => {
      const numbers = firestore.collection();
      await fill(numbers, { a: { n: 1 }, b: { n: 2 }, c: { n: 4 }, d: { n: "text" } });
      expect(await aggregate(numbers.where("n", "<", 4))).toEqual({
        count: 2,
        sum: 3,
        average: 1.5,
      });
      expect(await aggregate(numbers.orderBy("n").limit(3))).toEqual({
        count: 3,
        sum: 7,
        average: 7 / 3,
      });
    });

    test("sum and average skip what is no number; documents without the field count for nothing", async () => {
      const mixed = firestore.collection();
      await fill(mixed, { a: { n: 1.5 }, b: { n: "x" }, c: { n: null }, d: { other: 1 } });
      expect(await aggregate(mixed)).toEqual({ count: 3, sum: 1.5, average: 1.5 });
      expect((await mixed.count().get()).data()).toEqual({ count: 4 });
    });

    test("of nothing: zero, zero and null", async () => {
      expect(await aggregate(firestore.collection())).toEqual({ count: 0, sum: 0, average: null });
    });

    test("NaN makes the sum NaN", async () => {
      const numbers = firestore.collection();
      await fill(numbers, { a: { n: 1 }, b: { n: Number.NaN } });
      expect(await aggregate(numbers)).toEqual({ count: 2, sum: Number.NaN, average: Number.NaN });
    });

    test("a sum past 64 bits becomes a double", async () => {
      const numbers = firestore.collection();
      await fill(numbers, { a: { n: 2n ** 62n }, b: { n: 2n ** 62n }, c: { n: 2n ** 62n } });
      expect((await aggregate(numbers)).sum).toBe(3 * 2 ** 62);
    });

    test("count stops at a limit", async () => {
      const numbers = firestore.collection();
      await fill(numbers, { a: {}, b: {}, c: {} });
      expect((await numbers.limit(2).count().get()).data().count).toBe(2);
    });
  });
});
