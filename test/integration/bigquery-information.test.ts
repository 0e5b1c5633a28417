import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BigqueryEmulator, startBigqueryEmulator } from "#emulators/bigquery/index.ts";

let emulator: BigqueryEmulator;
let bigquery: BigQuery;

const script = `
  CREATE TABLE d.by_day (at_time TIMESTAMP, name STRING) PARTITION BY DATE(at_time) CLUSTER BY name
    OPTIONS (description = 'rows "by" day');
  INSERT d.by_day VALUES ('2026-01-02 23:59:59+00', 'a'), ('2026-01-02 00:00:00+00', 'b'), ('2026-01-03 00:00:00+00', 'c'), (NULL, 'd');
  CREATE TABLE d.plain (id INT64 NOT NULL, code STRING(3) DEFAULT 'x', price NUMERIC(10, 2), tags ARRAY<STRING>,
    place STRUCT<city STRING, at_point STRUCT<x FLOAT64>>);
  INSERT d.plain (id) VALUES (1), (2);
  CREATE VIEW d.shown AS SELECT id FROM d.plain;
`;

beforeAll(async () => {
  emulator = await startBigqueryEmulator({ projectId: "test" });
  bigquery = new BigQuery({ projectId: "test", apiEndpoint: emulator.url });
  await bigquery.createDataset("d");
  await bigquery.createDataset("far", { location: "EU" });
  await bigquery.query(script);
  await bigquery
    .dataset("d")
    .table("by_day")
    .setMetadata({ labels: { team: "speech" } });
  await bigquery.dataset("far").createTable("ranges", {
    schema: [{ name: "n", type: "INT64" }],
    rangePartitioning: { field: "n", range: { start: "-10", end: "100", interval: "10" } },
  });
  await bigquery.query(
    "INSERT far.ranges VALUES (-10), (-1), (0), (9), (99), (100), (-11), (NULL)",
  );
});
afterAll(() => emulator.close());

const rows = async (query: string) => (await bigquery.query(query))[0] as Record<string, unknown>[];

test("PARTITIONS counts the rows of each partition of a day", async () => {
  expect(
    await rows(
      "SELECT table_name, partition_id, total_rows FROM d.INFORMATION_SCHEMA.PARTITIONS ORDER BY table_name, partition_id",
    ),
  ).toEqual([
    { table_name: "by_day", partition_id: "20260102", total_rows: 2 },
    { table_name: "by_day", partition_id: "20260103", total_rows: 1 },
    { table_name: "by_day", partition_id: "__NULL__", total_rows: 1 },
    { table_name: "plain", partition_id: null, total_rows: 2 },
  ]);
  // 8 bytes of a time, and 2 and the length of a text.
  expect(
    await rows(
      "SELECT total_logical_bytes AS b FROM d.INFORMATION_SCHEMA.PARTITIONS WHERE partition_id = '20260102'",
    ),
  ).toEqual([{ b: 22 }]);
});

test("PARTITIONS of ranges start where their ranges do, and what is outside of them is apart", async () => {
  expect(
    await rows(
      "SELECT partition_id AS p, total_rows AS n FROM far.INFORMATION_SCHEMA.PARTITIONS ORDER BY p",
    ),
  ).toEqual([
    { p: "-10", n: 2 },
    { p: "0", n: 2 },
    { p: "90", n: 1 },
    { p: "__NULL__", n: 1 },
    { p: "__UNPARTITIONED__", n: 2 },
  ]);
});

test("partitions by the time of ingestion are refused", async () => {
  await bigquery.createDataset("ingested");
  await bigquery.dataset("ingested").createTable("t", {
    schema: [{ name: "n", type: "INT64" }],
    timePartitioning: { type: "DAY" },
  });
  await expect(rows("SELECT * FROM ingested.INFORMATION_SCHEMA.PARTITIONS")).rejects.toThrow(
    "partitions by the time of ingestion",
  );
  await expect(rows("SELECT _PARTITIONTIME FROM ingested.t")).rejects.toThrow(
    "Unrecognized name: _PARTITIONTIME",
  );
});

const column = (column_name: string, n: number, data_type: string, more: object = {}) => {
  const usual = { is_nullable: "YES", p: "NO", c: null, column_default: null };
  return { column_name, n, data_type, ...usual, ...more };
};

