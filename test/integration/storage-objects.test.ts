import { createHash, randomBytes } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { failure, statusOf, useStorage } from "./storage-client.ts";

const it = useStorage();
const path = (name: string) => `/b/${it.bucket.name}/o/${encodeURIComponent(name)}`;

describe("uploads", () => {
  test.each([
    ["multipart", false],
    ["resumable", true],
  ])("%s upload comes back byte for byte", async (_kind, resumable) => {
    const bytes = randomBytes(300_000);
    await it.file("a/b c#?%.bin").save(bytes, { resumable, contentType: "audio/mpeg" });
    const [read] = await it.file("a/b c#?%.bin").download();
    expect(read.equals(bytes)).toBe(true);
  });

  test.each([
    ["multipart", false],
    ["resumable", true],
  ])("an empty object by %s upload", async (_kind, resumable) => {
    await it.file("empty").save("", { resumable });
    const [metadata] = await it.file("empty").getMetadata();
    expect(metadata).toMatchObject({ size: "0", crc32c: "AAAAAA==" });
    expect((await it.file("empty").download())[0]).toHaveLength(0);
  });

  test("simple upload takes the body as the object", async () => {
    const response = await it.fetch(
      `/upload/storage/v1/b/${it.bucket.name}/o?uploadType=media&name=simple.txt`,
      { method: "POST", body: "hello", headers: { "Content-Type": "text/plain" } },
    );
    expect(await response.json()).toMatchObject({ contentType: "text/plain", size: "5" });
    expect(String((await it.file("simple.txt").download())[0])).toBe("hello");
  });

  test("50 MB go up and come down", async () => {
    const bytes = Buffer.alloc(50 * 1024 * 1024, "Earmark ");
    await it.file("big").save(bytes, { resumable: true, validation: false });
    const [read] = await it.file("big").download({ validation: false });
    expect(read.equals(bytes)).toBe(true);
  });

  test("bytes that look like a boundary stay bytes", async () => {
    const bytes = "\r\n--boundary\r\n\r\n--\r\n--";
    await it.file("tricky").save(bytes, { resumable: false });
    expect(String((await it.file("tricky").download())[0])).toBe(bytes);
  });

  test("the resource carries what the service says of an object", async () => {
    await it.file("x.txt").save("hello", {
      contentType: "text/plain",
      metadata: { cacheControl: "no-store", metadata: { source: "freesound", tags: "a,ü" } },
    });
    const [metadata] = await it.file("x.txt").getMetadata();
    expect(metadata).toMatchObject({
      kind: "storage#object",
      id: `${it.bucket.name}/x.txt/${metadata.generation}`,
      bucket: it.bucket.name,
      name: "x.txt",
      metageneration: "1",
      size: "5",
      md5Hash: createHash("md5").update("hello").digest("base64"),
      crc32c: "mnG7TA==",
      storageClass: "STANDARD",
      cacheControl: "no-store",
      metadata: { source: "freesound", tags: "a,ü" },
    });
    expect(Math.abs(Date.parse(String(metadata.timeCreated)) - Date.now())).toBeLessThan(60_000);
    expect(Number(metadata.generation) / 1000).toBeCloseTo(
      Date.parse(String(metadata.timeCreated)),
      -4,
    );
  });

  test("generations increase strictly, also within a burst", async () => {
    const generations: bigint[] = [];
    for (let n = 0; n < 50; n += 1)
      generations.push(BigInt(it.emulator.objects.put(it.bucket.name, "burst", `${n}`).generation));
    expect(generations).toEqual(generations.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(new Set(generations).size).toBe(50);
  });

  test.each([
    ["md5Hash", { md5Hash: "AAAAAAAAAAAAAAAAAAAAAA==" }, /Provided MD5 hash .* calculated MD5/],
    ["crc32c", { crc32c: "AAAAAA==" }, /Provided CRC32C "AAAAAA==" doesn't match calculated/],
  ])("a wrong %s is refused and stores nothing", async (_kind, wrong, message) => {
    const upload = it.file("wrong").save("hello", { resumable: false, metadata: wrong });
    const error = await failure(upload);
    expect(error).toMatchObject({ code: 400, message: expect.stringMatching(message) });
    expect(await it.file("wrong").exists()).toEqual([false]);
  });

  test("the right checksums are taken", async () => {
    const md5Hash = createHash("md5").update("hello").digest("base64");
    const metadata = { md5Hash, crc32c: "mnG7TA==" };
    await it.file("right").save("hello", { resumable: false, metadata });
    expect(await it.file("right").exists()).toEqual([true]);
  });

  test("X-Goog-Hash is checked", async () => {
    const response = await it.fetch(
      `/upload/storage/v1/b/${it.bucket.name}/o?uploadType=media&name=h`,
      { method: "POST", body: "hello", headers: { "X-Goog-Hash": "crc32c=AAAAAA==" } },
    );
    expect(response.status).toBe(400);
  });

  test.each([
    ["no multipart body at all", "x", "multipart/related; boundary=b", /two parts/],
    [
      "no closing boundary",
      "--b\r\n\r\n{}\r\n--b\r\n\r\nx",
      "multipart/related; boundary=b",
      /closing/,
    ],
    ["no boundary parameter", "--b--", "multipart/related", /boundary=/],
  ])("%s is a clear 400", async (_what, body, contentType, message) => {
    const response = await it.fetch(
      `/upload/storage/v1/b/${it.bucket.name}/o?uploadType=multipart&name=bad`,
      { method: "POST", body, headers: { "Content-Type": contentType } },
    );
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(message);
  });

  test.each(["", "a\nb", "..", "x".repeat(1025)])("the name %j is refused", async (name) => {
    const query = new URLSearchParams({ uploadType: "media", name });
    const url = `/upload/storage/v1/b/${it.bucket.name}/o?${query.toString()}`;
    expect((await it.fetch(url, { method: "POST", body: "x" })).status).toBe(400);
  });
});

describe("downloads", () => {
  test("the client verifies crc32c and md5 by the headers", async () => {
    await it.file("v").save("verify me");
    for (const validation of ["crc32c", "md5"] as const)
      expect(String((await it.file("v").download({ validation }))[0])).toBe("verify me");
  });

  test.each([
    ["from the start", { start: 0, end: 3 }, "0123"],
    ["in the middle", { start: 4, end: 5 }, "45"],
    ["to the end", { start: 7 }, "789"],
    ["beyond the end", { start: 8, end: 99 }, "89"],
    ["a suffix", { end: -4 }, "6789"],
    ["a suffix longer than the object", { end: -40 }, "0123456789"],
  ])("a range %s", async (_what, options, expected) => {
    await it.file("digits").save("0123456789");
    expect(String((await it.file("digits").download(options))[0])).toBe(expected);
  });

  test("a range answers 206 with Content-Range, one past the end 416", async () => {
    await it.file("digits").save("0123456789");
    const url = `/download/storage/v1${path("digits")}?alt=media`;
    const part = await it.fetch(url, { headers: { Range: "bytes=2-4" } });
    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([
      206,
      "bytes 2-4/10",
      "234",
    ]);
    const past = await it.fetch(url, { headers: { Range: "bytes=10-" } });
    expect([past.status, past.headers.get("content-range")]).toEqual([416, "bytes */10"]);
    expect(await statusOf(it.file("digits").download({ start: 10 }))).toBe(416);
  });

  test("a generation that is gone is 404, the live one is served", async () => {
    const { generation: old } = it.emulator.objects.put(it.bucket.name, "g", "old");
    const { generation } = it.emulator.objects.put(it.bucket.name, "g", "new");
    expect(await statusOf(it.file("g", { generation: old }).download())).toBe(404);
    expect(String((await it.file("g", { generation }).download())[0])).toBe("new");
  });

  test("gzip is stored as it came and unpacked for who asks without it", async () => {
    const packed = gzipSync("unpack me");
    await it.file("z").save(packed, { metadata: { contentEncoding: "gzip" } });
    expect(String((await it.file("z").download())[0])).toBe("unpack me");
    const [raw] = await it.file("z").download({ decompress: false });
    expect(String(gunzipSync(raw))).toBe("unpack me");
    const url = `${path("z")}?alt=media`;
    const plain = await it.fetch(url, { headers: { "Accept-Encoding": "identity" } });
    expect(await plain.text()).toBe("unpack me");
  });

  test("a missing object is 404 with the service's words", async () => {
    const error = await failure(it.file("none").download());
    expect(error).toMatchObject({ code: 404 });
    expect(error.message).toBe(`No such object: ${it.bucket.name}/none`);
    expect(await it.file("none").exists()).toEqual([false]);
  });

  test("HEAD has the headers and no body", async () => {
    await it.file("head").save("12345");
    const response = await it.fetch(`${path("head")}?alt=media`, { method: "HEAD" });
    expect([response.headers.get("content-length"), await response.text()]).toEqual(["5", ""]);
  });
});
