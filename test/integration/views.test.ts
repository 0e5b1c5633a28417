import { readFileSync } from "node:fs";
import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BigqueryEmulator, startBigqueryEmulator } from "#emulators/bigquery/index.ts";
import { query } from "#emulators/commands/query.ts";
import { createWarehouse } from "#emulators/local/resources.ts";
import { openWarehouse, type Row } from "#shared/warehouse/warehouse.ts";

let emulator: BigqueryEmulator;
let bigquery: BigQuery;
const sql = (statement: string) => query(bigquery, statement, { defaultDataset: "earmark" });

/** Six recordings whose answers are known: [id, seconds, codec, bitrate, licence, preference, query, md5, label, score]. */
const known = [
  [
    "a",
    3600,
    "mp3",
    128_000,
    "CC0-1.0",
    "no-additional-preferences",
    "voice",
    "m1",
    "Excellent",
    4.6,
  ],
  ["b", 1800, "mp3", 130_000, "CC-BY-4.0", "no-gen-ai", "voice", "m2", "Good", 4.0],
  ["c", 1800, "flac", 240_000, "CC-BY-NC-4.0", "open-source-models", "voice", "m1", "Good", 3.6],
  ["d", 3600, "flac", 256_000, "CC0-1.0", null, "speech", "m3", "Poor", 1.2],
  ["e", 7200, "opus", 16_000, "Sampling-Plus", null, "speech", "m4", null, null],
] as const;

beforeAll(async () => {
  emulator = await startBigqueryEmulator({ projectId: "test" });
  bigquery = new BigQuery({ projectId: "test", apiEndpoint: emulator.url });
  await createWarehouse(bigquery, "earmark");
  const warehouse = openWarehouse(bigquery, "earmark");
  for (const [
    id,
    seconds,
    codec,
    bitrate,
    license,
    preference,
    crawlQuery,
    md5,
    label,
    score,
  ] of known) {
    await warehouse.insert("recordings", id, {
      id,
      generation: "1",
      title: `title of ${id}`,
      file_path: `gs://b/${id}`,
      duration_seconds: seconds,
      sample_rate: 44_100,
      channels: 1,
      container: codec,
      codec,
      bitrate,
      size_bytes: 1000,
      md5,
      license,
      gen_ai_preference: preference,
      query: crawlQuery,
      source_url: `https://example.org/${id}`,
      tags: ["speech"],
      truncated: false,
      loaded_at: "2026-01-01T00:00:00Z",
    });
    await warehouse.insert("quality", id, {
      id,
      generation: "1",
      quality_label: label,
      quality_score: score,
      bandwidth_hz: id === "d" ? 11_025 : 20_000,
      upsampled: id === "d",
      label_reasons: [],
      classifier_version: "1",
      classified_at: "2026-01-01T00:00:00Z",
    });
  }
  const again = {
    generation: "1",
    label_reasons: ["background noise: loud"],
    classifier_version: "2",
  };
  const regraded = { ...again, id: "b", quality_label: "Fair", quality_score: 3.4 };
  await warehouse.insert("quality", "b2", { ...regraded, classified_at: "2026-02-01T00:00:00Z" });
  for (const [id, stage, reason] of [
    ["x", "load", "not-audio"],
    ["x", "classify", "not-audio"],
    ["y", "load", "not-audio"],
    ["z", "load", "too-long"],
  ] as const)
    await warehouse.insert("rejections", `${id}#${stage}`, {
      id,
      generation: "1",
      stage,
      reason,
      detail: `Detail of ${id}.`,
      rejected_at: id === "y" ? "2026-01-02T00:00:00Z" : "2026-01-01T00:00:00Z",
    });
  const run: Row = {
    crawl_id: "c1",
    source: "freesound",
    query: "voice",
    trigger: "schedule",
    started_at: "2026-01-01T00:00:00Z",
    finished_at: "2026-01-01T00:01:30.500Z",
    status: "complete",
    found: 300,
    stored: 4,
    already_stored: 290,
    skipped_license: 2,
    skipped_preference: 3,
    failed: 1,
    api_calls: 2,
    bytes: 5_000_000,
  };
  await warehouse.insert("crawls", "c1", run);
  await warehouse.insert("crawls", "c2", {
    ...run,
    crawl_id: "c2",
    stored: 0,
    bytes: 0,
    started_at: "2026-01-02T00:00:00Z",
    finished_at: null,
  });
});
afterAll(() => emulator.close());

