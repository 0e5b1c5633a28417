import { Readable } from "node:stream";
import { Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type StorageEmulator, startStorageEmulator } from "#emulators/storage/index.ts";
import { ObjectGoneError } from "#shared/errors.ts";
import { type Objects, openObjects } from "#shared/objects/objects.ts";

let storage: StorageEmulator;
let objects: Objects;
const speech = Buffer.from("not really speech, but bytes");
const options = { contentType: "audio/mpeg", metadata: { title: "Ünïcode 日本" } };

beforeAll(async () => {
  storage = await startStorageEmulator();
  storage.objects.createBucket("recordings");
  const client = new Storage({ apiEndpoint: storage.url, projectId: "test" });
  objects = openObjects(client, "recordings");
});
afterAll(() => storage.close());

test("reads the generation that the event named, and knows when it is gone", async () => {
  const { generation } = storage.objects.put("recordings", "a.mp3", speech);
  expect(Buffer.from(await objects.read("a.mp3", generation))).toEqual(speech);
  storage.objects.put("recordings", "a.mp3", Buffer.from("newer"));
  await expect(objects.read("a.mp3", generation)).rejects.toThrowError(ObjectGoneError);
  await expect(objects.read("never.mp3")).rejects.toThrowError(/gs:\/\/recordings\/never.mp3/);
});

test("creates once: a second one under the same name changes nothing", async () => {
  expect(await objects.exists("b.mp3")).toBe(false);
  expect(await objects.create("b.mp3", Readable.from([speech]), options)).toBe("created");
  expect(await objects.create("b.mp3", Readable.from(["other"]), options)).toBe("exists");
  expect(await objects.exists("b.mp3")).toBe(true);
  expect(Buffer.from(await objects.read("b.mp3"))).toEqual(speech);
  expect(storage.objects.get("recordings", "b.mp3")?.fields).toMatchObject(options);
});

async function* broken() {
  yield speech;
  await Promise.resolve();
  throw new Error("cut off");
}

test("a stream that fails half-way stores nothing", async () => {
  const body = Readable.from(broken());
  await expect(objects.create("c.mp3", body, options)).rejects.toThrowError("cut off");
  expect(await objects.exists("c.mp3")).toBe(false);
});

test("finds names by prefix", async () => {
  for (const name of ["x/1.flac", "x/10.wav", "x/1.txt"])
    storage.objects.put("recordings", name, speech);
  expect(await objects.find("x/1.")).toEqual(["x/1.flac", "x/1.txt"]);
});
