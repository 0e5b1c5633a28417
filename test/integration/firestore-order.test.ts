import {
  type CollectionReference,
  FieldPath,
  FieldValue,
  GeoPoint,
  type Query,
  Timestamp,
} from "@google-cloud/firestore";
import { beforeAll, describe, expect, test } from "vitest";
import { fill, ids, useFirestore } from "./firestore-target.ts";
import { firestoreTargets } from "./google-targets.ts";

describe.each(firestoreTargets)("order on $name", (target) => {
  const firestore = useFirestore(target);
  const name = FieldPath.documentId();

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
});
