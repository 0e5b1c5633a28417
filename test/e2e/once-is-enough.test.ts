import { afterAll, beforeAll, expect, test } from "vitest";
import type { Row } from "#emulators/commands/query.ts";
import { type Pipeline, startPipeline } from "./pipeline.ts";

let pipeline: Pipeline;
let crawl: Row;
let calm: Awaited<ReturnType<Pipeline["tables"]>>;

/** The bundled sounds, crawled once with nothing going wrong: what every other story must end with too. */
beforeAll(async () => {
  pipeline = await startPipeline();
  crawl = await pipeline.crawl();
  calm = await pipeline.tables();
});
afterAll(() => pipeline.close());

test("every sound ends as a row of each table or as a rejection", () => {
  const { freesound } = pipeline.local;
  expect(crawl).toMatchObject({ status: "complete", failed: 0, error: null });
  expect(freesound.sounds.size).toBeGreaterThanOrEqual(20);
  expect(calm.audio_info).toHaveLength(freesound.sounds.size);
  expect(calm.recordings).toHaveLength(freesound.sounds.size - rejected("load"));
  expect(calm.quality).toHaveLength(freesound.sounds.size - rejected("classify"));
});

const rejected = (stage: string) => calm.rejections.filter((row) => row["stage"] === stage).length;

test("pairs are graded by PESQ, and their labels spread", () => {
  const graded = calm.quality.filter((row) => row["label_basis"] === "pesq");
  expect(graded.length).toBeGreaterThanOrEqual(6);
  for (const row of graded) {
    expect(row["reference_matched"]).toBe(true);
    expect(row["quality_score"]).toBe(row["pesq_score"]);
  }
  expect(new Set(graded.map((row) => row["quality_label"])).size).toBeGreaterThanOrEqual(3);
});

test("a second crawl stores nothing, downloads nothing and adds no row", async () => {
  const { freesound, storage } = pipeline.local;
  const downloads = () => freesound.requests.count("preview");
  const before = downloads();
  expect(before).toBe(freesound.sounds.size);
  // The scheduled one looks at what is new and a little before; a full one at everything again.
  expect(await pipeline.crawl()).toMatchObject({ status: "complete", stored: 0, failed: 0 });
  expect(await pipeline.crawl({ full: true })).toMatchObject({
    status: "complete",
    stored: 0,
    already_stored: freesound.sounds.size,
    changed: 0,
    deleted: 0,
    failed: 0,
  });
  expect(downloads()).toBe(before);
  expect(storage.objects.list("earmark-local-earmark-recordings")).toHaveLength(before);
  expect(await pipeline.tables()).toEqual(calm);
  expect(await pipeline.sql("SELECT COUNT(*) AS n FROM crawls")).toEqual([{ n: 3 }]);
});

test("the catalog agrees with the warehouse", async () => {
  const snapshot = await pipeline.local.clients.firestore.collection("recordings").get();
  expect(snapshot.size).toBe(calm.audio_info.length);
  const labels = new Map(calm.quality.map((row) => [row["id"], row["quality_label"]]));
  for (const document of snapshot.docs)
    expect(document.get("classified.quality_label") ?? null).toBe(
      labels.get(document.get("id")) ?? null,
    );
});

test("every event three times, late and out of order, gives the same tables", async () => {
  const disturbed = await startPipeline();
  try {
    disturbed.local.eventarc.disturb({ duplicates: 2, delaySeconds: 400, reorder: 12 });
    await disturbed.crawl();
    expect(await disturbed.tables()).toEqual(calm);
    const { load } = disturbed.local.eventarc.stats();
    expect(load?.duplicates).toBe(2 * disturbed.local.freesound.sounds.size);
  } finally {
    await disturbed.close();
  }
});

test("kill -9 in the middle of work loses nothing and counts nothing twice", async () => {
  const killed = await startPipeline();
  try {
    const { functions, eventarc } = killed.local;
    const crawling = killed.crawl();
    for (const name of ["load", "classify", "load", "classify"] as const) {
      const restarts = functions[name].restarts;
      const delivered = eventarc.stats()[name]?.delivered ?? 0;
      await expect
        .poll(() => eventarc.stats()[name]?.delivered, { timeout: 60_000 })
        .toBeGreaterThan(delivered);
      process.kill(functions[name].pid, "SIGKILL");
      await expect
        .poll(() => functions[name].restarts, { timeout: 60_000 })
        .toBeGreaterThan(restarts);
    }
    await crawling;
    expect(await killed.tables()).toEqual(calm);
    expect(eventarc.stats()["load"]?.deadLettered).toBe(0);
  } finally {
    await killed.close();
  }
});
