import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BigqueryEmulator, startBigqueryEmulator } from "#emulators/bigquery/index.ts";
import { runSql } from "#emulators/commands/sql-result.ts";

let emulator: BigqueryEmulator;
let bigquery: BigQuery;

beforeAll(async () => {
  emulator = await startBigqueryEmulator({ projectId: "test" });
  bigquery = new BigQuery({ projectId: "test", apiEndpoint: emulator.url });
  await bigquery.createDataset("d");
});
afterAll(() => emulator.close());

const sql = (text: string) => runSql(bigquery, text, "d");

test("no value is rounded, and columns are those of the schema", async () => {
  const values = `SELECT 9007199254740993 AS big, -1 AS small, [9007199254740993] AS l, NUMERIC '1.50' AS n,
    TIMESTAMP '2026-01-02 03:04:05.678901+00' AS ts, STRUCT(b'ab' AS b, NULL AS none) AS s`;
  expect(await sql(values)).toMatchObject({
    columns: ["big", "small", "l", "n", "ts", "s"],
    rows: [
      {
        big: "9007199254740993",
        small: -1,
        l: ["9007199254740993"],
        n: "1.5",
        ts: "2026-01-02T03:04:05.678901000Z",
        s: { b: "YWI=", none: null },
      },
    ],
  });
  expect(await sql("SELECT a, 1 AS b FROM UNNEST([1]) AS a WHERE FALSE")).toMatchObject({
    columns: ["a", "b"],
    rows: [],
  });
});

test("statements say what they did", async () => {
  expect(await sql("CREATE TABLE t (x INT64)")).toEqual({
    columns: undefined,
    rows: [],
    done: "create table: done",
  });
  expect((await sql("INSERT t VALUES (1), (2)")).done).toBe("2 rows inserted");
  expect((await sql("UPDATE t SET x = 3 WHERE x = 1")).done).toBe("1 row updated");
  expect((await sql("DELETE t WHERE FALSE")).done).toBe("no rows changed");
});

test("a large result comes whole, by pages", async () => {
  const { rows } = await sql("SELECT n FROM UNNEST(GENERATE_ARRAY(1, 25000)) AS n ORDER BY n");
  expect([rows.length, rows.at(-1)]).toEqual([25_000, { n: 25_000 }]);
});
