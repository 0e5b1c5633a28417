import { afterAll, beforeAll, expect, test } from "vitest";
import { BigQuery } from "@google-cloud/bigquery";
import { type BigqueryEmulator, startBigqueryEmulator } from "#emulators/bigquery/index.ts";

// Documentation, "Array type": a NULL in an array is an error when it is written to a table or ends up in a result.
let emulator: BigqueryEmulator;
let bigquery: BigQuery;
const sql = async (text: string) => (await bigquery.query(text))[0] as Record<string, unknown>[];

beforeAll(async () => {
  emulator = await startBigqueryEmulator({ projectId: "test" });
  bigquery = new BigQuery({ projectId: "test", apiEndpoint: emulator.url });
  await bigquery.createDataset("d");
  await sql(
    "CREATE TABLE d.t (a ARRAY<INT64>, s STRUCT<x ARRAY<STRING>>, u ARRAY<STRUCT<y ARRAY<INT64>>>)",
  );
  await sql("CREATE TABLE d.one (a ARRAY<INT64>)");
  await sql("INSERT d.one VALUES ([1])");
});
afterAll(() => emulator.close());

test.each([
  ["INSERT d.t (a) VALUES ([1, NULL])", "a"],
  ["INSERT d.t (a) SELECT [NULL, 2]", "a"],
  ["INSERT d.t (s) VALUES (STRUCT(['x', NULL]))", "x"],
  ["INSERT d.t (u) VALUES ([STRUCT([1, NULL])])", "y"],
  ["CREATE TABLE d.made AS SELECT [1, NULL] AS a", "a"],
  ["UPDATE d.one SET a = [NULL] WHERE TRUE", "a"],
  ["MERGE d.t USING (SELECT 1 AS x) ON FALSE WHEN NOT MATCHED THEN INSERT (a) VALUES ([x, NULL])"],
  ["MERGE d.one USING (SELECT 1 AS x) ON TRUE WHEN MATCHED THEN UPDATE SET a = [x, NULL]"],
  ["SELECT [1, NULL] AS a"],
  ["SELECT STRUCT([1, NULL] AS a) AS s"],
  [
    "SELECT n, [STRUCT(IF(n < 205000, [1], [n, NULL]) AS a)] AS a FROM UNNEST(GENERATE_ARRAY(1, 205000)) n",
  ],
])("%s is refused", async (statement, field = "a") => {
  await expect(sql(statement)).rejects.toThrow(
    `Array cannot have a null element; error in writing field ${field}`,
  );
  expect(await sql("SELECT * FROM d.t")).toEqual([]);
  expect(await sql("SELECT a FROM d.one")).toEqual([{ a: [1] }]);
});

test("a destination table has no NULL in an array, and no array that is NULL", async () => {
  const [dataset, destination] = [bigquery.dataset("d"), bigquery.dataset("d").table("copy")];
  const query = (text: string) =>
    dataset.createQueryJob({ query: text, destination }).then(([job]) => job.getQueryResults());
  await expect(query("SELECT [STRUCT([1, NULL] AS a)] AS b")).rejects.toThrow(/null element/);
  await query(
    "SELECT CAST(NULL AS ARRAY<INT64>) AS a, STRUCT(CAST(NULL AS ARRAY<INT64>) AS b) AS s",
  );
  expect(await sql("SELECT a IS NULL AS a, s.b IS NULL AS b FROM d.copy")).toEqual([
    { a: false, b: false },
  ]);
});
