import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BigQuery } from "@google-cloud/bigquery";
import { afterEach, beforeEach, expect, test } from "vitest";
import { workFolder } from "#emulators/bigquery/engine/work-folder.ts";
import { type BigqueryEmulator, startBigqueryEmulator } from "#emulators/bigquery/index.ts";

let folder: string;
let path: string;
let emulator: BigqueryEmulator | undefined;
let child: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "earmark-test-"));
  path = join(folder, "warehouse.duckdb");
});
afterEach(async () => {
  child?.kill("SIGKILL");
  await emulator?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(projectId = "test"): Promise<BigQuery> {
  await emulator?.close();
  emulator = undefined;
  emulator = await startBigqueryEmulator({ projectId, path });
  return new BigQuery({ projectId, apiEndpoint: emulator.url });
}

/** The emulator in a process of its own, to be killed. */
async function openProcess(): Promise<BigQuery> {
  const script = new URL("bigquery-process.ts", import.meta.url);
  child = fork(script, [path], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const ended = once(child, "exit").then(() => Promise.reject(new Error("it did not start")));
  const [apiEndpoint] = (await Promise.race([once(child, "message"), ended])) as [string];
  ended.catch(() => undefined); // later it is killed, and that is no failure
  return new BigQuery({ projectId: "test", apiEndpoint });
}

const rows = async (bigquery: BigQuery, query: string) => (await bigquery.query(query))[0];

test("what is in a file is there again: rows, schemas, views, functions and insertIds", async () => {
  const before = await open();
  const [dataset] = await before.createDataset("d", { labels: { team: "speech" } });
  const fields = [
    { name: "id", type: "STRING", mode: "REQUIRED", description: "key" },
    { name: "n", type: "NUMERIC" },
    { name: "tags", type: "STRING", mode: "REPEATED" },
  ];
  await dataset.createTable("t", {
    schema: { fields },
    description: "a table",
    clustering: { fields: ["id"] },
  });
  await dataset.createTable("v", {
    view: { query: "SELECT id, n * 2 AS twice FROM d.t", useLegacySql: false },
  });
  const row = { insertId: "1", json: { id: "a", n: "1.5", tags: ["x", "y"] } };
  await dataset.table("t").insert([row], { raw: true });
  await before.query("CREATE FUNCTION d.half(x FLOAT64) AS (x / 2)");
  await before.query("ALTER TABLE d.t ADD COLUMN added TIMESTAMP");
  await before.query("INSERT d.t (id, added) VALUES ('b', TIMESTAMP '2026-01-01 00:00:00Z')");
  await before.query("CREATE TEMP TABLE own AS SELECT 1 AS x; SELECT * FROM own");
  const destination = dataset.table("made");
  const [job] = await before.createQueryJob({ query: "SELECT 'kept' AS s", destination });
  await job.getQueryResults();
  const [metadata] = await dataset.table("t").getMetadata();

  const after = await open();
  const [again] = await after.dataset("d").table("t").getMetadata();
  const { selfLink: _a, etag: _b, lastModifiedTime: _c, ...kept } = metadata;
  expect(again).toMatchObject(kept);
  expect((await after.dataset("d").getMetadata())[0]).toMatchObject({ labels: { team: "speech" } });
  await after.dataset("d").table("t").insert([row], { raw: true });
  expect(
    await rows(
      after,
      "SELECT id, FORMAT('%t', n) AS n, tags, added IS NULL AS old FROM d.t ORDER BY id",
    ),
  ).toEqual([
    { id: "a", n: "1.5", tags: ["x", "y"], old: true },
    { id: "b", n: "NULL", tags: [], old: false },
  ]);
  expect(
    await rows(after, "SELECT d.half(3) AS h, FORMAT('%t', SUM(twice)) AS s FROM d.v"),
  ).toEqual([{ h: 1.5, s: "3" }]);
  expect(await rows(after, "SELECT * FROM d.made")).toEqual([{ s: "kept" }]);
  await after.query("CREATE TABLE d.more AS SELECT 1 AS x");
  expect(
    await rows(after, "SELECT table_name FROM d.INFORMATION_SCHEMA.TABLES ORDER BY 1"),
  ).toEqual(["made", "more", "t", "v"].map((table_name) => ({ table_name })));
});

test("a procedure, an aggregate function and a table function are there again, and say what they are", async () => {
  const before = await open();
  await before.createDataset("d");
  await before.query(`CREATE PROCEDURE d.next(x INT64, OUT y INT64) BEGIN SET y = x + 1; END;
    CREATE AGGREGATE FUNCTION d.total(x INT64) AS (SUM(x));
    CREATE TABLE FUNCTION d.upto(n INT64) AS SELECT x FROM UNNEST(GENERATE_ARRAY(1, n)) AS x;
    CREATE FUNCTION d.half(x FLOAT64) AS (x / 2)`);

  const after = await open();
  expect(
    await rows(
      after,
      "DECLARE y INT64; CALL d.next((SELECT d.total(x) FROM d.upto(3)), y); SELECT y, d.half(y) AS h",
    ),
  ).toEqual([{ y: 7, h: 3.5 }]);
  const [routines] = await after.dataset("d").getRoutines();
  const metadata = await Promise.all(routines.map((routine) => routine.getMetadata()));
  const said = (metadata as unknown as [Record<string, unknown>][]).map(
    ([{ routineType, definitionBody }]) => [routineType, definitionBody],
  );
  expect(new Set(said)).toEqual(
    new Set([
      ["AGGREGATE_FUNCTION", "SUM(x)"],
      ["PROCEDURE", "BEGIN SET y = x + 1; END"],
      ["SCALAR_FUNCTION", "x / 2"],
      ["TABLE_VALUED_FUNCTION", "SELECT x FROM UNNEST(GENERATE_ARRAY(1, n)) AS x"],
    ]),
  );
  const view = "SELECT routine_name, routine_type FROM d.INFORMATION_SCHEMA.ROUTINES ORDER BY 1";
  expect((await rows(after, view)).map((row: object) => Object.values(row))).toEqual([
    ["half", "FUNCTION"],
    ["next", "PROCEDURE"],
    ["total", "FUNCTION"],
    ["upto", "TABLE FUNCTION"],
  ]);
  const procedure =
    "SELECT routine_definition AS text FROM d.INFORMATION_SCHEMA.ROUTINES WHERE routine_type = 'PROCEDURE'";
  expect(await rows(after, procedure)).toEqual([{ text: "BEGIN SET y = x + 1; END" }]);
});

test("a statement that fails leaves neither half of a table nor half of a schema", async () => {
  const bigquery = await open();
  await bigquery.createDataset("d");
  await bigquery.query("CREATE TABLE d.t AS SELECT 1 AS a");
  const fails = (query: string, message: RegExp) =>
    expect(bigquery.query(query)).rejects.toThrowError(message);
  await fails("CREATE TABLE d.bad AS SELECT 1 / (a - 1) AS x FROM d.t", /division by zero/);
  await fails(
    "CREATE OR REPLACE TABLE d.t AS SELECT 1 / (a - 1) AS x FROM d.t",
    /division by zero/,
  );
  await fails("ALTER TABLE d.t ADD COLUMN b INT64, DROP COLUMN nope", /nope/);
  const columns = "SELECT table_name, column_name FROM d.INFORMATION_SCHEMA.COLUMNS";
  expect(await rows(bigquery, columns)).toEqual([{ table_name: "t", column_name: "a" }]);
  expect(await rows(await open(), columns)).toEqual([{ table_name: "t", column_name: "a" }]);
  expect(await rows(await open(), "SELECT * FROM d.t")).toEqual([{ a: 1 }]);
});

test("a file of another project, or none of ours, is refused in words", async () => {
  await open();
  await expect(open("other")).rejects.toThrowError(/holds the project test, not other/);
  writeFileSync(path, "no database");
  await expect(open()).rejects.toThrowError(/warehouse\.duckdb/);
});

test("two processes cannot have the same file", async () => {
  await openProcess();
  await expect(open()).rejects.toThrowError(/warehouse\.duckdb is in use by another process/);
});

test("what a killed process has spilled to disk is removed by the next one", async () => {
  const dead = spawn(process.execPath, ["-e", ""]);
  await once(dead, "exit");
  const folders = [dead.pid, process.pid].map((pid) => `earmark-bigquery-${pid}-0`);
  for (const name of folders) mkdirSync(join(folder, name));
  const own = workFolder(folder);
  expect(readdirSync(folder)).toEqual([folders[1]]);
  expect(own).toContain(`earmark-bigquery-${process.pid}-`);
});

test("killed while two clients insert: whole requests are there, each once, and none that was confirmed is lost", async () => {
  const first = await openProcess();
  await first.createDataset("d");
  await first.query("CREATE TABLE d.t (writer INT64, batch INT64, n INT64, note STRING)");
  const size = 200;
  const batchOf = (writer: number, batch: number) =>
    Array.from({ length: size }, (_, n) => ({
      insertId: `${writer}/${batch}/${n}`,
      json: { writer, batch, n, note: "a row that is wide enough to be torn ".repeat(8) },
    }));
  const confirmed = [0, 0];
  const write = async (writer: number) => {
    const table = new BigQuery({
      projectId: "test",
      apiEndpoint: first.apiEndpoint,
      autoRetry: false,
    })
      .dataset("d")
      .table("t");
    for (let batch = 0; ; batch++) {
      await table.insert(batchOf(writer, batch), { raw: true, partialRetries: 0 });
      confirmed[writer] = batch + 1;
      // Killed when both are well under way, in the middle of whatever is going on.
      if (confirmed.every((count) => count >= 3)) child?.kill("SIGKILL");
    }
  };
  await Promise.allSettled([write(0), write(1)]);

  const second = await open();
  const found = await rows(
    second,
    "SELECT writer, batch, COUNT(*) AS n, COUNT(DISTINCT n) AS different FROM d.t GROUP BY writer, batch",
  );
  for (const batch of found as { n: number; different: number }[])
    expect(batch).toMatchObject({ n: size, different: size });
  for (const [writer, count] of confirmed.entries()) {
    const batches = (found as { writer: number; batch: number }[])
      .filter((row) => row.writer === writer)
      .map(({ batch }) => batch);
    expect(batches.toSorted((a, b) => a - b).slice(0, count)).toEqual(
      Array.from({ length: count }, (_, i) => i),
    );
    // A client that never heard whether its last request was stored sends it again.
    for (const batch of [count - 1, count])
      await second.dataset("d").table("t").insert(batchOf(writer, batch), { raw: true });
  }
  expect(
    await rows(
      second,
      "SELECT COUNT(*) - COUNT(DISTINCT FORMAT('%d/%d/%d', writer, batch, n)) AS twice FROM d.t",
    ),
  ).toEqual([{ twice: 0 }]);
}, 30_000);
