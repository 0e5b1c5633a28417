import { Storage } from "@google-cloud/storage";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type ObjectResource, startStorageEmulator } from "../../emulators/storage/index.ts";
import { createClient, failure, statusOf, useStorage } from "./storage-client.ts";

const it = useStorage();
const status = async (method: string, query: string) => {
  const body = method === "PATCH" ? { body: "{}" } : {};
  return (await it.fetch(`/storage/v1/b/${it.bucket.name}?${query}`, { method, ...body })).status;
};
afterEach(() => vi.unstubAllEnvs());

describe("buckets", () => {
  test("create, get, list, patch, delete", async () => {
    const [bucket] = await it.storage.createBucket("made", { labels: { a: "1", b: "2" } });
    expect(await bucket.exists()).toEqual([true]);
    await bucket.setLabels({ b: null, c: "3" } as never); // null removes, which the types deny
    const [metadata] = await bucket.getMetadata();
    expect(metadata).toMatchObject({ kind: "storage#bucket", name: "made", metageneration: "2" });
    expect(metadata.labels).toEqual({ a: "1", c: "3" });
    const [buckets] = await it.storage.getBuckets({ prefix: "mad" });
    expect(buckets.map(({ name }) => name)).toEqual(["made"]);
    await bucket.delete();
    expect(await bucket.exists()).toEqual([false]);
  });

  test("pages of buckets", async () => {
    for (const name of ["page-1", "page-2", "page-3"]) await it.storage.createBucket(name);
    const [first, next] = await it.storage.getBuckets({
      prefix: "page-",
      maxResults: 2,
      autoPaginate: false,
    });
    const [second] = await it.storage.getBuckets({ ...next });
    expect([...first, ...second].map(({ name }) => name)).toEqual(["page-1", "page-2", "page-3"]);
  });

  test("a taken name is 409, a bad one 400, a missing bucket 404", async () => {
    const error = await failure(it.storage.createBucket(it.bucket.name));
    expect(error).toMatchObject({ code: 409, errors: [{ reason: "conflict" }] });
    for (const name of ["No", "UPPER", "goog-x", "a_", "x".repeat(64)])
      expect(await statusOf(it.storage.createBucket(name))).toBe(400);
    const missing = await failure(it.storage.bucket("missing").getMetadata());
    expect(missing).toMatchObject({ code: 404, message: "The specified bucket does not exist." });
  });

  test("a full bucket stays, an upload into none is 404", async () => {
    await it.file("x").save("x");
    expect(await statusOf(it.bucket.delete())).toBe(409);
    expect(await statusOf(it.storage.bucket("missing").file("x").save("x"))).toBe(404);
  });

  test("metageneration conditions on read, patch and delete", async () => {
    expect(await status("GET", "ifMetagenerationMatch=2")).toBe(412);
    expect(await status("GET", "ifMetagenerationNotMatch=1")).toBe(304);
    expect(await status("PATCH", "ifMetagenerationMatch=2")).toBe(412);
    expect(await status("PATCH", "ifMetagenerationMatch=1")).toBe(200);
    expect(await status("DELETE", "ifMetagenerationNotMatch=2")).toBe(412);
    expect(await status("DELETE", "ifMetagenerationMatch=2")).toBe(204);
  });
});

describe("notification configurations", () => {
  test("create, get, list, delete", async () => {
    const [made] = await it.bucket.createNotification("projects/test/topics/t", {
      eventTypes: ["OBJECT_FINALIZE"],
      objectNamePrefix: "freesound/",
      customAttributes: { a: "1" },
    });
    const [metadata] = await it.bucket.notification(made.id ?? "").getMetadata();
    expect(metadata).toMatchObject({
      topic: "//pubsub.googleapis.com/projects/test/topics/t",
      payload_format: "JSON_API_V1",
      event_types: ["OBJECT_FINALIZE"],
      object_name_prefix: "freesound/",
      custom_attributes: { a: "1" },
    });
    expect((await it.bucket.getNotifications())[0]).toHaveLength(1);
    await made.delete();
    expect((await it.bucket.getNotifications())[0]).toHaveLength(0);
    expect(await statusOf(made.delete())).toBe(404);
  });

  test("a bucket made anew has none", async () => {
    await it.bucket.createNotification("projects/test/topics/t");
    await it.bucket.delete();
    await it.storage.createBucket(it.bucket.name);
    expect((await it.bucket.getNotifications())[0]).toEqual([]);
  });
});

