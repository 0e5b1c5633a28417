import { Firestore } from "@google-cloud/firestore";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Emulator } from "#emulators/emulator.ts";
import { startFirestoreEmulator } from "#emulators/firestore/index.ts";
import { type Catalog, openCatalog } from "#shared/catalog/catalog.ts";

let emulator: Emulator;
let firestore: Firestore;
let catalog: Catalog;
const row = { title: "Talk", duration_seconds: 3.5, tags: ["a"] };
const rejection = {
  reason: "not-audio",
  detail: "no",
  rejectedAt: "2026-01-01T00:00:00Z",
  eventId: "e",
};

beforeAll(async () => {
  emulator = await startFirestoreEmulator();
  firestore = new Firestore({ projectId: "test", host: emulator.url, ssl: false });
  catalog = openCatalog(firestore);
});
afterAll(async () => {
  await firestore.terminate();
  await emulator.close();
});

const read = async (id: string) =>
  (await firestore.doc(`recordings/${encodeURIComponent(id)}`).get()).data();

test("keeps each stage's fields apart, once for each version", async () => {
  const id = "freesound/1.mp3";
  expect(await catalog.known(id, "5", "load")).toBe("new");
  expect(await catalog.finish(id, "5", "load", { fields: row })).toBe("new");
  expect(await catalog.known(id, "5", "load")).toBe("done");
  expect(await catalog.known(id, "5", "classify")).toBe("new");
  expect(await catalog.finish(id, "5", "load", { fields: { title: "again" } })).toBe("done");
  await catalog.finish(id, "5", "classify", { fields: { quality_label: "Good" } });
  expect(await read(id)).toMatchObject({
    schemaVersion: 1,
    id,
    generation: "5",
    loaded: { ...row, generation: "5" },
    classified: { quality_label: "Good", generation: "5" },
  });
});

test("an older generation never overwrites a newer one", async () => {
  const id = "freesound/2.mp3";
  await catalog.finish(id, "1700000000000010", "load", { fields: { title: "new" } });
  const older = "999999999999999"; // less as a number, more as text
  expect(await catalog.known(id, older, "load")).toBe("superseded");
  expect(await catalog.finish(id, older, "load", { fields: { title: "old" } })).toBe("superseded");
  expect(
    await catalog.finish(id, "1700000000000011", "load", { fields: { title: "newest" } }),
  ).toBe("new");
  expect((await read(id))?.["loaded"]).toEqual({ title: "newest", generation: "1700000000000011" });
});

test("a rejection is done too, and a version that works takes it away", async () => {
  const id = "freesound/3.mp3";
  await catalog.finish(id, "1", "load", { rejection });
  expect(await catalog.known(id, "1", "load")).toBe("done");
  expect((await read(id))?.["rejected"]).toEqual({ load: { ...rejection, generation: "1" } });
  await catalog.finish(id, "2", "load", { fields: row });
  expect((await read(id))?.["rejected"]).toEqual({});
});

test("eight deliveries at the same time write once", async () => {
  const id = "freesound/4.mp3";
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, (_, index) => catalog.finish(id, "1", "load", { fields: { index } })),
  );
  expect(outcomes.filter((outcome) => outcome === "new")).toHaveLength(1);
});
