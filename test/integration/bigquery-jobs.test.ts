import { BigQuery } from "@google-cloud/bigquery";
import { Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BigqueryEmulator, startBigqueryEmulator } from "#emulators/bigquery/index.ts";
import { type StorageEmulator, startStorageEmulator } from "#emulators/storage/index.ts";

let storageEmulator: StorageEmulator;
let emulator: BigqueryEmulator;
let bigquery: BigQuery;
let storage: Storage;

const schema = {
  fields: [
    { name: "id", type: "INT64", mode: "REQUIRED" },
    { name: "name", type: "STRING" },
    { name: "at", type: "TIMESTAMP" },
  ],
};

beforeAll(async () => {
  storageEmulator = await startStorageEmulator();
  emulator = await startBigqueryEmulator({ projectId: "test", storageUrl: storageEmulator.url });
  bigquery = new BigQuery({ projectId: "test", apiEndpoint: emulator.url });
  storage = new Storage({ projectId: "test", apiEndpoint: storageEmulator.url });
  await bigquery.createDataset("d");
  await storage.createBucket("files");
});
afterAll(async () => {
  await emulator.close();
  await storageEmulator.close();
});

const rows = async (query: string) => (await bigquery.query(query))[0] as Record<string, unknown>[];

const part = (type: string, body: string) => `--mark\r\nContent-Type: ${type}\r\n\r\n${body}\r\n`;

/** The client's own upload stops over an endpoint without credentials (no headers to add to): the request that it would send. */
async function upload(configuration: object, content: string): Promise<Response> {
  return fetch(`${emulator.url}/upload/bigquery/v2/projects/test/jobs?uploadType=multipart`, {
    method: "POST",
    headers: { "content-type": "multipart/related; boundary=mark" },
    body: `${part("application/json", JSON.stringify({ configuration }))}${part("application/octet-stream", content)}--mark--`,
  });
}

test("a load job reads JSON lines from an upload", async () => {
  const destinationTable = { projectId: "test", datasetId: "d", tableId: "json" };
  const load = { destinationTable, sourceFormat: "NEWLINE_DELIMITED_JSON", schema };
  const content = '{"id": 1, "name": "a", "at": "2026-01-02T03:04:05Z"}\n{"id": "2"}\n';
  const job = (await (await upload({ load }, content)).json()) as object;
  expect(job).toMatchObject({
    status: { state: "DONE" },
    statistics: { load: { outputRows: "2" } },
  });
  expect(await rows("SELECT id, name, STRING(`at`) AS `at` FROM d.json ORDER BY id")).toEqual([
    { id: 1, name: "a", at: "2026-01-02 03:04:05+00" },
    { id: 2, name: null, at: null },
  ]);
});

test("a load job reads CSV from a bucket, whole or not at all", async () => {
  const csv = storage.bucket("files").file("in/one.csv");
  await csv.save('id,name,at\n1,"a, ""b""",2026-01-02 03:04:05\n2,,\n');
  const metadata = { sourceFormat: "CSV", skipLeadingRows: 1, schema, location: "US" };
  await bigquery.dataset("d").table("csv").load(csv, metadata);
  expect(await rows("SELECT id, name FROM d.csv ORDER BY id")).toEqual([
    { id: 1, name: 'a, "b"' },
    { id: 2, name: "" },
  ]);
  const bad = storage.bucket("files").file("in/bad.csv");
  await bad.save("id,name,at\n3,c,\nx,d,\n");
  const failed = bigquery.dataset("d").table("csv").load(bad, metadata);
  await expect(failed).rejects.toMatchObject({
    message: expect.stringContaining("Could not parse 'x' as INT64") as string,
  });
  expect(await rows("SELECT COUNT(*) AS n FROM d.csv")).toEqual([{ n: 2 }]);
});

test("an extract job writes what a load job reads", async () => {
  await bigquery.query(
    "CREATE TABLE d.source AS SELECT 1 AS id, ['x', 'y'] AS tags, STRUCT(2.5 AS f) AS s UNION ALL SELECT 2, [], NULL",
  );
  const file = storage.bucket("files").file("out/rows.json");
  await bigquery.dataset("d").table("source").extract(file, { format: "JSON" });
  const [content] = await file.download();
  expect(content.toString()).toBe('{"id":1,"tags":["x","y"],"s":{"f":2.5}}\n{"id":2,"tags":[]}\n');
  const [metadata] = (await bigquery.dataset("d").table("source").getMetadata()) as unknown as [
    { schema: { fields: object[] } },
  ];
  await bigquery
    .dataset("d")
    .table("copy")
    .load(file, { sourceFormat: "NEWLINE_DELIMITED_JSON", schema: metadata.schema });
  expect(await rows("SELECT * FROM d.copy ORDER BY id")).toEqual(
    await rows("SELECT * FROM d.source ORDER BY id"),
  );
});