test("COLUMNS and COLUMN_FIELD_PATHS describe columns as DDL would", async () => {
  const columns = `SELECT column_name, ordinal_position AS n, is_nullable, data_type, is_partitioning_column AS p, clustering_ordinal_position AS c, column_default
    FROM d.INFORMATION_SCHEMA.COLUMNS WHERE table_name IN ('plain', 'by_day') ORDER BY table_name, n`;
  expect(await rows(columns)).toEqual([
    column("at_time", 1, "TIMESTAMP", { p: "YES" }),
    column("name", 2, "STRING", { c: 1 }),
    column("id", 1, "INT64", { is_nullable: "NO" }),
    column("code", 2, "STRING(3)", { column_default: "'x'" }),
    column("price", 3, "NUMERIC(10, 2)"),
    column("tags", 4, "ARRAY<STRING>"),
    column("place", 5, "STRUCT<city STRING, at_point STRUCT<x FLOAT64>>"),
  ]);
  expect(
    await rows(
      "SELECT field_path AS f, data_type AS t FROM d.INFORMATION_SCHEMA.COLUMN_FIELD_PATHS WHERE column_name = 'place' ORDER BY f",
    ),
  ).toEqual([
    { f: "place", t: "STRUCT<city STRING, at_point STRUCT<x FLOAT64>>" },
    { f: "place.at_point", t: "STRUCT<x FLOAT64>" },
    { f: "place.at_point.x", t: "FLOAT64" },
    { f: "place.city", t: "STRING" },
  ]);
});

test("TABLES, VIEWS and TABLE_OPTIONS tell the tables of a dataset, or of a region", async () => {
  expect(
    await rows(
      "SELECT table_name, table_type, is_insertable_into AS i FROM test.d.INFORMATION_SCHEMA.TABLES ORDER BY 1",
    ),
  ).toEqual([
    { table_name: "by_day", table_type: "BASE TABLE", i: "YES" },
    { table_name: "plain", table_type: "BASE TABLE", i: "YES" },
    { table_name: "shown", table_type: "VIEW", i: "NO" },
  ]);
  expect(await rows("SELECT view_definition AS v FROM d.INFORMATION_SCHEMA.VIEWS")).toEqual([
    { v: "SELECT id FROM d.plain" },
  ]);
  expect(
    await rows(
      "SELECT option_name AS n, option_value AS v FROM d.INFORMATION_SCHEMA.TABLE_OPTIONS ORDER BY n",
    ),
  ).toEqual([
    { n: "description", v: '"rows \\"by\\" day"' },
    { n: "labels", v: '[STRUCT("team", "speech")]' },
  ]);
  expect(await rows("SELECT table_name FROM `region-eu`.INFORMATION_SCHEMA.TABLES")).toEqual([
    { table_name: "ranges" },
  ]);
  expect(
    await rows(
      "SELECT schema_name, location FROM INFORMATION_SCHEMA.SCHEMATA WHERE schema_name = 'far'",
    ),
  ).toEqual([{ schema_name: "far", location: "EU" }]);
});

test.each([
  ["INFORMATION_SCHEMA.TABLES", "must be qualified with a dataset"],
  ["none.INFORMATION_SCHEMA.TABLES", "Not found: Dataset test:none"],
  ["other.d.INFORMATION_SCHEMA.TABLES", "Access Denied"],
  ["other.`region-us`.INFORMATION_SCHEMA.TABLES", "Access Denied"],
  ["d.INFORMATION_SCHEMA.JOBS", "Not supported by the local BigQuery"],
])("%s is refused", async (path, message) => {
  await expect(rows(`SELECT * FROM ${path}`)).rejects.toThrow(message);
});

test("a view that INFORMATION_SCHEMA does not have is not found; one that is not here says so", async () => {
  await expect(bigquery.query("SELECT * FROM d.INFORMATION_SCHEMA.NONE_SUCH")).rejects.toThrow(
    "Not found: Table test:d.INFORMATION_SCHEMA.NONE_SUCH was not found",
  );
  await expect(bigquery.query("SELECT * FROM d.INFORMATION_SCHEMA.JOBS")).rejects.toThrow(
    "Not supported by the local BigQuery: INFORMATION_SCHEMA.JOBS",
  );
});
