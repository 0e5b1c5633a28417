import { once as ended } from "node:events";
import {
  AggregateField,
  type CollectionReference,
  FieldPath,
  FieldValue,
  Filter,
  GeoPoint,
  type Query,
  Timestamp,
} from "@google-cloud/firestore";
import { beforeAll, describe, expect, test } from "vitest";
import { code, fill, ids, refusal, useFirestore } from "./firestore-target.ts";
import { firestoreTargets } from "./google-targets.ts";

const contains = (integerValue: number) => ({
  fieldFilter: {
    field: { fieldPath: "tags" },
    op: "ARRAY_CONTAINS" as const,
    value: { integerValue },
  },
});

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
  const name = FieldPath.documentId();

  describe("filters", () => {
    let sounds: CollectionReference;
    beforeAll(async () => {
      sounds = firestore.collection();
      await fill(sounds, {
        a: { n: 1, label: "Good", tags: ["speech", "male"], at: { x: 1 } },
        b: { n: 2.5, label: "Poor", tags: ["speech", 7], at: { x: 2 } },
        c: { n: 3, label: "Good", tags: [], at: { x: 3 } },
        d: { n: 4, label: "Fair", at: {} },
        e: { n: "4", label: null },
        f: { n: Number.NaN },
        g: { label: "Good" },
      });
    });

    test.each<[string, FirebaseFirestore.WhereFilterOp, unknown, string]>([
      ["label", "==", "Good", "acg"],
      ["label", "==", null, "e"],
      ["n", "==", 3, "c"],
      ["n", "==", Number.NaN, "f"],
      ["n", "<", 3, "ab"],
      ["n", "<=", 3, "abc"],
      ["n", ">", 2.5, "cd"],
      ["n", ">=", 2.5, "bcd"],
      ["n", ">=", "", "e"],
      ["label", ">", "Fair", "acgb"],
      ["label", "!=", "Good", "db"],
      ["label", "!=", null, "dacgb"],
      ["n", "!=", Number.NaN, "abcde"],
      ["n", "!=", 1, "fbcde"],
      ["label", "in", ["Fair", "Poor", "None"], "bd"],
      ["n", "in", [3, "4"], "ce"],
      ["n", "in", [1, null, Number.NaN], "a"],
      ["label", "not-in", ["Good", "Fair"], "b"],
      ["label", "not-in", ["Good", null], ""],
      ["tags", "array-contains", "speech", "ab"],
      ["tags", "array-contains", 7, "b"],
      ["tags", "array-contains-any", ["male", 7], "ab"],
      ["tags", "==", ["speech", "male"], "a"],
      ["at", "==", { x: 2 }, "b"],
      ["at.x", ">", 1, "bc"],
    ])("%s %s %j finds %s", async (field, op, value, found) => {
      expect((await ids(sounds.where(field, op, value))).join("")).toBe(found);
    });

    test("filters together: all must match", async () => {
      const query = sounds.where("label", "==", "Good").where("n", ">=", 2);
      expect(await ids(query)).toEqual(["c"]);
    });

    test("inequalities on two fields order by both", async () => {
      const query = sounds.where("n", ">", 0).where("label", ">", "A");
      expect(await ids(query)).toEqual(["d", "a", "c", "b"]);
    });

    test("OR over fields", async () => {
      const either = Filter.or(Filter.where("label", "==", "Poor"), Filter.where("n", "==", 4));
      expect(await ids(sounds.where(either))).toEqual(["b", "d"]);
    });

    test("AND of ORs, nested", async () => {
      const label = Filter.or(
        Filter.where("label", "==", "Good"),
        Filter.where("label", "==", "Poor"),
      );
      const n = Filter.or(Filter.where("n", ">", 2.7), Filter.where("tags", "array-contains", 7));
      expect((await ids(sounds.where(Filter.and(label, n)))).toSorted()).toEqual(["b", "c"]);
    });

    test("OR with an inequality still leaves out documents without its field", async () => {
      const either = Filter.or(Filter.where("n", ">", 3), Filter.where("label", "==", "Good"));
      expect((await ids(sounds.where(either))).toSorted()).toEqual(["a", "c", "d"]);
    });

    test("by document name: equal, range, in", async () => {
      expect(await ids(sounds.where(name, "==", "c"))).toEqual(["c"]);
      expect(await ids(sounds.where(name, ">=", "f"))).toEqual(["f", "g"]);
      expect(await ids(sounds.where(name, "in", ["g", "none", "a"]))).toEqual(["a", "g"]);
      expect(await ids(sounds.where(name, "!=", "a").limit(2))).toEqual(["b", "c"]);
    });

    test("references compare as values", async () => {
      const links = firestore.collection();
      await fill(links, { a: { to: sounds.doc("a") }, b: { to: sounds.doc("b") } });
      expect(await ids(links.where("to", "==", sounds.doc("b")))).toEqual(["b"]);
    });

    test.each<[string, (from: CollectionReference) => Query]>([
      ["an empty list", (from) => from.where("n", "in", [])],
      [
        "more than 30 values",
        (from) => from.where("n", "in", [...Array.from({ length: 31 }).keys()]),
      ],
      [
        "more than 10 for not-in",
        (from) => from.where("n", "not-in", [...Array.from({ length: 11 }).keys()]),
      ],
      ["two negations", (from) => from.where("n", "!=", 1).where("label", "not-in", ["a"])],
      ["not-in beside in", (from) => from.where("n", "in", [1]).where("label", "not-in", ["a"])],
      [
        "over 30 disjunctions",
        (from) =>
          from
            .where("n", "in", [1, 2, 3, 4, 5, 6])
            .where("label", "in", ["a", "b", "c", "d", "e", "f"]),
      ],
      ["an order past the name", (from) => from.orderBy(name).orderBy("n")],
    ])("%s is INVALID_ARGUMENT", async (_what, query) => {
      expect(await refusal(query(sounds))).toBe(code.invalidArgument);
    });

    test("names last first need an equality beside: else FAILED_PRECONDITION", async () => {
      const down = sounds.orderBy(name, "desc");
      expect(await refusal(down)).toBe(code.failedPrecondition);
      expect(await refusal(down.where(name, ">", "a"))).toBe(code.failedPrecondition);
      expect(await ids(sounds.where("label", "==", "Good").orderBy(name, "desc"))).toEqual([
        "g",
        "c",
        "a",
      ]);
    });

    test("two array-contains are INVALID_ARGUMENT, told to a plain read", async () => {
      const structuredQuery = {
        from: [{ collectionId: sounds.id }],
        where: { compositeFilter: { op: "AND" as const, filters: [contains(1), contains(2)] } },
      };
      const request = { parent: `${firestore.database}/documents`, structuredQuery };
      const once = { retryRequestOptions: { retries: 0, noResponseRetries: 0 } };
      const answers = firestore.wire.runQuery(request, once).resume();
      await expect(ended(answers, "end")).rejects.toMatchObject({ code: code.invalidArgument });
    });
  });

  describe("order", () => {
    test("values of all types have one order, and the other way round", async () => {
      const mixed = firestore.collection();
      const values = {
        null: null,
        false: false,
        true: true,
        nan: Number.NaN,
        minusInfinity: -Infinity,
        minus: -1,
        zero: 0,
        half: 0.5,
        one: 1,
        infinity: Infinity,
        early: Timestamp.fromMillis(1),
        late: Timestamp.fromMillis(2),
        empty: "",
        upper: "Z",
        lower: "a",
        longer: "aa",
        accent: "é",
        private: "\uE000",
        emoji: "🎙",
        bytes: Buffer.from([1]),
        moreBytes: Buffer.from([1, 0]),
        ref: mixed.doc("a"),
        refBelow: mixed.doc("a/b/c"),
        refNext: mixed.doc("b"),
        south: new GeoPoint(-1, 5),
        north: new GeoPoint(1, 0),
        list: [],
        list1: [1],
        list1a: [1, "a"],
        list2: [2],
        vector: FieldValue.vector([9]),
        vector2: FieldValue.vector([1, 1]),
        map: {},
        mapA: { a: 1 },
        mapAB: { a: 1, b: 0 },
        mapA2: { a: 2 },
        mapB: { b: 0 },
      };
      await fill(
        mixed,
        Object.fromEntries(Object.entries(values).map(([id, value]) => [id, { value }])),
      );
      await mixed.doc("missing").set({ other: 1 });
      expect(await ids(mixed.orderBy("value"))).toEqual(Object.keys(values));
      expect(await ids(mixed.orderBy("value", "desc"))).toEqual(Object.keys(values).toReversed());
    });

    test("equal numbers of both kinds are ordered by name; big ones exactly", async () => {
      const numbers = firestore.collection();
      await fill(numbers, {
        b: { n: 1 },
        a: { n: 1.0 },
        c: { n: 9_007_199_254_740_993n },
        d: { n: 9_007_199_254_740_992 },
      });
      expect(await ids(numbers.orderBy("n"))).toEqual(["a", "b", "d", "c"]);
    });

    test("names are ordered by bytes, numbers in them as text", async () => {
      const named = firestore.collection();
      await fill(named, { "10": {}, "9": {}, a: {}, B: {}, é: {}, "\uE000": {}, "🎙": {} });
      expect(await ids(named)).toEqual(["10", "9", "B", "a", "é", "\uE000", "🎙"]);
    });

    test("several fields in their own directions; the last decides for the name", async () => {
      const grid = firestore.collection();
      await fill(grid, {
        a: { x: 1, y: 1 },
        b: { x: 1, y: 2 },
        c: { x: 0, y: 1 },
        d: { x: 1, y: 2 },
        e: { x: 1 },
      });
      expect(await ids(grid.orderBy("x").orderBy("y", "desc"))).toEqual(["c", "d", "b", "a"]);
      expect(await ids(grid.orderBy("x", "desc").orderBy("y"))).toEqual(["a", "b", "d", "c"]);
    });
  });

  describe("cursors and limits", () => {
    let numbers: CollectionReference;
    let byN: Query;
    beforeAll(async () => {
      numbers = firestore.collection();
      byN = numbers.orderBy("n");
      await fill(numbers, { a: { n: 1 }, b: { n: 2 }, c: { n: 2 }, d: { n: 3 }, e: { n: 4 } });
    });

    test.each<[string, (query: Query) => Query, string]>([
      ["startAt", (query) => query.startAt(2), "bcde"],
      ["startAfter", (query) => query.startAfter(2), "de"],
      ["endAt", (query) => query.endAt(2), "abc"],
      ["endBefore", (query) => query.endBefore(2), "a"],
      ["both ends", (query) => query.startAt(2).endBefore(4), "bcd"],
      ["a value between", (query) => query.startAt(2.5), "de"],
      ["limit", (query) => query.limit(2), "ab"],
      ["limit and start", (query) => query.startAfter(1).limit(2), "bc"],
      ["limitToLast", (query) => query.limitToLast(2), "de"],
      ["limitToLast and end", (query) => query.endBefore(4).limitToLast(2), "cd"],
      ["offset", (query) => query.offset(3), "de"],
      ["offset and limit", (query) => query.offset(1).limit(2), "bc"],
      ["offset past the end", (query) => query.offset(9), ""],
    ])("%s", async (_what, query, found) => {
      expect((await ids(query(byN))).join("")).toBe(found);
    });

    test("cursors in descending order", async () => {
      const down = numbers.orderBy("n", "desc");
      expect(await ids(down.startAt(3).endAt(2))).toEqual(["d", "c", "b"]);
    });

    test("cursors on two fields, and on the name", async () => {
      expect(await ids(byN.orderBy(name).startAt(2, "c"))).toEqual(["c", "d", "e"]);
      expect(await ids(numbers.orderBy(name).startAfter("b").endAt("d"))).toEqual(["c", "d"]);
    });

    test("a snapshot as cursor tells equal values apart", async () => {
      const b = await numbers.doc("b").get();
      expect(await ids(byN.startAfter(b))).toEqual(["c", "d", "e"]);
    });

    test("pages by cursor meet every document once", async () => {
      const seen: string[] = [];
      for (let page = byN.limit(2); ;) {
        const { docs } = await page.get();
        seen.push(...docs.map(({ id }) => id));
        const last = docs.at(-1);
        if (last === undefined) break;
        page = byN.startAfter(last).limit(2);
      }
      expect(seen).toEqual(["a", "b", "c", "d", "e"]);
    });
  });

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
