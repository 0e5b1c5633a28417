/**
 * `npm run bench -- warehouse`: the local BigQuery through Google's client, each figure beside another way to have it.
 * EARMARK_BENCH_ROWS (1000000) recordings with as many rows of `quality`, EARMARK_BENCH_STREAMED (100000) rows streamed.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { BigQuery } from "@google-cloud/bigquery";
import { toTable } from "#emulators/commands/table.ts";
import { createWarehouse } from "#emulators/local/resources.ts";
import { peakMibOf } from "./tools/process.ts";
import { duckdbGroupBy, sqliteGroupBy, sqliteRowsPerSecond } from "./warehouse-baselines.ts";
import { fillWarehouse, streamedRow } from "./warehouse-data.ts";
import { benchTranslation, median } from "./warehouse-translation.ts";

const batch = 500;
const questions = {
  "audio_info, recordings by label":
    "SELECT quality_label, COUNT(*) AS n FROM earmark.audio_info GROUP BY quality_label",
  "audio_info, hours and score by licence":
    "SELECT license, ROUND(SUM(duration) / 3600) AS hours, AVG(quality_score) AS score FROM earmark.audio_info GROUP BY license",
  hours_by_label: "SELECT * FROM earmark.hours_by_label",
};

type Row = {
  readonly measure: string;
  readonly here: string;
  readonly target: string;
  readonly beside: string;
};

export async function bench(): Promise<void> {
  process.env["METADATA_SERVER_DETECTION"] ??= "none";
  const rows = Number(process.env["EARMARK_BENCH_ROWS"] ?? 1_000_000);
  const streamed = Number(process.env["EARMARK_BENCH_STREAMED"] ?? 100_000);
  const table: Row[] = [];
  const starts: number[] = [];
  for (let i = 0; i < 5; i++) {
    const started = performance.now();
    const { child } = await startProcess();
    starts.push(performance.now() - started);
    child.disconnect();
    await once(child, "exit");
  }
  table.push({
    measure: "start of the process until it serves",
    here: `${median(starts).toFixed(0)} ms`,
    target: "1500 ms",
    beside: "",
  });
  for (const [what, { statements, medianMs, mostMs, plannedMs }] of Object.entries(
    await benchTranslation(),
  ))
    table.push({
      measure: `translation, ${statements} ${what}`,
      here: `${medianMs.toFixed(2)} ms, at most ${mostMs.toFixed(1)}`,
      target: "10 ms",
      beside: `DuckDB plans them in ${plannedMs.toFixed(1)} ms`,
    });
  table.push(...(await benchRows(rows, streamed)));
  process.stdout.write(`${toTable(table)}\nload ${loadavg()[0]?.toFixed(2)}, medians\n`);
}

async function startProcess(
  ...files: string[]
): Promise<{ child: ChildProcess; bigquery: BigQuery }> {
  const child = fork(new URL("warehouse-emulator.ts", import.meta.url), files, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [{ url }] = (await once(child, "message")) as [{ url: string }];
  return { child, bigquery: new BigQuery({ projectId: "bench", apiEndpoint: url }) };
}

async function benchRows(rows: number, streamed: number): Promise<Row[]> {
  const { child, bigquery } = await startProcess();
  try {
    await createWarehouse(bigquery, "earmark");
    const seconds = await stream(bigquery, streamed);
    await fillWarehouse(bigquery, rows);
    const times: [string, number][] = [];
    for (const [question, query] of Object.entries(questions)) {
      const runs: number[] = [];
      for (let i = 0; i < 5; i++) {
        const started = performance.now();
        await bigquery.query(query);
        runs.push((performance.now() - started) / 1000);
      }
      times.push([question, median(runs)]);
    }
    const peak = await peakMibOf(child.pid ?? 0);
    const kept = await streamIntoFile(streamed);
    const duckdb = await duckdbGroupBy(rows);
    const sqlite = sqliteGroupBy(rows);
    return [
      {
        measure: `${streamed} rows streamed, ${batch} at a time`,
        here: `${seconds.toFixed(1)} s`,
        target: "20 s",
        beside: `into a file that survives kill -9: ${kept.toFixed(1)} s; SQLite, row by row: ${(streamed / sqliteRowsPerSecond()).toFixed(1)} s`,
      },
      ...times.map(([question, time], i) => ({
        measure: `${question}, ${rows} recordings`,
        here: `${time.toFixed(2)} s`,
        target: "3 s",
        beside:
          i === 0
            ? `DuckDB by hand ${duckdb.toFixed(2)} s, SQLite's flat table ${sqlite.toFixed(2)} s`
            : "",
      })),
      {
        measure: "memory of the process, the most until here",
        here: `${peak.toFixed(0)} MiB`,
        target: "1024 MiB",
        beside: "",
      },
    ];
  } finally {
    child.disconnect();
    await once(child, "exit");
  }
}

/** Seconds for so many rows, streamed one batch after another into a table of their own. */
async function stream(bigquery: BigQuery, count: number): Promise<number> {
  const [dataset] = await bigquery.createDataset("streamed");
  const [{ schema }] = await bigquery.dataset("earmark").table("recordings").getMetadata();
  const [table] = await dataset.createTable("recordings", { schema });
  const started = performance.now();
  for (let from = 0; from < count; from += batch) {
    const size = Math.min(batch, count - from);
    await table.insert(
      Array.from({ length: size }, (_, i) => streamedRow(from + i)),
      { raw: true },
    );
  }
  const seconds = (performance.now() - started) / 1000;
  await dataset.delete({ force: true });
  return seconds;
}

async function streamIntoFile(count: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "earmark-bench-"));
  const { child, bigquery } = await startProcess(join(folder, "warehouse.duckdb"));
  try {
    await createWarehouse(bigquery, "earmark");
    return await stream(bigquery, count);
  } finally {
    child.disconnect();
    await once(child, "exit");
    rmSync(folder, { recursive: true, force: true });
  }
}
