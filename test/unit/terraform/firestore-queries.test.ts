import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "#emulators/commands/build/bundle.ts";
import { requiredIndexes, serves } from "./firestore-queries.ts";

const recordings = `const recordings = firestore.collection("recordings");\n`;

const ordersOf = (query: string) =>
  requiredIndexes(query).map((index) => index.fields.map((field) => field.order));
const declare = (...names: string[]) => ({
  collectionGroup: "c",
  queryScope: "COLLECTION" as const,
  fields: names.map((fieldPath) => ({
    fieldPath,
    order: fieldPath === "t" ? ("DESCENDING" as const) : ("ASCENDING" as const),
  })),
});

const read = (file: string) => readFileSync(join(root, file), "utf8");

test("the emulator's configuration and terraform/ read one file of indexes", () => {
  const { firestore } = JSON.parse(read("firebase.json")) as { firestore: { indexes: string } };
  expect(read("terraform/catalog.tf")).toContain(`/../${firestore.indexes}"`);
});

describe("queries that need no composite index", () => {
  test.each([
    `recordings.doc(documentId(id)).get()`,
    `recordings.where("license", "==", license).where("source", "==", source).get()`,
    `recordings.orderBy("updatedAt", "desc").limit(10).get()`,
    `recordings.where("updatedAt", ">", since).orderBy("updatedAt").get()`,
  ])("%s", (query) => {
    expect(requiredIndexes(recordings + query)).toEqual([]);
  });
});

describe("queries that need one", () => {
  test("an equality and an order", () => {
    const query = `await recordings.where("rejected.load.reason", "==", reason(a, b)).orderBy("updatedAt", "desc").get()`;
    expect(requiredIndexes(recordings + query)).toEqual([
      {
        collectionGroup: "recordings",
        queryScope: "COLLECTION",
        fields: [
          { fieldPath: "rejected.load.reason", order: null },
          { fieldPath: "updatedAt", order: "DESCENDING" },
        ],
      },
    ]);
  });

  test("two orders, an array beside a range, a collection group", () => {
    expect(ordersOf(`db.collection("crawls").orderBy("a").orderBy("b", "desc")`)).toEqual([
      ["ASCENDING", "DESCENDING"],
    ]);
    expect(
      ordersOf(`db.collection("crawls").where("tags", "array-contains", t).where("b", "<", 1)`),
    ).toEqual([["CONTAINS", "ASCENDING"]]);
    expect(
      requiredIndexes(`db.collectionGroup("parts").where("a", "==", 1).orderBy("b")`)[0]
        ?.queryScope,
    ).toBe("COLLECTION_GROUP");
  });
});

test("a query that cannot be read is an error, not a pass", () => {
  expect(() => requiredIndexes(`something.where("a", "==", 1).orderBy("b")`)).toThrow(
    "cannot tell the collection",
  );
  expect(() => requiredIndexes(`${recordings}recordings.where(field, operator, 1)`)).toThrow(
    "not written out",
  );
  expect(() => requiredIndexes(`build(x)[0].where("a", "==", 1)`)).toThrow(
    "one chain on its collection",
  );
});

test("an index serves whatever the order of its equalities, and nothing else", () => {
  const [needed] = requiredIndexes(
    `db.collection("c").where("a", "==", 1).where("b", "==", 2).orderBy("t", "desc")`,
  );
  expect(needed && serves(declare("b", "a", "t"), needed)).toBe(true);
  expect(needed && serves(declare("a", "t"), needed)).toBe(false);
  expect(needed && serves(declare("t", "a", "b"), needed)).toBe(false);
});
