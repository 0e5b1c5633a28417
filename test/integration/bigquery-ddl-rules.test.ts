import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BigQuery } from "@google-cloud/bigquery";
import { type BigqueryEmulator, startBigqueryEmulator } from "#emulators/bigquery/index.ts";

// Documentation: "Data definition language (DDL) statements", "Introduction to clustered tables", "Specify a schema".
let emulator: BigqueryEmulator;
let bigquery: BigQuery;
const sql = async (text: string) => (await bigquery.query(text))[0] as Record<string, unknown>[];

beforeAll(async () => {
  emulator = await startBigqueryEmulator({ projectId: "test" });
  bigquery = new BigQuery({ projectId: "test", apiEndpoint: emulator.url });
  await bigquery.createDataset("d");
  await sql("CREATE TABLE d.t (day DATE, key STRING, n INT64) PARTITION BY day CLUSTER BY key");
});
afterAll(() => emulator.close());

describe("refused", () => {
  const partition = /PARTITION BY expression must be/;
  test.each([
    ["CREATE TABLE d.x (a STRING) PARTITION BY a", partition],
    ["CREATE TABLE d.x (a INT64) PARTITION BY a", partition],
    ["CREATE TABLE d.x (a TIMESTAMP) PARTITION BY a", partition],
    ["CREATE TABLE d.x (a DATE) PARTITION BY DATE_TRUNC(a, WEEK)", partition],
    ["CREATE TABLE d.x (a STRING) PARTITION BY RANGE_BUCKET(a, GENERATE_ARRAY(0, 9))", partition],
    ["CREATE TABLE d.x (a DATE) PARTITION BY DATE(b)", /Unrecognized name: b/],
    ["CREATE TABLE d.x (a DATE) CLUSTER BY b", /cannot be found in the schema: b/],
    ["CREATE TABLE d.x (a FLOAT64) CLUSTER BY a", /not supported on field a of type FLOAT64/],
    ["CREATE TABLE d.x (a ARRAY<INT64>) CLUSTER BY a", /not supported on field a/],
    [
      "CREATE TABLE d.x (a INT64, b INT64, c INT64, d INT64, e INT64) CLUSTER BY a, b, c, d, e",
      /at most 4/,
    ],
    ["CREATE TABLE d.x (a INT64) OPTIONS (foo = 'x')", /Unknown option: foo at \[1:37\]/],
    [
      "CREATE TABLE d.x (a INT64) OPTIONS (description = 5)",
      /Option description value has type INT64/,
    ],
    ["CREATE TABLE d.x (a INT64) OPTIONS (expiration_timestamp = 'x')", /type TIMESTAMP/],
    ["CREATE TABLE d.x (a INT64 OPTIONS (labels = []))", /Unknown option: labels/],
    ["CREATE VIEW d.x OPTIONS (partition_expiration_days = 1) AS SELECT 1 AS a", /Unknown option/],
    ["CREATE TABLE d.x (a INT64) OPTIONS (partition_expiration_days = 1)", /partitioned by time/],
    ["CREATE TABLE d.x (a INT64, PRIMARY KEY (b) NOT ENFORCED)", /primary key column b/],
    [
      "CREATE TABLE d.x (a INT64 PRIMARY KEY NOT ENFORCED, PRIMARY KEY (a) NOT ENFORCED)",
      /only one/,
    ],
    ["CREATE TABLE d.x (a ARRAY<INT64> NOT NULL)", /NOT NULL cannot be applied to ARRAY field a/],
    ["CREATE TABLE d.x ()", /Syntax error/],
    ["CREATE TABLE d.x (_partition_a INT64)", /not allowed to start with/],
    ["CREATE TABLE d.x (a STRUCT<__ROOT__b INT64>)", /Invalid field name "a\.__ROOT__b"/],
    ["CREATE TABLE d.x (`a.b` INT64)", /Invalid field name "a\.b"/],
    ["CREATE TABLE d.x AS SELECT 1 AS `a!b`", /Invalid field name "a!b"/],
    ["SELECT 1 AS `a.b`", /Invalid field name "a\.b"/],
    ["CREATE TABLE d.`x;y` (a INT64)", /Invalid table ID "x;y"/],
    ['CREATE VIEW d.`x"y` AS SELECT 1 AS a', /Invalid table ID/],
    [
      "CREATE VIEW d.x AS SELECT 1, 2",
      /CREATE VIEW columns must be named, but column 1 has no name/,
    ],
    ["CREATE VIEW d.x AS SELECT 1 AS a, 2 AS A", /[Dd]uplicate/],
    ["ALTER TABLE d.t DROP COLUMN day", /partitioned or clustered by it/],
    ["ALTER TABLE d.t DROP COLUMN key", /partitioned or clustered by it/],
    ["ALTER TABLE d.t RENAME COLUMN key TO k", /partitioned or clustered by it/],
    ["ALTER TABLE d.t RENAME COLUMN n TO `n.n`", /Invalid field name/],
    ["ALTER TABLE d.t ADD COLUMN _FILE_x INT64", /not allowed to start with/],
    ["ALTER TABLE d.t RENAME TO `t;t`", /Invalid table ID/],
  ])("%s", async (statement, message) => {
    await expect(sql(statement)).rejects.toThrow(message);
    expect((await bigquery.dataset("d").getTables())[0].map(({ id }) => id)).not.toContain("x");
  });

  test.each([
    [{ timePartitioning: { type: "DAY", field: "zz" } }, /cannot be found in the schema: zz/],
    [{ timePartitioning: { type: "DAY", field: "s" } }, /must be a TIMESTAMP/],
    [{ timePartitioning: { type: "WEEK" } }, /WEEK is not a valid value/],
    [{ clustering: { fields: ["zz"] } }, /cannot be found in the schema: zz/],
    [
      { rangePartitioning: { field: "s", range: { start: "0", end: "9", interval: "1" } } },
      /INTEGER/,
    ],
    [{ rangePartitioning: { field: "n", range: { start: "0", end: "9" } } }, /interval/],
  ])("tables.insert with %j", async (resource, message) => {
    const schema = [
      { name: "s", type: "STRING" },
      { name: "n", type: "INTEGER" },
    ];
    await expect(bigquery.dataset("d").createTable("x", { schema, ...resource })).rejects.toThrow(
      message,
    );
  });
});

