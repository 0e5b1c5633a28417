import { once as ended } from "node:events";
import { type CollectionReference, FieldPath, Filter, type Query } from "@google-cloud/firestore";
import { beforeAll, describe, expect, test } from "vitest";
import { code, fill, ids, queryRefusal, useFirestore } from "./firestore-target.ts";
import { firestoreTargets } from "./google-targets.ts";

const contains = (integerValue: number) => ({
  fieldFilter: {
    field: { fieldPath: "tags" },
    op: "ARRAY_CONTAINS" as const,
    value: { integerValue },
  },
});

describe.each(firestoreTargets)("filters on $name", (target) => {
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
      expect(await queryRefusal(query(sounds))).toBe(code.invalidArgument);
    });

    test("names last first need an equality beside: else FAILED_PRECONDITION", async () => {
      const down = sounds.orderBy(name, "desc");
      expect(await queryRefusal(down)).toBe(code.failedPrecondition);
      expect(await queryRefusal(down.where(name, ">", "a"))).toBe(code.failedPrecondition);
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
});
