import { type GetFilesOptions, type GetFilesResponse } from "@google-cloud/storage";
import { beforeEach, describe, expect, test } from "vitest";
import { globToRegExp } from "../../emulators/storage/glob.ts";
import { statusOf, useStorage } from "./storage-client.ts";

const it = useStorage();
const names = ["a.mp3", "a/1.mp3", "a/2.wav", "a/b/3.mp3", "b/", "b/4.mp3", "ä.mp3", "z"];

beforeEach(() => {
  for (const name of names.toReversed()) it.emulator.objects.put(it.bucket.name, name, name);
});

/** Names and prefixes of a whole list. */
async function list(query: GetFilesOptions) {
  const [files, , response] = await it.bucket.getFiles({ ...query, autoPaginate: false });
  const { prefixes } = response as { prefixes?: string[] };
  return { names: files.map(({ name }) => name), prefixes: prefixes ?? [] };
}

describe("lists", () => {
  test("everything, by the bytes of the names", async () => {
    expect((await list({})).names).toEqual(
      names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
  });

  test("an empty bucket and a missing one", async () => {
    const [empty] = await it.storage.createBucket("empty-bucket");
    expect((await empty.getFiles())[0]).toEqual([]);
    expect(await statusOf(it.storage.bucket("missing-bucket").getFiles())).toBe(404);
  });

  test("prefix", async () => {
    expect((await list({ prefix: "a/" })).names).toEqual(["a/1.mp3", "a/2.wav", "a/b/3.mp3"]);
  });

  test("delimiter folds folders into prefixes", async () => {
    expect(await list({ delimiter: "/" })).toEqual({
      names: ["a.mp3", "z", "ä.mp3"],
      prefixes: ["a/", "b/"],
    });
    expect(await list({ delimiter: "/", prefix: "a/" })).toEqual({
      names: ["a/1.mp3", "a/2.wav"],
      prefixes: ["a/b/"],
    });
  });

  test("a trailing delimiter shows the folder's own object", async () => {
    const { names } = await list({ delimiter: "/", includeTrailingDelimiter: true });
    expect(names).toEqual(["a.mp3", "b/", "z", "ä.mp3"]);
  });

  test("offsets: from the start, before the end", async () => {
    expect((await list({ startOffset: "a/2.wav", endOffset: "b/4.mp3" })).names).toEqual([
      "a/2.wav",
      "a/b/3.mp3",
      "b/",
    ]);
  });

  test.each([
    ["*.mp3", ["a.mp3", "ä.mp3"]],
    ["**.mp3", ["a.mp3", "a/1.mp3", "a/b/3.mp3", "b/4.mp3", "ä.mp3"]],
    ["a/*", ["a/1.mp3", "a/2.wav"]],
    ["a/[12].{mp3,wav}", ["a/1.mp3", "a/2.wav"]],
    ["?", ["z"]],
    ["**/[^1-3].mp3", ["b/4.mp3"]],
  ])("matchGlob %s", async (matchGlob, expected) => {
    expect((await list({ matchGlob })).names).toEqual(expected);
  });

  test("an open bracket or brace in a glob is a 400", async () => {
    expect(await statusOf(list({ matchGlob: "a[b" }))).toBe(400);
    expect(await statusOf(list({ matchGlob: "{a,b" }))).toBe(400);
  });

  test("globs keep regular expressions out", () => {
    expect(globToRegExp("a.(b)|c+$").test("a.(b)|c+$")).toBe(true);
    expect(globToRegExp("a.b").test("axb")).toBe(false);
    expect(globToRegExp("foo**bar").test("foo/a/bar")).toBe(true);
    expect(globToRegExp("\\*").test("x")).toBe(false);
  });
});

describe("pages", () => {
  test("hold objects and prefixes together and miss nothing", async () => {
    const seen: string[] = [];
    let query: GetFilesOptions | null = { delimiter: "/", maxResults: 2, autoPaginate: false };
    let pages = 0;
    while (query !== null) {
      const page: GetFilesResponse = await it.bucket.getFiles(query);
      const { prefixes = [] } = page[2] as { prefixes?: string[] };
      expect(page[0].length + prefixes.length).toBeLessThanOrEqual(2);
      seen.push(...page[0].map(({ name }) => name), ...prefixes);
      // The client gives {} or null at the end and the next page's query before it.
      query = Object.hasOwn(page[1] ?? {}, "pageToken") ? page[1] : null;
      pages += 1;
    }
    expect(seen.toSorted()).toEqual(["a.mp3", "a/", "b/", "z", "ä.mp3"]);
    expect(pages).toBe(3);
  });

  test("the client walks 2,500 objects by itself, a thousand at a time", async () => {
    const { name } = (await it.storage.createBucket("many"))[0];
    for (let n = 0; n < 2500; n += 1) it.emulator.objects.put(name, `o/${n}`, "");
    const [first, next] = await it.storage.bucket(name).getFiles({ autoPaginate: false });
    expect(first).toHaveLength(1000);
    expect(next).not.toBeNull();
    const [files] = await it.storage.bucket(name).getFiles();
    expect(new Set(files.map((file) => file.name)).size).toBe(2500);
  });

  test("an object that appears between pages is on a later one", async () => {
    const [, next] = await it.bucket.getFiles({ maxResults: 3, autoPaginate: false });
    it.emulator.objects.put(it.bucket.name, "zz", "");
    const [rest] = await it.bucket.getFiles({ ...(next as object), maxResults: 100 });
    expect(rest.map(({ name }) => name)).toContain("zz");
    expect(rest).toHaveLength(names.length + 1 - 3);
  });

  test("a token that the service never gave, or a page of nothing, is a 400", async () => {
    expect(await statusOf(list({ pageToken: "!" }))).toBe(400);
    expect((await it.fetch(`/b/${it.bucket.name}/o?maxResults=0`)).status).toBe(400);
  });

  test("deleteFiles empties the bucket", async () => {
    await it.bucket.deleteFiles({ prefix: "a" });
    expect((await list({})).names).toEqual(["b/", "b/4.mp3", "z", "ä.mp3"]);
  });
});
