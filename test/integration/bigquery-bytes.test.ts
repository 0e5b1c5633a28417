import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BigqueryEmulator, startBigqueryEmulator } from "#emulators/bigquery/index.ts";

let emulator: BigqueryEmulator;
let bigquery: BigQuery;

const fields = [
  { name: "id", type: "STRING", mode: "REQUIRED" },
  { name: "n", type: "INT64" },
  { name: "amount", type: "NUMERIC" },
  { name: "ok", type: "BOOL" },
  { name: "day", type: "DATE" },
  { name: "raw", type: "BYTES" },
  { name: "note", type: "JSON" },
  { name: "tags", type: "STRING", mode: "REPEATED" },
  { name: "scores", type: "FLOAT64", mode: "REPEATED" },
  {
    name: "places",
    type: "RECORD",
    mode: "REPEATED",
    fields: [
      { name: "city", type: "STRING" },
      { name: "at", type: "TIMESTAMP" },
    ],
  },
];

beforeAll(async () => {
  emulator = await startBigqueryEmulator({ projectId: "test" });
  bigquery = new BigQuery({ projectId: "test", apiEndpoint: emulator.url });
  const [dataset] = await bigquery.createDataset("d");
  await dataset.createTable("t", { schema: { fields } });
  await dataset.createTable("other", { schema: [{ name: "id", type: "STRING" }] });
  await dataset.createTable("v", {
    view: {
      query:
        "SELECT * FROM d.t WHERE TRUE QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY day) = 1",
      useLegacySql: false,
    },
  });
  await dataset.table("t").insert([
    {
      id: "ab", // 2 + 2
      n: 7, // 8
      amount: "1.5", // 16
      ok: true, // 1
      day: "2026-01-01", // 8
      raw: Buffer.from("xyz").toString("base64"), // 2 + 3
      note: '{"a":1}', // 7
      tags: ["x", "yz"], // 2 + 1, 2 + 2
      scores: [0.5, 1.5, 2.5], // 3 × 8
      places: [{ city: "Zürich", at: "2026-01-01T00:00:00Z" }, { city: null }], // 2 + 7, 8; nothing
    },
    { id: "c" }, // 2 + 1; NULLs and empty arrays have no bytes
  ]);
  await dataset.table("other").insert([{ id: "ab" }, { id: "zzzz" }]); // 4 + 6
});
afterAll(() => emulator.close());

const whole = 7 + 8 + 16 + 1 + 8 + 5 + 7 + 7 + 24 + 17;

interface Statistics {
  readonly totalBytesProcessed: string;
  readonly query: { readonly totalBytesProcessed: string; readonly totalBytesBilled: string };
}

async function statistics(query: string, dryRun: boolean): Promise<Statistics> {
  const [job] = await bigquery.createQueryJob({ query, dryRun });
  if (!dryRun) await job.getQueryResults();
  const { metadata } = dryRun ? job : { metadata: (await job.getMetadata())[0] as unknown };
  return (metadata as { statistics: Statistics }).statistics;
}

test("a table has the logical bytes of its values", async () => {
  const [metadata] = await bigquery.dataset("d").table("t").getMetadata();
  expect(metadata).toMatchObject({ numRows: "2", numBytes: String(whole) });
});

test.each([
  ["SELECT 1 AS x", 0],
  ["SELECT COUNT(*) FROM d.t", 0],
  ["SELECT id FROM d.t", 7],
  ["SELECT n, amount, ok, day FROM d.t", 33],
  ["SELECT raw, note FROM d.t", 12],
  ["SELECT tag FROM d.t, UNNEST(tags) AS tag", 7],
  ["SELECT scores, places FROM d.t", 41],
  ["SELECT * FROM d.t", whole],
  ["SELECT id FROM d.t WHERE n = 7 AND ok", 16],
  ["SELECT id FROM d.t WHERE n > 1000 LIMIT 1", 15],
  ["SELECT COUNT(*) FROM (SELECT * FROM d.t) WHERE day IS NULL", 8],
  ["SELECT MAX(n) FROM d.t", 8],
  ["SELECT COUNT(DISTINCT ok) FROM d.v", 7 + 8 + 1],
  ["SELECT t.n FROM d.t AS t JOIN d.other AS o ON o.id = t.id", 8 + 7 + 10],
  ["SELECT a.id FROM d.other AS a, d.other AS b", 10],
  ["CREATE TABLE d.made AS SELECT id FROM d.other", 10],
  ["INSERT d.other SELECT id FROM d.t", 7],
  ["UPDATE d.other SET id = 'x' WHERE id = 'nobody'", 10],
  ["DELETE d.other WHERE id IN (SELECT id FROM d.t WHERE FALSE)", 10 + 7],
  [
    "MERGE d.other AS o USING (SELECT id FROM d.t) AS t ON o.id = t.id WHEN MATCHED THEN DELETE",
    10 + 7,
  ],
  ["SELECT n FROM d.t; SELECT id FROM d.t", 15],
])("%s processes %d bytes", async (query, bytes) => {
  expect(await statistics(query, true)).toMatchObject({ totalBytesProcessed: String(bytes) });
});

test("a query tells the bytes that it has read and what they would be billed as; a dry run bills none", async () => {
  const query = "SELECT t.n FROM d.t AS t JOIN d.other AS o ON o.id = t.id";
  const [read, billed] = ["25", String(2 * 10 * 2 ** 20)];
  expect(await statistics(query, false)).toMatchObject({
    totalBytesProcessed: read,
    query: { totalBytesProcessed: read, totalBytesBilled: billed },
  });
  expect((await statistics(query, true)).query.totalBytesBilled).toBe("0");
  expect((await statistics("SELECT 1 AS x", false)).query.totalBytesBilled).toBe("0");
});

test("sizes follow the rows", async () => {
  const size = async () => {
    const [{ numBytes }] = await bigquery.dataset("d").table("grows").getMetadata();
    return Number(numBytes);
  };
  await bigquery.query("CREATE TABLE d.grows AS SELECT 'a' AS s");
  expect(await size()).toBe(3);
  await bigquery
    .dataset("d")
    .table("grows")
    .insert([{ s: "bcd" }]);
  expect(await size()).toBe(8);
  await bigquery.query("UPDATE d.grows SET s = NULL WHERE s = 'a'");
  expect(await size()).toBe(5);
});

test("statements of a transaction count what they read, rows that nobody else sees among it", async () => {
  await bigquery.query("CREATE TABLE d.held AS SELECT 1 AS n");
  const [job] = await bigquery.createQueryJob({
    query: `BEGIN TRANSACTION;
      INSERT d.held VALUES (2), (3);
      SELECT SUM(n) AS s FROM d.held;
      ROLLBACK TRANSACTION;
      SELECT SUM(n) AS s FROM d.held`,
  });
  await job.getQueryResults();
  expect((await job.getMetadata())[0].statistics).toMatchObject({ totalBytesProcessed: "32" });
});

test("an error of a transaction's statement is told as it is", async () => {
  await expect(
    bigquery.query("BEGIN TRANSACTION; INSERT d.held SELECT DIV(1, 0); COMMIT TRANSACTION"),
  ).rejects.toThrowError(/division by zero/);
  await expect(
    bigquery.query(
      "BEGIN TRANSACTION; INSERT d.held SELECT DIV(n, 0) FROM d.held; COMMIT TRANSACTION",
    ),
  ).rejects.toThrowError(/division by zero/);
});
