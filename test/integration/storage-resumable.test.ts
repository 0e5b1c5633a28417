import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createClient, failure, useStorage } from "./storage-client.ts";

const it = useStorage();
const unit = 256 * 1024;

async function begin(query = "", headers: Record<string, string> = {}) {
  const response = await it.fetch(
    `/upload/storage/v1/b/${it.bucket.name}/o?uploadType=resumable&name=r&${query}`,
    { method: "POST", body: "{}", headers },
  );
  return { status: response.status, uri: response.headers.get("location") ?? "" };
}

const send = (uri: string, range: string, body: Uint8Array<ArrayBuffer> = new Uint8Array()) =>
  fetch(uri, { method: "PUT", body, headers: { "Content-Range": range } });

const progress = (response: Response) => [response.status, response.headers.get("range")];

describe("chunks", () => {
  test.each([
    ["a whole number of chunks", 4 * unit],
    ["a rest", 4 * unit + 1],
    ["less than a chunk", 1000],
  ])("the client's chunked upload of %s", async (_what, size) => {
    const bytes = randomBytes(size);
    await it.file("r").save(bytes, { resumable: true, chunkSize: unit });
    expect((await it.file("r").download())[0].equals(bytes)).toBe(true);
  });

  test("each chunk is answered by 308 and Range, the last by the object", async () => {
    const bytes = randomBytes(2 * unit + 10);
    const { uri } = await begin();
    const total = bytes.length;
    expect(progress(await send(uri, "bytes */*"))).toEqual([308, null]);
    const first = await send(uri, `bytes 0-${unit - 1}/*`, bytes.subarray(0, unit));
    expect(progress(first)).toEqual([308, `bytes=0-${unit - 1}`]);
    expect(it.emulator.objects.get(it.bucket.name, "r")).toBeUndefined();
    const second = await send(
      uri,
      `bytes ${unit}-${2 * unit - 1}/${total}`,
      bytes.subarray(unit, 2 * unit),
    );
    expect(progress(second)).toEqual([308, `bytes=0-${2 * unit - 1}`]);
    expect(progress(await send(uri, `bytes */${total}`))).toEqual([308, `bytes=0-${2 * unit - 1}`]);
    const last = await send(
      uri,
      `bytes ${2 * unit}-${total - 1}/${total}`,
      bytes.subarray(2 * unit),
    );
    expect(await last.json()).toMatchObject({ name: "r", size: String(total) });
    expect(it.emulator.objects.get(it.bucket.name, "r")?.bytes.equals(bytes)).toBe(true);
    const again = await send(uri, "bytes */*");
    expect([again.status, await again.json()]).toMatchObject([200, { size: String(total) }]);
  });

  test("what makes no whole 256 KiB does not persist yet", async () => {
    const { uri } = await begin();
    const sent = await send(uri, `bytes 0-${unit + 99}/*`, randomBytes(unit + 100));
    expect(progress(sent)).toEqual([308, `bytes=0-${unit - 1}`]);
  });

  test("a chunk sent again is taken once", async () => {
    const bytes = randomBytes(unit + 5);
    const { uri } = await begin();
    await send(uri, `bytes 0-${unit - 1}/*`, bytes.subarray(0, unit));
    const whole = await send(uri, `bytes 0-${unit + 4}/${unit + 5}`, bytes);
    expect(whole.status).toBe(200);
    expect(it.emulator.objects.get(it.bucket.name, "r")?.bytes.equals(bytes)).toBe(true);
  });

  test("a whole upload whose end was only announced ends by a status request", async () => {
    const { uri } = await begin();
    await send(uri, `bytes 0-${unit - 1}/*`, randomBytes(unit));
    expect((await send(uri, `bytes */${unit}`)).status).toBe(200);
  });

  test.each([
    ["a gap", `bytes 5-9/*`, 5],
    ["a length unlike the body", "bytes 0-9/10", 5],
    ["more than was announced", "bytes 0-9/5", 10],
    ["nonsense", "bits 1-2", 2],
  ])("%s is a 400 that leaves the session usable", async (_what, range, length) => {
    const { uri } = await begin();
    expect((await send(uri, range, randomBytes(length))).status).toBe(400);
    expect((await send(uri, "bytes 0-2/3", randomBytes(3))).status).toBe(200);
  });

  test("X-Upload-Content-Length and -Type are kept", async () => {
    const { uri } = await begin("", {
      "X-Upload-Content-Length": "3",
      "X-Upload-Content-Type": "audio/flac",
    });
    expect((await send(uri, "bytes 0-3/4", randomBytes(4))).status).toBe(400);
    const done = await send(uri, "bytes 0-2/3", randomBytes(3));
    expect(await done.json()).toMatchObject({ contentType: "audio/flac" });
  });
});

describe("ends", () => {
  test("an upload cut off goes on where the server is", async () => {
    const bytes = randomBytes(4 * unit);
    const [uri] = await it.file("r").createResumableUpload();
    await send(uri, `bytes 0-${2 * unit - 1}/${4 * unit}`, bytes.subarray(0, 2 * unit));
    await it.file("r").save(bytes, { resumable: true, uri, chunkSize: unit, validation: false });
    expect((await it.file("r").download())[0].equals(bytes)).toBe(true);
  });

  test("the client gets over a 503 and a cut connection in the middle", async () => {
    const bytes = randomBytes(3 * unit);
    const file = createClient(it.emulator.url, 3).bucket(it.bucket.name).file("r");
    it.emulator.failNext(503, 1, /^PUT .*upload_id/);
    it.emulator.failNext("reset", 1, /^PUT .*upload_id/);
    const preconditionOpts = { ifGenerationMatch: 0 };
    await file.save(bytes, { resumable: true, chunkSize: unit, preconditionOpts });
    expect((await file.download())[0].equals(bytes)).toBe(true);
  });

  test("a condition is checked at the start and again at the end", async () => {
    const { uri } = await begin("ifGenerationMatch=0");
    it.emulator.objects.put(it.bucket.name, "r", "somebody was faster");
    expect((await begin("ifGenerationMatch=0")).status).toBe(412);
    expect((await send(uri, "bytes 0-2/3", randomBytes(3))).status).toBe(412);
    expect(String(it.emulator.objects.get(it.bucket.name, "r")?.bytes)).toBe("somebody was faster");
    expect((await send(uri, "bytes */*")).status).toBe(404);
  });

  test("a wrong checksum at the end is a 400 and stores nothing", async () => {
    const bytes = randomBytes(2 * unit);
    const save = it.file("r").save(bytes, {
      resumable: true,
      chunkSize: unit,
      metadata: { crc32c: "AAAAAA==" },
    });
    expect(await failure(save)).toMatchObject({
      code: 400,
      message: expect.stringMatching(/^Provided CRC32C "AAAAAA==" doesn't match/),
    });
    expect(it.emulator.objects.get(it.bucket.name, "r")).toBeUndefined();
  });

  test("a cancelled session answers 499, then 404", async () => {
    const { uri } = await begin();
    expect((await fetch(uri, { method: "DELETE" })).status).toBe(499);
    expect((await send(uri, "bytes */*")).status).toBe(404);
  });

  test("a session for a bucket that does not exist", async () => {
    const response = await it.fetch("/upload/storage/v1/b/nowhere/o?uploadType=resumable&name=r", {
      method: "POST",
    });
    expect(response.status).toBe(404);
  });
});
