import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DuckDBInstance } from "@duckdb/node-api";
import { streamedRow } from "./warehouse-data.ts";
import { median } from "./warehouse-translation.ts";

/** Rows per second of the case study's way: SQLite in a file, each row inserted and committed by itself. */
export function sqliteRowsPerSecond(rows = 300): number {
  const folder = mkdtempSync(join(tmpdir(), "earmark-bench-"));
  const database = new DatabaseSync(join(folder, "audio.db"));
  try {
    database.exec("CREATE TABLE audio_info (id TEXT, title TEXT, file_path TEXT, duration REAL)");
    const insert = database.prepare("INSERT INTO audio_info VALUES (?, ?, ?, ?)");
    const started = performance.now();
    for (let i = 0; i < rows; i++) {
      const { id, title, file_path, duration_seconds } = streamedRow(i).json;
      insert.run(id, title, file_path, duration_seconds);
    }
    return (1000 * rows) / (performance.now() - started);
  } finally {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Seconds for the same GROUP BY in SQLite over its one flat table, which has neither versions nor a join. */
export function sqliteGroupBy(rows: number): number {
  const database = new DatabaseSync(":memory:");
  try {
    database.exec(`CREATE TABLE audio_info AS
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${rows})
      SELECT 'freesound/' || i || '.mp3' AS id, 'title of sound ' || i AS title,
        substr('ExceGoodFairPoor', 1 + 4 * (i * 31 % 4), 4) AS quality_label FROM n`);
    const query = database.prepare("SELECT quality_label, COUNT(*) FROM audio_info GROUP BY 1");
    return median(Array.from({ length: 3 }, () => seconds(() => query.all())));
  } finally {
    database.close();
  }
}

/** Seconds for the same question written by hand for DuckDB over the same two tables, only the columns it needs. */
export async function duckdbGroupBy(rows: number): Promise<number> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  try {
    const id =
      "'freesound/' || (i * 7919 % 10000019) || '.mp3' AS id, 1700000000000000 + i * 1013 AS generation";
    await connection.run(`CREATE TABLE recordings AS SELECT ${id} FROM range(${rows}) AS t(i)`);
    await connection.run(
      `CREATE TABLE quality AS SELECT ${id}, ['Excellent', 'Good', 'Fair', 'Poor'][1 + i * 31 % 4] AS quality_label FROM range(${rows}) AS t(i)`,
    );
    const query = `SELECT g.quality_label, count(*) FROM
      (SELECT id, max(generation) AS generation FROM recordings GROUP BY id) AS r
      FULL JOIN (SELECT id, max(generation) AS generation, arg_max(quality_label, generation) AS quality_label FROM quality GROUP BY id) AS g
      ON g.id = r.id AND g.generation = r.generation GROUP BY 1`;
    const times: number[] = [];
    for (let i = 0; i < 3; i++) {
      const started = performance.now();
      await connection.runAndReadAll(query);
      times.push((performance.now() - started) / 1000);
    }
    return median(times);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function seconds(work: () => unknown): number {
  const started = performance.now();
  work();
  return (performance.now() - started) / 1000;
}