const counts = { excellent: 0, good: 0, fair: 0, poor: 0, unrated: 0 };

test("quality_by_license", async () => {
  expect(await sql("SELECT * FROM quality_by_license ORDER BY license")).toEqual([
    { license: "CC-BY-4.0", recordings: 1, hours: 0.5, ...counts, fair: 1, mean_score: 3.4 },
    { license: "CC-BY-NC-4.0", recordings: 1, hours: 0.5, ...counts, good: 1, mean_score: 3.6 },
    {
      license: "CC0-1.0",
      recordings: 2,
      hours: 2,
      ...counts,
      excellent: 1,
      poor: 1,
      mean_score: 2.9,
    },
    { license: "Sampling-Plus", recordings: 1, hours: 2, ...counts, unrated: 1, mean_score: null },
  ]);
});

test("quality_by_query", async () => {
  const rows = await sql(
    "SELECT query, recordings, hours, good FROM quality_by_query ORDER BY query",
  );
  expect(rows).toEqual([
    { query: "speech", recordings: 2, hours: 3, good: 0 },
    { query: "voice", recordings: 3, hours: 2, good: 1 },
  ]);
});

test("quality_by_codec puts bit rates in steps of 32 kbit/s", async () => {
  const columns = "codec, kbit_per_second_from AS from_kbit, recordings";
  expect(await sql(`SELECT ${columns} FROM quality_by_codec ORDER BY codec, from_kbit`)).toEqual([
    { codec: "flac", from_kbit: 224, recordings: 1 },
    { codec: "flac", from_kbit: 256, recordings: 1 },
    { codec: "mp3", from_kbit: 128, recordings: 2 },
    { codec: "opus", from_kbit: 0, recordings: 1 },
  ]);
});

test("hours_by_label", async () => {
  expect(await sql("SELECT * FROM hours_by_label ORDER BY hours DESC, quality_label")).toEqual([
    { quality_label: null, recordings: 1, hours: 2, share_of_hours: 0.4 },
    { quality_label: "Excellent", recordings: 1, hours: 1, share_of_hours: 0.2 },
    { quality_label: "Poor", recordings: 1, hours: 1, share_of_hours: 0.2 },
    { quality_label: "Fair", recordings: 1, hours: 0.5, share_of_hours: 0.1 },
    { quality_label: "Good", recordings: 1, hours: 0.5, share_of_hours: 0.1 },
  ]);
});

test("usable_for_training says what a licence and a preference allow", async () => {
  const rows = await sql(
    `SELECT license, commercial_use, attribution_required, generative_models_not_refused AS ai, recordings,
       share_of_recordings AS share
     FROM usable_for_training ORDER BY license, gen_ai_preference`,
  );
  expect(rows).toEqual([
    {
      license: "CC-BY-4.0",
      commercial_use: true,
      attribution_required: true,
      ai: false,
      recordings: 1,
      share: 0.2,
    },
    {
      license: "CC-BY-NC-4.0",
      commercial_use: false,
      attribution_required: true,
      ai: true,
      recordings: 1,
      share: 0.2,
    },
    {
      license: "CC0-1.0",
      commercial_use: true,
      attribution_required: false,
      ai: true,
      recordings: 1,
      share: 0.2,
    },
    {
      license: "CC0-1.0",
      commercial_use: true,
      attribution_required: false,
      ai: true,
      recordings: 1,
      share: 0.2,
    },
    {
      license: "Sampling-Plus",
      commercial_use: false,
      attribution_required: true,
      ai: true,
      recordings: 1,
      share: 0.2,
    },
  ]);
});

test("upsampled_suspects, with what gave them away", async () => {
  expect(
    await sql(
      "SELECT id, bandwidth_hz, share_of_possible_bandwidth AS share FROM upsampled_suspects",
    ),
  ).toEqual([{ id: "d", bandwidth_hz: 11_025, share: 0.5 }]);
});

