import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BigqueryEmulator, startBigqueryEmulator } from "#emulators/bigquery/index.ts";

let emulator: BigqueryEmulator;
let bigquery: BigQuery;

beforeAll(async () => {
  emulator = await startBigqueryEmulator({ projectId: "test" });
  bigquery = new BigQuery({ projectId: "test", apiEndpoint: emulator.url });
  await bigquery.createDataset("d");
});
afterAll(() => emulator.close());

const rows = async (
  query: string,
  params?: Record<string, unknown> | unknown[],
): Promise<unknown[]> => {
  const [found] = await bigquery.query(params === undefined ? { query } : { query, params });
  return found;
};

const failure = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => new Error("it did not fail"),
    (reason: unknown) => reason,
  );
  const { code, message, errors } = error as {
    code?: number;
    message: string;
    errors?: { reason?: string }[];
  };
  return { code, message, reason: errors?.[0]?.reason };
};

describe("datasets and tables", () => {
  test("keep what they were made with and change by patch", async () => {
    const fields = [
      { name: "id", type: "STRING", mode: "REQUIRED", description: "key" },
      { name: "at", type: "TIMESTAMP" },
    ];
    await bigquery.dataset("d").createTable("kept", {
      schema: fields,
      timePartitioning: { type: "DAY", field: "at" },
      clustering: { fields: ["id"] },
      labels: { team: "speech" },
    });
    const table = bigquery.dataset("d").table("kept");
    await table.setMetadata({
      description: "rows",
      schema: [...fields, { name: "more", type: "FLOAT64" }],
    });
    const [metadata] = (await table.getMetadata()) as unknown as [Record<string, unknown>];
    expect(metadata).toMatchObject({
      type: "TABLE",
      description: "rows",
      labels: { team: "speech" },
      timePartitioning: { type: "DAY", field: "at" },
      clustering: { fields: ["id"] },
      numRows: "0",
      schema: {
        fields: [
          { name: "id", type: "STRING", mode: "REQUIRED", description: "key" },
          { name: "at", type: "TIMESTAMP", mode: "NULLABLE" },
          { name: "more", type: "FLOAT", mode: "NULLABLE" },
        ],
      },
    });
  });

  test("are listed, found and deleted", async () => {
    await bigquery.createDataset("short_lived");
    await bigquery
      .dataset("short_lived")
      .createTable("one", { schema: [{ name: "x", type: "INT64" }] });
    await bigquery
      .dataset("short_lived")
      .createTable("two", { schema: [{ name: "x", type: "INT64" }] });
    const dataset = bigquery.dataset("short_lived");
    const [first, next] = await dataset.getTables({ maxResults: 1, autoPaginate: false });
    const [second] = await dataset.getTables({ ...next, autoPaginate: false });
    expect([...first, ...second].map((table) => table.id)).toEqual(["one", "two"]);
    expect(await failure(bigquery.dataset("short_lived").delete())).toMatchObject({ code: 400 });
    await bigquery.dataset("short_lived").delete({ force: true });
    expect(await bigquery.dataset("short_lived").exists()).toEqual([false]);
  });

  test("answer with BigQuery's errors", async () => {
    expect(await failure(bigquery.createDataset("d"))).toMatchObject({
      code: 409,
      reason: "duplicate",
      message: "Already Exists: Dataset test:d",
    });
    expect(await failure(bigquery.dataset("d").table("none").getMetadata())).toMatchObject({
      code: 404,
      reason: "notFound",
      message: "Not found: Table test:d.none",
    });
    const bad = bigquery.dataset("d").createTable("bad", { schema: [{ name: "x", type: "NOPE" }] });
    expect(await failure(bad)).toMatchObject({ code: 400, reason: "invalid" });
  });
});