test("a routine made by the API is called in SQL, and the other way round", async () => {
  const routine = bigquery.dataset("d").routine("twice");
  await routine.create({
    arguments: [{ name: "x", dataType: { typeKind: "INT64" } }],
    definitionBody: "x * 2",
    routineType: "SCALAR_FUNCTION",
    language: "SQL",
  });
  expect(await rows("SELECT d.twice(21) AS n")).toEqual([{ n: 42 }]);
  await bigquery.query("CREATE FUNCTION d.half(x FLOAT64) AS (x / 2)");
  const [routines] = await bigquery.dataset("d").getRoutines();
  expect(new Set(routines.map((r) => r.id))).toEqual(new Set(["half", "twice"]));
  await routine.delete();
  await expect(bigquery.query("SELECT d.twice(1)")).rejects.toThrow("Function not found: d.twice");
});

test("a dry run gives the schema and changes nothing", async () => {
  const [job] = await bigquery.createQueryJob({ query: "SELECT 1 AS a, 'x' AS b", dryRun: true });
  const statistics = job.metadata.statistics as {
    query: { schema: { fields: { name: string; type: string }[] } };
  };
  expect(statistics.query.schema.fields.map(({ name, type }) => [name, type])).toEqual([
    ["a", "INTEGER"],
    ["b", "STRING"],
  ]);
  await bigquery.createQueryJob({ query: "CREATE TABLE d.never (x INT64)", dryRun: true });
  expect(await bigquery.dataset("d").table("never").exists()).toEqual([false]);
});

test("a DML job says how many rows it changed", async () => {
  await bigquery.query("CREATE TABLE d.counted AS SELECT x FROM UNNEST([1, 2, 3]) AS x");
  const [job] = await bigquery.createQueryJob({
    query: "UPDATE d.counted SET x = x + 1 WHERE x > 1",
  });
  const [metadata] = (await job.getMetadata()) as unknown as [{ statistics: { query: object } }];
  expect(metadata.statistics.query).toMatchObject({
    statementType: "UPDATE",
    numDmlAffectedRows: "2",
  });
});

test("a default that no row could take is refused when the table is made, in SQL and by the API", async () => {
  for (const [type, value] of [
    ["STRING", "getenv('X')"],
    ["INT64", "'x'"],
    ["INT64", "other + 1"],
    ["INT64", "@p"],
  ]) {
    const column = `a ${type} DEFAULT ${value}`;
    const refused = /Invalid default value expression of column a/;
    await expect(bigquery.query(`CREATE TABLE d.never (${column})`)).rejects.toThrowError(refused);
    const schema = [{ name: "a", type, defaultValueExpression: value }];
    await expect(bigquery.dataset("d").createTable("never", { schema })).rejects.toThrowError(
      refused,
    );
  }
  expect(await bigquery.dataset("d").table("never").exists()).toEqual([false]);
  await bigquery.query(
    "CREATE TABLE d.filled (a INT64 DEFAULT 7, b TIMESTAMP DEFAULT CURRENT_TIMESTAMP())",
  );
  await expect(
    bigquery.query("ALTER TABLE d.filled ALTER COLUMN a SET DEFAULT 'x'"),
  ).rejects.toThrowError(/column a/);
  await bigquery.query("INSERT d.filled (b) VALUES (DEFAULT)");
  expect(await rows("SELECT a, b IS NULL AS none FROM d.filled")).toEqual([{ a: 7, none: false }]);
});

const said = async (of: { getMetadata(): Promise<unknown> }) =>
  ((await of.getMetadata()) as [object])[0];

test("OPTIONS are kept in the resource: labels, names, descriptions", async () => {
  await bigquery.query(`CREATE SCHEMA made OPTIONS (labels = [("team", "speech")], description = "ours");
    CREATE TABLE made.t (x INT64) OPTIONS (labels = [("a", "1"), ("b", "2")], friendly_name = "T");
    CREATE VIEW made.v OPTIONS (labels = [("c", "3")]) AS SELECT * FROM made.t`);
  const dataset = bigquery.dataset("made");
  expect(await said(dataset)).toMatchObject({ labels: { team: "speech" }, description: "ours" });
  const table = { labels: { a: "1", b: "2" }, friendlyName: "T" };
  expect(await said(dataset.table("t"))).toMatchObject(table);
  expect(await said(dataset.table("v"))).toMatchObject({ labels: { c: "3" } });
  await bigquery.query(
    'ALTER TABLE made.t SET OPTIONS (labels = [("a", "9")], friendly_name = NULL)',
  );
  const changed = await said(dataset.table("t"));
  expect(changed).toMatchObject({ labels: { a: "9" } });
  expect(changed).not.toHaveProperty("friendlyName");
  expect(changed).not.toHaveProperty("labels.b");
  await expect(
    bigquery.query('ALTER TABLE made.t SET OPTIONS (labels = "a")'),
  ).rejects.toThrowError(/Option labels value has type STRING/);
});
