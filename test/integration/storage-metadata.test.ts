import { describe, expect, test } from "vitest";
import { failure, statusOf, useStorage } from "./storage-client.ts";

const it = useStorage();

const saveWithMetadata = (length: number) =>
  it.file("m").save("x", {
    resumable: false,
    metadata: { metadata: { k: "v".repeat(length) } },
  });

describe("metadata", () => {
  test("a patch merges, null removes, and only the metageneration moves", async () => {
    const file = it.file("m");
    await file.save("x", { metadata: { metadata: { keep: "1", drop: "2", change: "3" } } });
    const [before] = await file.getMetadata();
    await file.setMetadata({ metadata: { drop: null, change: "4", add: "5" } });
    const [after] = await file.getMetadata();
    expect(after.metadata).toEqual({ keep: "1", change: "4", add: "5" });
    expect(after.generation).toBe(before.generation);
    expect([before.metageneration, after.metageneration]).toEqual(["1", "2"]);
    expect(after.etag).not.toBe(before.etag);
  });

  test("null for metadata as a whole, or for a field, removes it", async () => {
    const file = it.file("m");
    await file.save("x", { contentType: "text/plain", metadata: { metadata: { a: "1" } } });
    await file.setMetadata({ metadata: null, contentType: null } as never);
    const [after] = await file.getMetadata();
    expect([after.metadata, after.contentType]).toEqual([undefined, undefined]);
  });

  test("fixed fields cannot be patched", async () => {
    await it.file("m").save("hello");
    await it.file("m").setMetadata({ size: 99, md5Hash: "no", generation: 1 });
    const [after] = await it.file("m").getMetadata();
    expect(after).toMatchObject({ size: "5", crc32c: "mnG7TA==" });
    expect(after.generation).not.toBe("1");
  });

  test("a new upload replaces the metadata of the old one", async () => {
    await it.file("m").save("x", { metadata: { metadata: { old: "1" } } });
    await it.file("m").save("y");
    const [after] = await it.file("m").getMetadata();
    expect([after.metadata, after.metageneration]).toEqual([undefined, "1"]);
  });

  test("numbers and booleans become strings", async () => {
    await it.file("m").save("x", { metadata: { metadata: { n: 5, b: true } } });
    expect((await it.file("m").getMetadata())[0].metadata).toEqual({ n: "5", b: "true" });
  });

  test("more than 8 KiB of custom metadata is refused", async () => {
    await saveWithMetadata(8191);
    expect(await statusOf(saveWithMetadata(8192))).toBe(400);
  });

  test("a patch of what is missing is 404", async () => {
    expect(await statusOf(it.file("none").setMetadata({ contentType: "a/b" }))).toBe(404);
  });

  test("a delete takes it away, a second one is 404", async () => {
    await it.file("d").save("x");
    await it.file("d").delete();
    expect(await it.file("d").exists()).toEqual([false]);
    const error = await failure(it.file("d").delete());
    expect(error).toMatchObject({
      code: 404,
      errors: [{ reason: "notFound", domain: "global" }],
    });
    await it.file("d").delete({ ignoreNotFound: true });
  });
});

describe("what is not there is refused by name", () => {
  test("access control lists, as with uniform access", async () => {
    await it.file("acl").save("x");
    expect(await statusOf(it.file("acl").makePublic())).toBe(400);
    expect(await statusOf(it.bucket.acl.get())).toBe(400);
  });

  test("versioning, encryption keys, IAM, soft deletion", async () => {
    await it.file("x").save("x");
    expect(await statusOf(it.storage.createBucket("v", { versioning: { enabled: true } }))).toBe(
      400,
    );
    const versioned = it.storage.createBucket("versioned", { versioning: { enabled: true } });
    expect(await statusOf(versioned)).toBe(501);
    const encrypted = it.file("x").setEncryptionKey(Buffer.alloc(32));
    expect(await statusOf(encrypted.save("x", { resumable: false }))).toBe(501);
    expect(await statusOf(it.bucket.iam.getPolicy())).toBe(501);
    expect(await statusOf(it.bucket.getFiles({ softDeleted: true }))).toBe(501);
  });

  test("an unknown path and a wrong method", async () => {
    expect((await it.fetch("/storage/v2/nothing")).status).toBe(404);
    expect((await it.fetch("/storage/v1/b", { method: "PATCH" })).status).toBe(405);
  });
});
