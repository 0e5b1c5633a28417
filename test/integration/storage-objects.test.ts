import { randomBytes } from "node:crypto";
import { Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type StorageEmulator, startStorageEmulator } from "../../emulators/storage/index.ts";

let emulator: StorageEmulator;
let storage: Storage;
let bucketName: string;
let count = 0;

beforeAll(async () => {
  emulator = await startStorageEmulator();
  storage = new Storage({
    apiEndpoint: emulator.url,
    projectId: "test",
    retryOptions: { autoRetry: false },
  });
});
afterAll(() => emulator.close());
beforeEach(async () => {
  count += 1;
  bucketName = `bucket-${count}`;
  await storage.createBucket(bucketName);
});

const file = (name: string) => storage.bucket(bucketName).file(name);

describe("uploads and downloads", () => {
  test.each([true, false])("save and download, resumable: %s", async (resumable) => {
    const bytes = randomBytes(300_000);
    await file("a/b c#?.bin").save(bytes, { resumable, contentType: "audio/mpeg" });
    const [read] = await file("a/b c#?.bin").download();
    expect(read.equals(bytes)).toBe(true);
    const [metadata] = await file("a/b c#?.bin").getMetadata();
    expect(metadata).toMatchObject({ contentType: "audio/mpeg", size: "300000" });
  });
});