test.each([
  ["a DATE", "a", { timePartitioning: { type: "DAY", field: "a" } }],
  ["a DATE", "DATE_TRUNC(a, MONTH)", { timePartitioning: { type: "MONTH", field: "a" } }],
  ["a TIMESTAMP", "DATE(a)", { timePartitioning: { type: "DAY", field: "a" } }],
  ["a DATETIME", "DATE(A)", { timePartitioning: { type: "DAY", field: "a" } }],
  ["a TIMESTAMP", "TIMESTAMP_TRUNC(a, HOUR)", { timePartitioning: { type: "HOUR", field: "a" } }],
  ["a DATETIME", "DATETIME_TRUNC(a, YEAR)", { timePartitioning: { type: "YEAR", field: "a" } }],
  ["a INT64", "_PARTITIONDATE", { timePartitioning: { type: "DAY" } }],
  ["a INT64", "TIMESTAMP_TRUNC(_PARTITIONTIME, MONTH)", { timePartitioning: { type: "MONTH" } }],
  [
    "a INT64",
    "RANGE_BUCKET(a, GENERATE_ARRAY(-10, 100, 10))",
    { rangePartitioning: { field: "a", range: { start: "-10", end: "100", interval: "10" } } },
  ],
])("(%s) may be partitioned by %s", async (column, expression, resource) => {
  await sql(`CREATE OR REPLACE TABLE d.p (${column}) PARTITION BY ${expression}`);
  const [metadata] = await bigquery.dataset("d").table("p").getMetadata();
  expect(metadata).toMatchObject(resource);
});

test("flexible column names are taken", async () => {
  const name = "é 1-%&=+:'<>#|";
  await sql(`CREATE TABLE d.flexible AS SELECT 1 AS \`${name}\``);
  expect(await sql("SELECT * FROM d.flexible")).toEqual([{ [name]: 1 }]);
});

test("options are computed, and columns and fields of structs have theirs", async () => {
  await sql(`CREATE TABLE d.o (a DATE OPTIONS (description = CONCAT('a', 'b')),
      s STRUCT<x INT64 OPTIONS (description = 'inner'), y ARRAY<STRUCT<z INT64 OPTIONS (description = 'deep')>>>)
    PARTITION BY a
    OPTIONS (expiration_timestamp = TIMESTAMP '2030-01-01 00:00:00+00', partition_expiration_days = 0.5)`);
  await sql("ALTER TABLE d.o ALTER COLUMN s SET OPTIONS (description = 'whole')");
  const [metadata] = await bigquery.dataset("d").table("o").getMetadata();
  expect(metadata).toMatchObject({
    expirationTime: String(Date.UTC(2030, 0)),
    timePartitioning: { type: "DAY", field: "a", expirationMs: "43200000" },
    schema: {
      fields: [
        { name: "a", description: "ab" },
        {
          name: "s",
          description: "whole",
          fields: [
            { name: "x", description: "inner" },
            { name: "y", mode: "REPEATED", fields: [{ name: "z", description: "deep" }] },
          ],
        },
      ],
    },
  });
});