describe("the emulator itself", () => {
  test("STORAGE_EMULATOR_HOST aims a client at it", async () => {
    vi.stubEnv("STORAGE_EMULATOR_HOST", it.emulator.url);
    const file = new Storage({ projectId: "test" }).bucket(it.bucket.name).file("env");
    await file.save("by environment", { resumable: true });
    expect(String((await file.download())[0])).toBe("by environment");
    expect((await it.bucket.getFiles())[0]).toHaveLength(1);
  });

  test("finalize is told once per new generation, with the whole resource", async () => {
    const seen: ObjectResource[] = [];
    const stop = it.emulator.onFinalize((object) => seen.push(object));
    await it.file("f").save("one", { resumable: true, metadata: { metadata: { a: "1" } } });
    await it.file("f").setMetadata({ metadata: { a: "2" } });
    await it.file("f").copy("g");
    await it.bucket.combine(["f", "g"], "h");
    await it.file("f").delete();
    await it
      .file("f")
      .save("x", { preconditionOpts: { ifGenerationMatch: 1 } })
      .catch(() => {});
    stop();
    await it.file("i").save("after the stop");
    expect(seen.map(({ name }) => name)).toEqual(["f", "g", "h"]);
    expect(seen[0]).toMatchObject({
      kind: "storage#object",
      bucket: it.bucket.name,
      size: "3",
      metadata: { a: "1" },
    });
  });

  test("failNext fails as often as told, and where told", async () => {
    it.emulator.failNext(503, 2);
    expect(await statusOf(it.bucket.getFiles())).toBe(503);
    expect(await statusOf(it.bucket.getMetadata())).toBe(503);
    await it.bucket.getMetadata();
    it.emulator.failNext(429, 1, /^POST \/upload/);
    await it.bucket.getMetadata();
    expect(await statusOf(it.file("x").save("x", { resumable: false }))).toBe(429);
  });

  test("the client's retry gets over a failure", async () => {
    await it.file("r").save("x");
    it.emulator.failNext(503);
    const file = createClient(it.emulator.url, 2).bucket(it.bucket.name).file("r");
    expect((await file.getMetadata())[0].name).toBe("r");
  });

  test("with a project id, buckets belong to that project alone", async () => {
    const owned = await startStorageEmulator({ projectId: "mine" });
    owned.objects.createBucket("my-bucket");
    const list = async (projectId: string) =>
      (await new Storage({ apiEndpoint: owned.url, projectId }).getBuckets())[0].length;
    expect([await list("mine"), await list("theirs")]).toEqual([1, 0]);
    await owned.close();
  });

  test("a taken port is said clearly, closing twice is fine", async () => {
    const again = startStorageEmulator({ port: it.emulator.port });
    await expect(again).rejects.toThrow(/port \d+ is taken/);
    const second = await startStorageEmulator();
    await second.close();
    await second.close();
    await expect(fetch(second.url)).rejects.toThrow("fetch failed");
  });

  test("a listener that throws does not spoil the upload", async () => {
    const report = vi.spyOn(console, "error").mockImplementation(() => {});
    const stop = it.emulator.onFinalize(() => {
      throw new Error("listener");
    });
    await it.file("ok").save("x", { resumable: false });
    stop();
    expect(report).toHaveBeenCalledOnce();
    report.mockRestore();
  });
});
