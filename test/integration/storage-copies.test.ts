import { describe, expect, test } from "vitest";
import { failure, statusOf, useStorage } from "./storage-client.ts";

const it = useStorage();
const put = (name: string, text: string, metadata?: Record<string, string>) =>
  it.emulator.objects.put(it.bucket.name, name, text, {
    contentType: "text/plain",
    ...(metadata === undefined ? {} : { metadata }),
  });
const textOf = async (name: string) => String((await it.file(name).download())[0]);

describe("copies", () => {
  test("bytes and metadata go along, the generation is new", async () => {
    const { generation } = put("from", "hello", { a: "1" });
    await it.file("from").copy(it.file("sub/to"));
    const [metadata] = await it.file("sub/to").getMetadata();
    expect(metadata).toMatchObject({ contentType: "text/plain", metadata: { a: "1" } });
    expect(BigInt(String(metadata.generation))).toBeGreaterThan(BigInt(generation));
    expect(await textOf("sub/to")).toBe("hello");
  });

  test("given metadata replaces the source's", async () => {
    put("from", "hello", { a: "1" });
    await it.file("from").copy(it.file("to"), { metadata: { b: "2" }, contentType: "audio/ogg" });
    const [metadata] = await it.file("to").getMetadata();
    expect(metadata).toMatchObject({ contentType: "audio/ogg", metadata: { b: "2" } });
  });

  test("to another bucket, and onto itself", async () => {
    const { generation } = put("from", "hello");
    const [other] = await it.storage.createBucket("other-bucket");
    await it.file("from").copy(other.file("to"));
    expect(String((await other.file("to").download())[0])).toBe("hello");
    await it.file("from").copy(it.file("from"), { metadata: { self: "1" } });
    const [metadata] = await it.file("from").getMetadata();
    expect(metadata.generation).not.toBe(generation);
    expect(await statusOf(it.file("from").copy("gs://nowhere/x"))).toBe(404);
  });

  test("copyTo answers with the object itself", async () => {
    put("from", "hello");
    const path = `/storage/v1/b/${it.bucket.name}/o/from/copyTo/b/${it.bucket.name}/o/to`;
    const response = await it.fetch(path, { method: "POST" });
    expect(await response.json()).toMatchObject({ kind: "storage#object", name: "to", size: "5" });
  });

  test("a destination condition holds", async () => {
    put("from", "new");
    put("to", "old");
    const copy = it
      .file("from")
      .copy(it.file("to"), { preconditionOpts: { ifGenerationMatch: 0 } });
    expect(await statusOf(copy)).toBe(412);
    expect(await textOf("to")).toBe("old");
  });

  test.each([
    ["ifSourceGenerationMatch=1", 412],
    ["ifSourceGenerationNotMatch=1", 200],
    ["ifSourceMetagenerationMatch=1", 200],
    ["ifSourceMetagenerationNotMatch=1", 412],
    ["sourceGeneration=1", 404],
  ])("source condition %s answers %i", async (query, status) => {
    put("from", "x");
    const path = `/storage/v1/b/${it.bucket.name}/o/from/rewriteTo/b/${it.bucket.name}/o/to`;
    expect((await it.fetch(`${path}?${query}`, { method: "POST" })).status).toBe(status);
  });

  test("move and moveFileAtomic leave nothing behind", async () => {
    put("from", "hello", { a: "1" });
    await it.file("from").move("middle");
    await it.file("middle").moveFileAtomic("to");
    const [files] = await it.bucket.getFiles();
    expect(files.map(({ name }) => name)).toEqual(["to"]);
    expect(await textOf("to")).toBe("hello");
  });
});

describe("compose", () => {
  test("joins in order, counts components and has no MD5", async () => {
    for (const text of ["one ", "two ", "three"]) put(text.trim(), text);
    await it.bucket.combine(["one", "two", "three"], "all.txt");
    expect(await textOf("all.txt")).toBe("one two three");
    const [metadata] = await it.file("all.txt").getMetadata();
    expect(metadata).toMatchObject({ componentCount: 3, contentType: "text/plain" });
    expect(metadata.md5Hash).toBeUndefined();
    await it.bucket.combine(["all.txt", "one"], "more.txt");
    expect((await it.file("more.txt").getMetadata())[0].componentCount).toBe(4);
  });

  test("a missing source is 404, a stale generation too", async () => {
    const { generation } = put("a", "old");
    put("a", "new");
    expect(await statusOf(it.bucket.combine(["a", "none"], "c.txt"))).toBe(404);
    expect(await statusOf(it.bucket.combine([it.file("a", { generation })], "c.txt"))).toBe(404);
  });

  test("conditions on the destination and on a source", async () => {
    put("a", "a");
    put("c", "c");
    expect(await statusOf(it.bucket.combine(["a"], "c", { ifGenerationMatch: 0 }))).toBe(412);
    const compose = (ifGenerationMatch: string) =>
      it.fetch(`/storage/v1/b/${it.bucket.name}/o/c/compose`, {
        method: "POST",
        body: JSON.stringify({
          sourceObjects: [{ name: "a", objectPreconditions: { ifGenerationMatch } }],
        }),
      });
    expect((await compose("7")).status).toBe(412);
    const live = String(it.emulator.objects.get(it.bucket.name, "a")?.generation);
    expect((await compose(live)).status).toBe(200);
  });

  test("more than 32 sources, or none, are refused", async () => {
    put("a", "a");
    const many = Array.from({ length: 33 }, () => "a");
    const error = await failure(it.bucket.combine(many, "c.txt"));
    expect(error).toMatchObject({ code: 400, message: expect.stringMatching(/33.*32/) });
    const none = await it.fetch(`/storage/v1/b/${it.bucket.name}/o/c/compose`, {
      method: "POST",
      body: '{"sourceObjects":[]}',
    });
    expect(none.status).toBe(400);
  });
});
