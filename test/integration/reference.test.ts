import { Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type StorageEmulator, startStorageEmulator } from "#emulators/storage/index.ts";
import { findReference } from "#functions/classify/reference.ts";
import { type ObjectFinalized } from "#shared/events.ts";
import { type Objects, openObjects } from "#shared/objects/objects.ts";

let storage: StorageEmulator;
let references: Objects;
const bucket = "references";
const text = (name: string) => `bytes of ${name}`;

const recording = (metadata: Record<string, string> = {}): ObjectFinalized => ({
  bucket: "recordings",
  name: "freesound/42.mp3",
  generation: "1",
  size: 1,
  metadata,
});

beforeAll(async () => {
  storage = await startStorageEmulator();
  storage.objects.createBucket(bucket);
  const client = new Storage({ apiEndpoint: storage.url, projectId: "test" });
  references = openObjects(client, bucket);
});
afterAll(() => storage.close());
beforeEach(() => {
  for (const { name } of storage.objects.list(bucket)) storage.objects.delete(bucket, name);
});

async function find(names: string[], metadata = {}, fixed?: string) {
  for (const name of names) storage.objects.put(bucket, name, text(name));
  const { reference, missing } = await findReference(references, recording(metadata), fixed);
  const read = reference && Buffer.from(reference.bytes).toString();
  return { kind: reference?.kind, path: reference?.path, read, missing };
}

const all = ["clean/a.flac", "freesound/42.flac", "fixed.wav"];

test("the metadata's reference comes first", async () => {
  expect(await find(all, { reference: "clean/a.flac" }, "fixed.wav")).toEqual({
    kind: "metadata",
    path: "gs://references/clean/a.flac",
    read: text("clean/a.flac"),
    missing: null,
  });
});

test("then an object of the same name with any audio extension", async () => {
  const near = ["freesound/42.txt", "freesound/421.flac", "freesound/42.clean.flac"];
  expect(await find([...near, "freesound/42.WAV"], {}, "fixed.wav")).toMatchObject({
    kind: "paired",
    path: "gs://references/freesound/42.WAV",
  });
});

test("then the fixed reference, when one is set", async () => {
  expect(await find(["fixed.wav"], {}, "fixed.wav")).toMatchObject({
    kind: "fixed",
    missing: null,
  });
  expect(await find(["fixed.wav"])).toMatchObject({ kind: undefined, missing: null });
});

test("a named reference that is not there is said, and the next one is taken", async () => {
  expect(await find(["freesound/42.flac"], { reference: "gone.flac" })).toMatchObject({
    kind: "paired",
    missing: "the named reference gs://references/gone.flac is not there",
  });
  storage.objects.delete(bucket, "freesound/42.flac");
  expect(await find([], {}, "gone.wav")).toMatchObject({
    kind: undefined,
    missing: "the fixed reference gs://references/gone.wav is not there",
  });
});