describe("streaming inserts", () => {
  const schema = [
    { name: "id", type: "STRING", mode: "REQUIRED" },
    { name: "n", type: "INT64" },
    { name: "f", type: "FLOAT64" },
    { name: "ok", type: "BOOL" },
    { name: "at", type: "TIMESTAMP" },
    { name: "amount", type: "NUMERIC" },
    { name: "tags", type: "STRING", mode: "REPEATED" },
    {
      name: "place",
      type: "RECORD",
      fields: [
        { name: "city", type: "STRING" },
        { name: "codes", type: "INT64", mode: "REPEATED" },
      ],
    },
  ];

  beforeAll(() => bigquery.dataset("d").createTable("rows", { schema }));

  test("bring every type back as it went in", async () => {
    await bigquery
      .dataset("d")
      .table("rows")
      .insert([
        {
          id: "a",
          n: 9_007_199_254_740_991,
          f: 0.1,
          ok: true,
          at: "2026-01-02T03:04:05.678901Z",
          amount: "12.5",
          tags: ["x", "y"],
          place: { city: "Zürich", codes: [1, 2] },
        },
      ]);
    const [row] = (await rows("SELECT * FROM d.rows WHERE id = 'a'")) as [Record<string, unknown>];
    expect(row).toMatchObject({
      id: "a",
      n: 9_007_199_254_740_991,
      f: 0.1,
      ok: true,
      tags: ["x", "y"],
      place: { city: "Zürich", codes: [1, 2] },
    });
    expect(row["at"]).toMatchObject({ value: "2026-01-02T03:04:05.678901000Z" });
    expect(String(row["amount"])).toBe("12.5");
    const [listed] = await bigquery.dataset("d").table("rows").getRows();
    expect(listed).toEqual([row]);
  });

  test("take whole requests or none, and say what is wrong with each row", async () => {
    const insert = bigquery
      .dataset("d")
      .table("rows")
      .insert(
        [
          { insertId: "1", json: { id: "good" } },
          { insertId: "2", json: { id: "odd", nope: 1 } },
          { insertId: "3", json: { n: "many" } },
        ],
        { raw: true, partialRetries: 0 },
      );
    const error = (await insert.catch((reason: unknown) => reason)) as {
      name: string;
      errors: { errors: unknown[] }[];
    };
    expect(error.name).toBe("PartialFailureError");
    expect(error.errors.flatMap((e) => e.errors)).toEqual([
      { reason: "stopped", message: "" },
      { reason: "invalid", message: "no such field: nope." },
      { reason: "invalid", message: "Missing required field: id." },
      { reason: "invalid", message: "Cannot convert value to integer (bad value): many" },
    ]);
    expect(await rows("SELECT COUNT(*) AS n FROM d.rows WHERE id = 'good'")).toEqual([{ n: 0 }]);
  });

  test("keep the good rows when asked to", async () => {
    const insert = bigquery
      .dataset("d")
      .table("rows")
      .insert([{ id: "kept" }, { n: 1 }], { skipInvalidRows: true, partialRetries: 0 });
    await expect(insert).rejects.toMatchObject({ name: "PartialFailureError" });
    expect(await rows("SELECT id FROM d.rows WHERE id = 'kept'")).toEqual([{ id: "kept" }]);
  });

  test("drop a row that comes again with its insertId", async () => {
    const again = [{ insertId: "same", json: { id: "once" } }];
    await bigquery.dataset("d").table("rows").insert(again, { raw: true });
    await bigquery.dataset("d").table("rows").insert(again, { raw: true });
    expect(await rows("SELECT COUNT(*) AS n FROM d.rows WHERE id = 'once'")).toEqual([{ n: 1 }]);
  });
});

describe("queries", () => {
  test("take named and positional parameters of every shape", async () => {
    expect(
      await rows("SELECT @n + 1 AS n, @s AS s, 'b' IN UNNEST(@list) AS has, @o.x AS x", {
        n: 2,
        s: "it's",
        list: ["a", "b"],
        o: { x: 5 },
      }),
    ).toEqual([{ n: 3, s: "it's", has: true, x: 5 }]);
    expect(await rows("SELECT ? || ? AS s", ["a", "b"])).toEqual([{ s: "ab" }]);
    const day = BigQuery.date("2026-02-03");
    expect(
      await rows("SELECT DATE_ADD(@day, INTERVAL 1 DAY) = DATE '2026-02-04' AS next", { day }),
    ).toEqual([{ next: true }]);
  });

  test("are paged", async () => {
    const query = "SELECT x FROM UNNEST([1, 2, 3, 4, 5]) AS x ORDER BY x";
    const [job] = await bigquery.createQueryJob({ query });
    const [first, next] = await job.getQueryResults({ maxResults: 2, autoPaginate: false });
    expect(first).toEqual([{ x: 1 }, { x: 2 }]);
    const [second] = await job.getQueryResults({ ...next, autoPaginate: false });
    expect(second).toEqual([{ x: 3 }, { x: 4 }]);
    const streamed: unknown[] = [];
    for await (const row of bigquery.createQueryStream({ query })) streamed.push(row);
    expect(streamed).toHaveLength(5);
  });

  test("fail with the place in the text", async () => {
    expect(await failure(rows("SELECT\n  nope FROM d.rows"))).toEqual({
      code: 400,
      reason: "invalidQuery",
      message: "Unrecognized name: nope at [2:3]",
    });
    expect(await failure(rows("SELECT NOSUCH(1)"))).toMatchObject({
      message: "Function not found: NOSUCH at [1:8]",
    });
    expect(await failure(rows("SELEC 1"))).toMatchObject({
      message: 'Syntax error: Unexpected identifier "SELEC" at [1:1]',
    });
    expect(await failure(rows("SELECT * FROM d.none"))).toMatchObject({
      code: 404,
      reason: "notFound",
      message: "Not found: Table test:d.none was not found in location US",
    });
    expect(await failure(rows("SELECT 1 / 0"))).toMatchObject({
      code: 400,
      message: "division by zero: 1 / 0",
    });
    expect(await failure(rows("SELECT [1, 2][OFFSET(2)]"))).toMatchObject({
      message: "Array index 2 is out of bounds (array length 2)",
    });
  });

  test("read views at the time of the query", async () => {
    await bigquery.dataset("d").createTable("source", {
      schema: [
        { name: "id", type: "STRING" },
        { name: "generation", type: "INT64" },
        { name: "label", type: "STRING" },
      ],
    });
    await bigquery.dataset("d").createTable("newest", {
      view: {
        query:
          "SELECT * FROM `test.d.source` QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY generation DESC) = 1",
        useLegacySql: false,
      },
    });
    await bigquery
      .dataset("d")
      .table("source")
      .insert([
        { id: "a", generation: 1, label: "old" },
        { id: "a", generation: 2, label: "new" },
        { id: "b", generation: 1, label: "only" },
      ]);
    expect(await rows("SELECT id, label FROM d.newest ORDER BY id")).toEqual([
      { id: "a", label: "new" },
      { id: "b", label: "only" },
    ]);
    const [metadata] = (await bigquery.dataset("d").table("newest").getMetadata()) as unknown as [
      { type: string; schema: { fields: { name: string }[] } },
    ];
    expect(metadata.type).toBe("VIEW");
    expect(metadata.schema.fields.map((f) => f.name)).toEqual(["id", "generation", "label"]);
  });

  test("aggregate as analysts ask", async () => {
    expect(
      await rows(`
        SELECT tag, COUNT(*) AS n, COUNTIF(score > 3) AS good, ROUND(AVG(score), 2) AS mean, STRING_AGG(id ORDER BY id DESC LIMIT 2) AS ids
        FROM UNNEST([STRUCT('a' AS id, 4.5 AS score, ['x', 'y'] AS tags), ('b', 2.0, ['x']), ('c', 3.5, ['x'])]), UNNEST(tags) AS tag
        GROUP BY tag HAVING COUNT(*) > 0 ORDER BY n DESC`),
    ).toEqual([
      { tag: "x", n: 3, good: 2, mean: 3.33, ids: "c,b" },
      { tag: "y", n: 1, good: 1, mean: 4.5, ids: "a" },
    ]);
  });
});

