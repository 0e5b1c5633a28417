import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, expect, test } from "vitest";
import { duckError } from "#emulators/bigquery/engine/duck-error.ts";
import { type BigqueryEmulator, startBigqueryEmulator } from "#emulators/bigquery/index.ts";

let emulator: BigqueryEmulator;
let bigquery: BigQuery;

beforeAll(async () => {
  emulator = await startBigqueryEmulator({ projectId: "test" });
  bigquery = new BigQuery({ projectId: "test", apiEndpoint: emulator.url });
});
afterAll(() => emulator.close());

test("a query that outgrows its memory says so in BigQuery's words", () => {
  const error = new Error("Out of Memory Error: failed to allocate data of size 16.0 MiB");
  expect(duckError(error)).toMatchObject({
    reason: "resourcesExceeded",
    message: expect.stringContaining("Resources exceeded during query execution"),
  });
});

/** Many columns make few rows a large result: above 400,000 values it is kept in DuckDB. */
const count = 12_000;
const wide = Array.from({ length: 40 }, (_, i) => `x AS c${i}`).join(", ");
const many = `SELECT x, CONCAT('row ', CAST(x AS STRING)) AS s, [x, -x] AS a, NULL AS nothing, ${wide}
  FROM UNNEST(GENERATE_ARRAY(1, ${count})) AS x ORDER BY x DESC`;

test("a large result comes page by page, in its order and with its types", async () => {
  const [job] = await bigquery.createQueryJob({ query: many });
  const [page, next, answer] = await job.getQueryResults({ maxResults: 3, autoPaginate: false });
  expect(answer).toMatchObject({ totalRows: String(count) });
  expect(page).toMatchObject([{ x: count }, { x: count - 1, a: [count - 1, 1 - count] }, {}]);
  const [second] = await job.getQueryResults({ ...next, autoPaginate: false });
  expect(second).toMatchObject([
    { x: count - 3, s: `row ${count - 3}`, nothing: null },
    { x: count - 4 },
    { x: count - 5 },
  ]);
  const [last, none] = await job.getQueryResults({
    startIndex: String(count - 2),
    autoPaginate: false,
  });
  expect(last).toMatchObject([{ x: 2 }, { x: 1 }]);
  expect(none).toBeNull();
}, 20_000);

test("a large result goes into a table, and into no variable", async () => {
  await bigquery.createDataset("d");
  const destination = bigquery.dataset("d").table("many");
  const [job] = await bigquery.createQueryJob({ query: many, destination });
  await job.getQueryResults({ maxResults: 1, autoPaginate: false });
  const [rows] = await bigquery.query("SELECT COUNT(DISTINCT x) AS n FROM d.many");
  expect(rows).toEqual([{ n: count }]);
  const script = `DECLARE v INT64; EXECUTE IMMEDIATE "SELECT ${wide} FROM UNNEST(GENERATE_ARRAY(1, ${count})) AS x" INTO v`;
  await expect(bigquery.query(script)).rejects.toThrowError(/only one row/);
}, 20_000);

test("an array with a NULL in it is refused in a large result too", async () => {
  const query = `SELECT x, [IF(x = 77, NULL, x)] AS a, ${wide} FROM UNNEST(GENERATE_ARRAY(1, ${count})) AS x`;
  await expect(bigquery.query(query)).rejects.toThrowError(
    "Array cannot have a null element; error in writing field a",
  );
});

test("the rows of old jobs make room for those of new ones, which is said", async () => {
  const large = `SELECT ${wide} FROM UNNEST(GENERATE_ARRAY(1, ${count})) AS x`;
  const [old] = await bigquery.createQueryJob({ query: large });
  const page = { maxResults: 1, autoPaginate: false };
  expect((await old.getQueryResults(page))[0]).toHaveLength(1);
  let newest = old;
  for (let i = 0; i < 16; i++) [newest] = await bigquery.createQueryJob({ query: large });
  expect((await newest.getQueryResults(page))[0]).toHaveLength(1);
  await expect(old.getQueryResults(page)).rejects.toThrowError(/kept no longer/);
}, 20_000);

test("a large result of a transaction has what that wrote, and is there when it is taken back", async () => {
  const query = `CREATE TEMP TABLE n AS SELECT 1 AS x;
    BEGIN TRANSACTION;
    INSERT n SELECT x FROM UNNEST(GENERATE_ARRAY(2, ${count})) AS x;
    SELECT x, CONCAT('row ', CAST(x AS STRING)) AS s, [x, -x] AS a, NULL AS nothing, ${wide} FROM n ORDER BY x DESC;
    ROLLBACK TRANSACTION`;
  const [job] = await bigquery.createQueryJob({ query });
  const [page, , answer] = await job.getQueryResults({ maxResults: 2, autoPaginate: false });
  expect(answer).toMatchObject({ totalRows: String(count) });
  expect(page).toMatchObject([
    { x: count, s: `row ${count}`, a: [count, -count], nothing: null },
    { x: count - 1 },
  ]);
});

const insertAll = async (rows: unknown[]) => {
  const url = `${emulator.url}/bigquery/v2/projects/test/datasets/d/tables/limited/insertAll`;
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ rows }) });
  return { status: response.status, text: await response.text() };
};

// Quotas and limits, "Streaming inserts".
test("insertAll takes at most 50,000 rows and 10 MB", async () => {
  await bigquery.query("CREATE TABLE d.limited (a STRING, i INTERVAL)");
  const many = await insertAll(Array.from({ length: 50_001 }, () => ({ json: { a: "" } })));
  expect(many).toMatchObject({ status: 400 });
  expect(many.text).toContain("too many rows present in the request, limit: 50000");
  const large = await insertAll([{ json: { a: "x".repeat(10 * 1024 * 1024) } }]);
  expect(large).toMatchObject({ status: 413 });
  expect(large.text).toContain("Request payload size exceeds the limit");
  const fits = await insertAll([{ json: { a: "x".repeat(9 * 1024 * 1024), i: "0-0 1 0:0:0" } }]);
  expect(fits.text).not.toContain("insertErrors");
  const [rows] = await bigquery.query(
    "SELECT LENGTH(a) AS n, EXTRACT(DAY FROM i) AS d FROM d.limited",
  );
  expect(rows).toEqual([{ n: 9 * 1024 * 1024, d: 1 }]);
});