test("duplicates by their bytes", async () => {
  expect(await sql("SELECT md5, copies, ids, licenses, bytes_to_spare FROM duplicates")).toEqual([
    {
      md5: "m1",
      copies: 2,
      ids: ["a", "c"],
      licenses: ["CC-BY-NC-4.0", "CC0-1.0"],
      bytes_to_spare: 1000,
    },
  ]);
});

test("crawl_history with what a stored sound took", async () => {
  const columns =
    "crawl_id, seconds, skipped, megabytes, api_calls_per_stored AS calls, megabytes_per_stored AS mb";
  expect(await sql(`SELECT ${columns} FROM crawl_history ORDER BY crawl_id`)).toEqual([
    { crawl_id: "c1", seconds: 90.5, skipped: 5, megabytes: 5, calls: 0.5, mb: 1.25 },
    { crawl_id: "c2", seconds: null, skipped: 5, megabytes: 0, calls: null, mb: null },
  ]);
});

test("rejections_by_reason", async () => {
  const rows = await sql(
    "SELECT stage, reason, recordings, an_id, latest_detail FROM rejections_by_reason ORDER BY stage, reason",
  );
  expect(rows).toEqual([
    {
      stage: "classify",
      reason: "not-audio",
      recordings: 1,
      an_id: "x",
      latest_detail: "Detail of x.",
    },
    {
      stage: "load",
      reason: "not-audio",
      recordings: 2,
      an_id: "x",
      latest_detail: "Detail of y.",
    },
    { stage: "load", reason: "too-long", recordings: 1, an_id: "z", latest_detail: "Detail of z." },
  ]);
});

test("label_drift between classifier versions", async () => {
  expect(await sql("SELECT * FROM label_drift")).toEqual([
    {
      earlier_version: "1",
      classifier_version: "2",
      earlier_label: "Good",
      quality_label: "Fair",
      recordings: 1,
      mean_change_of_score: -0.6,
    },
  ]);
});

test("ranking gives the best and the worst, with links", async () => {
  const best =
    "SELECT id, quality_score, source_url FROM ranking WHERE best_rank <= 2 ORDER BY best_rank";
  expect(await sql(best)).toEqual([
    { id: "a", quality_score: 4.6, source_url: "https://example.org/a" },
    { id: "c", quality_score: 3.6, source_url: "https://example.org/c" },
  ]);
  const [worst] = await sql("SELECT id FROM ranking WHERE worst_rank = 1");
  expect(worst).toEqual({ id: "d" });
});

test("every statement of the README's cookbook runs", async () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const cookbook = /A cookbook[\s\S]*?```sql\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const statements = cookbook.split(";\n").filter((statement) => statement.trim() !== "");
  expect(statements.length).toBeGreaterThanOrEqual(6);
  for (const statement of statements) expect(await sql(statement)).not.toEqual([]);
});

// Last: what it inserts is in no other test's answers.
test("rejections_by_reason leaves out what a newer version or a replay has settled", async () => {
  const warehouse = openWarehouse(bigquery, "earmark");
  const before = await sql("SELECT * FROM rejections_by_reason ORDER BY stage, reason");
  const settled = { reason: "too-large", detail: "", rejected_at: "2026-01-01T00:00:00Z" };
  const loaded = {
    duration_seconds: 1,
    sample_rate: 8000,
    channels: 1,
    container: "wav",
    codec: "pcm_s16le",
    size_bytes: 1,
    tags: [],
    truncated: false,
    loaded_at: "2026-01-03T00:00:00Z",
  };
  for (const [id, generation] of [
    ["uploaded-again", "2"],
    ["replayed", "1"],
  ]) {
    const rejection = { id, generation: "1", stage: "load", ...settled };
    await warehouse.insert("rejections", `${id}#1`, rejection);
    const row = { id, generation, file_path: `gs://b/${id}`, title: id, ...loaded };
    await warehouse.insert("recordings", `${id}#2`, row);
  }
  expect(await sql("SELECT * FROM rejections_by_reason ORDER BY stage, reason")).toEqual(before);
});