test("writers at the same time leave whole requests", async () => {
  const table = bigquery.dataset("d").table("busy");
  await bigquery.dataset("d").createTable("busy", {
    schema: [
      { name: "id", type: "INT64" },
      { name: "batch", type: "INT64" },
    ],
  });
  const inserts = Array.from({ length: 10 }, (_, batch) =>
    table.insert(Array.from({ length: 50 }, (_, id) => ({ id, batch }))),
  );
  const changes = [
    rows("UPDATE d.busy SET id = id + 1000 WHERE batch < 5"),
    rows("DELETE d.busy WHERE batch >= 5"),
    rows("INSERT d.busy SELECT x, 99 FROM UNNEST(GENERATE_ARRAY(1, 50)) AS x"),
  ];
  await Promise.all([...inserts, ...changes]);
  expect(
    await rows("SELECT COUNT(*) AS n FROM d.busy GROUP BY batch HAVING COUNT(*) != 50"),
  ).toEqual([]);
  expect(
    await rows("SELECT batch FROM d.busy GROUP BY batch HAVING MIN(id) < 1000 AND MAX(id) >= 1000"),
  ).toEqual([]);
});

const replace = (n: number) =>
  rows(
    `CREATE OR REPLACE TABLE d.swapped AS SELECT x, ${n} AS c${n % 2} FROM UNNEST([1, 2, 3]) AS x`,
  );

test("readers see a table before or after it is replaced, and never between", async () => {
  await replace(0);
  const reads: Promise<unknown[]>[] = [];
  for (let n = 1; n <= 12; n++) {
    for (let i = 0; i < 4; i++) reads.push(rows("SELECT COUNT(*) AS n FROM d.swapped WHERE x > 0"));
    await replace(n);
  }
  for (const found of await Promise.all(reads)) expect(found).toEqual([{ n: 3 }]);
});

test("fails when told to", async () => {
  emulator.failNext(404, "notFound");
  expect(await failure(bigquery.dataset("d").getMetadata())).toMatchObject({
    code: 404,
    reason: "notFound",
  });
});

test.each([
  "SELECT * FROM read_csv('/etc/passwd')",
  "COPY (SELECT 1) TO '/tmp/out'",
  "ATTACH '/tmp/x.db'",
  "INSTALL httpfs",
  "PRAGMA version",
  "SELECT getenv('HOME')",
  "SELECT * FROM duckdb_settings()",
  "SELECT * FROM pg_catalog.pg_tables",
  "SELECT * FROM `/etc/passwd`",
  "SELECT * FROM data_1",
  "SELECT 1; SELECT * FROM read_text('/etc/passwd')",
  'SELECT nope FROM d.rows AS `x"; DROP TABLE data_1; --`',
])("refuses hostile SQL: %s", async (query) => {
  const before = await rows("SELECT COUNT(*) AS n FROM d.rows");
  expect((await failure(rows(query))).code).toBeGreaterThanOrEqual(400);
  expect(await rows("SELECT COUNT(*) AS n FROM d.rows")).toEqual(before);
});
