import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BigqueryEmulator, startBigqueryEmulator } from "#emulators/bigquery/index.ts";

let emulator: BigqueryEmulator;
let bigquery: BigQuery;

beforeAll(async () => {
  emulator = await startBigqueryEmulator({ projectId: "test" });
  bigquery = new BigQuery({ projectId: "test", apiEndpoint: emulator.url });
  await bigquery.createDataset("d");
  await bigquery.query(`CREATE TABLE d.t (day DATE, n INT64) PARTITION BY day
      OPTIONS (require_partition_filter = TRUE);
    INSERT d.t VALUES ('2026-01-01', 1), ('2026-01-02', 2);
    CREATE TABLE d.free AS SELECT DATE '2026-01-01' AS day, 7 AS n;
    CREATE VIEW d.v AS SELECT day AS d, n FROM d.t`);
});
afterAll(() => emulator.close());

const refusal =
  "Cannot query over table 'd.t' without a filter over column(s) 'day' that can be used for partition elimination";

test.each([
  "SELECT * FROM d.t",
  "SELECT * FROM d.t WHERE n = 1",
  "SELECT * FROM d.t WHERE day = '2026-01-01' OR n = 1",
  "SELECT * FROM d.t WHERE n = 1 AND EXTRACT(DAY FROM day) = n",
  "SELECT * FROM d.t WHERE day = (SELECT MAX(day) FROM d.free)",
  "SELECT 'day' AS text FROM d.t WHERE n > 0 AND 'day' = 'day'",
  "SELECT a.n FROM d.t AS a JOIN d.free AS b ON a.day = b.day WHERE b.day = '2026-01-01'",
  "SELECT a.n FROM d.t AS a, d.t AS b WHERE a.day = '2026-01-01'",
  "SELECT * FROM d.v WHERE n = 1",
  "SELECT (SELECT COUNT(*) FROM d.t) AS n",
  "WITH q AS (SELECT * FROM d.t) SELECT * FROM q",
  "FROM d.t |> AGGREGATE COUNT(*) AS n",
  "CREATE TABLE d.copied AS SELECT * FROM d.t",
  "INSERT d.free SELECT * FROM d.t",
  "UPDATE d.t SET n = 0 WHERE n = 1",
  "DELETE d.t WHERE TRUE",
  "MERGE d.t AS t USING d.free AS f ON t.n = f.n WHEN MATCHED THEN DELETE",
  "DECLARE x INT64 DEFAULT (SELECT COUNT(*) FROM d.t)",
  "FOR r IN (SELECT * FROM d.t) DO SELECT 1; END FOR",
])("refused: %s", async (query) => {
  await expect(bigquery.query(query)).rejects.toThrowError(refusal);
});

test.each([
  ["SELECT n FROM d.t WHERE day = '2026-01-02'", 2],
  ["SELECT n FROM d.t WHERE n > 0 AND day BETWEEN '2026-01-02' AND '2026-02-01'", 2],
  ["SELECT SUM(n) AS n FROM d.t WHERE day = '2026-01-01' OR day = '2026-01-02'", 3],
  ["SELECT n FROM d.t WHERE DATE_TRUNC(day, MONTH) = '2026-01-01' AND n = 2", 2],
  ["SELECT n FROM d.t WHERE day IN (@day)", 1],
  ["SELECT n FROM d.v WHERE d > '2026-01-01'", 2],
  ["SELECT n FROM (SELECT * FROM (SELECT day AS x, n FROM d.t)) WHERE x = '2026-01-01'", 1],
  ["WITH q AS (SELECT * FROM d.t) SELECT n FROM q WHERE day = '2026-01-01'", 1],
  ["SELECT n FROM (SELECT day, SUM(n) AS n FROM d.t GROUP BY day) WHERE day = '2026-01-02'", 2],
  ["FROM d.t |> EXTEND n + 1 AS m |> WHERE day = '2026-01-02' |> SELECT n", 2],
  ["FROM d.t |> EXTEND n + 1 AS m |> WHERE t.day = '2026-01-02' |> SELECT n", 2],
  [
    "SELECT n FROM (SELECT * FROM d.t UNION ALL SELECT * FROM d.free UNION ALL SELECT * FROM d.t) WHERE day = '2026-01-02' LIMIT 1",
    2,
  ],
  [
    "SELECT DATE_DIFF(day, '2026-01-01', DAY) + 1 AS n FROM d.t WHERE day = '2026-01-02' GROUP BY day",
    2,
  ],
  ["SELECT f.n FROM d.free AS f LEFT JOIN d.t AS t ON t.n = f.n AND t.day = '2026-01-01'", 7],
  ["SELECT COUNT(*) AS n FROM d.INFORMATION_SCHEMA.PARTITIONS WHERE table_name = 't'", 2],
])("answered: %s", async (query, n) => {
  const [rows] = await bigquery.query({ query, params: { day: bigquery.date("2026-01-01") } });
  expect(rows).toEqual([{ n }]);
});

test("statements that change rows, with a filter", async () => {
  await bigquery.query(`UPDATE d.t SET n = 5 WHERE day = '2026-01-02';
    MERGE d.t AS t USING d.free AS f ON t.n = f.n AND t.day = '2026-01-01'
      WHEN NOT MATCHED THEN INSERT VALUES (f.day, f.n);
    DELETE d.t WHERE day = '2026-01-02'`);
  const [rows] = await bigquery.query("SELECT n FROM d.t WHERE day IS NOT NULL ORDER BY n");
  expect(rows).toEqual([{ n: 1 }, { n: 7 }]);
});

test("the requirement may come and go", async () => {
  const table = bigquery.dataset("d").table("t");
  await bigquery.query("ALTER TABLE d.t SET OPTIONS (require_partition_filter = FALSE)");
  expect((await bigquery.query("SELECT COUNT(*) AS n FROM d.t"))[0]).toHaveLength(1);
  await table.setMetadata({ requirePartitionFilter: true });
  await expect(bigquery.query("SELECT COUNT(*) AS n FROM d.t")).rejects.toThrowError(refusal);
});
