import { readdirSync, readFileSync } from "node:fs";
import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BigqueryEmulator, startBigqueryEmulator } from "#emulators/bigquery/index.ts";
import { query } from "#emulators/commands/query.ts";
import { createWarehouse } from "#emulators/local/resources.ts";
import {
  openWarehouse,
  type Row,
  RowsRefusedError,
  type Warehouse,
} from "#shared/warehouse/warehouse.ts";

let emulator: BigqueryEmulator;
let bigquery: BigQuery;
let warehouse: Warehouse;
let dataset: string;
let counter = 0;

beforeAll(async () => {
  emulator = await startBigqueryEmulator({ projectId: "test" });
  bigquery = new BigQuery({ projectId: "test", apiEndpoint: emulator.url });
});
afterAll(() => emulator.close());
beforeEach(async () => {
  dataset = `earmark_${++counter}`;
  await createWarehouse(bigquery, dataset);
  warehouse = openWarehouse(bigquery, dataset);
});

const sql = (statement: string) => query(bigquery, statement, { defaultDataset: dataset });
const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, "0")}:00Z`;

const recording = (id: string, generation: string, minute: number, more: Row = {}): Row => ({
  id,
  generation,
  file_path: `gs://b/${id}`,
  duration_seconds: 3.5,
  sample_rate: 16_000,
  channels: 1,
  container: "wav",
  codec: "pcm_s16le",
  size_bytes: 1000,
  tags: ["speech"],
  truncated: false,
  loaded_at: at(minute),
  title: `${id} of ${generation}`,
  ...more,
});
const quality = (id: string, generation: string, minute: number, label: string): Row => ({
  id,
  generation,
  quality_label: label,
  classifier_version: "1",
  classified_at: at(minute),
});
const rejection = (id: string, generation: string, stage: string, minute: number): Row => ({
  id,
  generation,
  stage,
  reason: "not-audio",
  detail: "It is no audio.",
  rejected_at: at(minute),
});

test("a row comes back as it went in; the same insertId again counts once", async () => {
  const row = recording("a.wav", "1700000000000001", 1, { license: "CC0-1.0", query: null });
  for (let i = 0; i < 3; i++) await warehouse.insert("recordings", "a#1#load", row);
  const [read, ...others] = await sql("SELECT * FROM recordings");
  expect(others).toEqual([]);
  expect(read).toMatchObject({
    ...row,
    generation: 1700000000000001,
    loaded_at: expect.stringMatching(/^2026-01-01T00:01:00/),
  });
});

test("a passing failure of the service is got over, and the row is there once", async () => {
  emulator.failNext(503, "backendError");
  await warehouse.insert("recordings", "a#1#load", recording("a.wav", "1", 1));
  expect(await sql("SELECT COUNT(*) AS n FROM recordings")).toEqual([{ n: 1 }]);
});

test("a row that the table cannot hold is refused aloud", async () => {
  const unknown = warehouse.insert("recordings", "x", { ...recording("a", "1", 1), colour: "red" });
  await expect(unknown).rejects.toThrowError(RowsRefusedError);
  await expect(unknown).rejects.toThrowError(/colour/);
  const { channels: _, ...incomplete } = recording("a", "1", 1);
  await expect(warehouse.insert("recordings", "y", incomplete)).rejects.toThrowError(/channels/i);
  const wrong = { ...recording("a", "1", 1), duration_seconds: "long" };
  await expect(warehouse.insert("recordings", "z", wrong)).rejects.toThrowError(/long|duration/i);
  expect(await sql("SELECT COUNT(*) AS n FROM recordings")).toEqual([{ n: 0 }]);
});

const info = () => sql("SELECT id, title, quality_label, status FROM audio_info ORDER BY id");

describe("audio_info has one row per recording", () => {
  test("whichever stages have run", async () => {
    await warehouse.insert("recordings", "1", recording("both", "1", 1));
    await warehouse.insert("quality", "2", quality("both", "1", 2, "Good"));
    await warehouse.insert("recordings", "3", recording("only-loaded", "1", 1));
    await warehouse.insert("quality", "4", quality("only-graded", "1", 1, "Poor"));
    await warehouse.insert("rejections", "5", rejection("refused", "1", "load", 1));
    await warehouse.insert("rejections", "6", rejection("refused", "1", "classify", 1));
    expect(await info()).toEqual([
      { id: "both", title: "both of 1", quality_label: "Good", status: "loaded+classified" },
      { id: "only-graded", title: null, quality_label: "Poor", status: "classified" },
      { id: "only-loaded", title: "only-loaded of 1", quality_label: null, status: "loaded" },
      { id: "refused", title: null, quality_label: null, status: "rejected" },
    ]);
  });

  test("of its newest version, and a grade of an older one is not its grade", async () => {
    await warehouse.insert("recordings", "1", recording("a", "9", 1));
    await warehouse.insert("quality", "2", quality("a", "9", 2, "Good"));
    await warehouse.insert("recordings", "3", recording("a", "10", 3));
    expect(await info()).toEqual([
      { id: "a", title: "a of 10", quality_label: null, status: "loaded" },
    ]);
    await warehouse.insert("rejections", "4", rejection("a", "11", "load", 4));
    expect(await info()).toEqual([
      { id: "a", title: null, quality_label: null, status: "rejected" },
    ]);
  });

  test("counted once when a row was streamed twice, the later one", async () => {
    await warehouse.insert("recordings", "1", recording("a", "1", 1, { title: "first" }));
    await warehouse.insert("recordings", "2", recording("a", "1", 2, { title: "again" }));
    await warehouse.insert("quality", "3", quality("a", "1", 1, "Fair"));
    await warehouse.insert("quality", "4", quality("a", "1", 2, "Good"));
    expect(await info()).toEqual([
      { id: "a", title: "again", quality_label: "Good", status: "loaded+classified" },
    ]);
  });
});

test("a table grows by nullable columns: a row of before reads as before", async () => {
  const table = bigquery.dataset(dataset).table("recordings");
  const [{ schema }] = await table.getMetadata();
  const grown = [...schema.fields, { name: "language", type: "STRING", mode: "NULLABLE" }];
  await warehouse.insert("recordings", "old", recording("old.wav", "1", 1));
  await table.setMetadata({ schema: { fields: grown } });
  await warehouse.insert("recordings", "new", recording("new.wav", "1", 2, { language: "sw" }));
  expect(await sql("SELECT id, title, language FROM recordings ORDER BY id")).toEqual([
    { id: "new.wav", title: "new.wav of 1", language: "sw" },
    { id: "old.wav", title: "old.wav of 1", language: null },
  ]);
  expect(await sql("SELECT COUNT(*) AS n FROM audio_info")).toEqual([{ n: 2 }]);
});

test("every column is described, and what a table is partitioned and clustered by is in it", () => {
  const folder = new URL("../../shared/warehouse/tables/", import.meta.url);
  const files = readdirSync(folder);
  expect(files).toEqual(["crawls.json", "quality.json", "recordings.json", "rejections.json"]);
  for (const file of files) {
    const table = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as {
      description: string;
      schema: { fields: { name: string; description: string }[] };
      timePartitioning: { field: string };
      clustering: { fields: string[] };
    };
    const names = table.schema.fields.map(({ name }) => name);
    for (const { description } of [table, ...table.schema.fields])
      expect(description.length).toBeGreaterThan(10);
    expect(names).toEqual(
      expect.arrayContaining([table.timePartitioning.field, ...table.clustering.fields]),
    );
  }
});
