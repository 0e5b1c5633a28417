import { Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type StorageEmulator, startStorageEmulator } from "#emulators/storage/index.ts";
import { openStored, type Stored } from "#shared/objects/stored.ts";

let storage: StorageEmulator;
let stored: Stored;
let bucket = "";
let buckets = 0;

beforeAll(async () => {
  storage = await startStorageEmulator();
});
afterAll(() => storage.close());
beforeEach(() => {
  bucket = `bucket-${++buckets}`;
  storage.objects.createBucket(bucket);
  stored = openStored(new Storage({ apiEndpoint: storage.url, projectId: "test" }), bucket);
});

const put = (name: string, metadata: Record<string, string> = {}) =>
  storage.objects.put(bucket, name, "bytes", { metadata, contentType: "audio/mpeg" });
const keys = (found: ReadonlyMap<string, unknown>) => [...found.keys()].toSorted();

test("finds those of the names that are there, with what is said of them", async () => {
  const { generation } = put("a/2.mp3", { title: "Two" });
  put("a/3.mp3");
  put("a/300.mp3");
  const found = await stored.find(["a/2.mp3", "a/1.mp3", "a/300.mp3"]);
  expect(found.get("a/2.mp3")).toEqual({
    name: "a/2.mp3",
    generation,
    bytes: 5,
    metadata: { title: "Two" },
  });
  expect(found.has("a/1.mp3")).toBe(false);
  expect(found.has("a/300.mp3")).toBe(true);
  expect(keys(await stored.find([]))).toEqual([]);
});

test("finds them also where thousands of others lie between", async () => {
  for (let i = 0; i < 2600; i++) put(`m/${String(i).padStart(5, "0")}`);
  for (const name of ["a", "n/1", "z", "é"]) put(name);
  const names = ["a", "b", "m/00001", "m/02500", "n/1", "n/2", "z", "é"];
  const found = await stored.find(names);
  expect(names.filter((name) => found.has(name))).toEqual([
    "a",
    "m/00001",
    "m/02500",
    "n/1",
    "z",
    "é",
  ]);
});

test("restating makes a new version of the same bytes, once", async () => {
  put("x", { title: "old", "crawl-id": "c" });
  const object = (await stored.find(["x"])).get("x");
  if (object === undefined) throw new Error("x is there");
  expect(await stored.restate(object, { title: "new" })).toBe(true);
  const now = storage.objects.get(bucket, "x");
  expect(now?.fields).toMatchObject({ contentType: "audio/mpeg", metadata: { title: "new" } });
  expect(now?.fields.metadata).not.toHaveProperty("crawl-id");
  expect(now?.generation).not.toBe(object.generation);
  expect(await stored.restate(object, { title: "late" })).toBe(false);
  expect(await stored.annotate(object, { title: "late" })).toBe(false);
  expect(storage.objects.get(bucket, "x")?.fields.metadata).toEqual({ title: "new" });
});

test("annotating changes no version", async () => {
  const { generation } = put("y", { title: "old" });
  const object = (await stored.find(["y"])).get("y");
  if (object === undefined) throw new Error("y is there");
  expect(await stored.annotate(object, { ...object.metadata, note: "n" })).toBe(true);
  expect(storage.objects.get(bucket, "y")).toMatchObject({
    generation,
    fields: { metadata: { title: "old", note: "n" } },
  });
});
