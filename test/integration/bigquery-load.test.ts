import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { BigQuery } from "@google-cloud/bigquery";
import { Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BigqueryEmulator, startBigqueryEmulator } from "#emulators/bigquery/index.ts";
import { type StorageEmulator, startStorageEmulator } from "#emulators/storage/index.ts";

let storageEmulator: StorageEmulator;
let emulator: BigqueryEmulator;
let bigquery: BigQuery;
let storage: Storage;
let folder: string;

beforeAll(async () => {
  storageEmulator = await startStorageEmulator();
  emulator = await startBigqueryEmulator({ projectId: "test", storageUrl: storageEmulator.url });
  bigquery = new BigQuery({ projectId: "test", apiEndpoint: emulator.url });
  storage = new Storage({ projectId: "test", apiEndpoint: storageEmulator.url });
  await bigquery.createDataset("d");
  await storage.createBucket("files");
  folder = await mkdtemp(join(tmpdir(), "earmark-load-"));
});
afterAll(async () => {
  await emulator.close();
  await storageEmulator.close();
  await rm(folder, { recursive: true, force: true });
});

const rows = async (query: string) => (await bigquery.query(query))[0] as Record<string, unknown>[];

interface JobBody {
  readonly selfLink: string;
  readonly status: {
    readonly state: string;
    readonly errorResult?: { readonly reason: string; readonly message: string };
    readonly errors?: readonly { readonly message: string; readonly location: string }[];
  };
  readonly statistics: { readonly load: Record<string, string> };
}

/** Runs a load job over objects and gives it as it ended; the client would throw away all but its first error. */
async function load(table: string, uris: string[], options: object): Promise<JobBody> {
  const destinationTable = { projectId: "test", datasetId: "d", tableId: table };
  const configuration = { load: { destinationTable, sourceUris: uris, ...options } };
  const response = await fetch(`${emulator.url}/bigquery/v2/projects/test/jobs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ configuration }),
  });
  let job = (await response.json()) as JobBody;
  while (job.status.state !== "DONE") job = (await (await fetch(job.selfLink)).json()) as JobBody;
  return job;
}

const put = async (name: string, content: string | Buffer) => {
  await storage.bucket("files").file(name).save(content);
  return `gs://files/${name}`;
};

/** A Parquet file of the rows of a query, written by DuckDB. */
async function parquet(query: string): Promise<Buffer> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const file = join(folder, `${Math.random()}.parquet`);
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(`COPY (${query}) TO '${file}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  return readFile(file);
}

const mark = (type: string, body: string | Buffer) =>
  Buffer.concat([
    Buffer.from(`--mark\r\nContent-Type: ${type}\r\n\r\n`),
    Buffer.from(body),
    Buffer.from("\r\n"),
  ]);

const schema = {
  fields: [
    { name: "id", type: "INT64", mode: "REQUIRED" },
    { name: "name", type: "STRING" },
  ],
};

const fieldsOf = async (table: string) => {
  const [metadata] = (await bigquery.dataset("d").table(table).getMetadata()) as unknown as [
    { schema: { fields: object[] } },
  ];
  return metadata.schema.fields;
};

describe("Parquet", () => {
  test("brings its own schema, every type as the documentation's table of conversions says", async () => {
    const uri = await put(
      "types.parquet",
      await parquet(`SELECT 1::INTEGER AS i32, 2::BIGINT AS i64, 3::UTINYINT AS u8, 1.5::FLOAT AS f, 2.5::DOUBLE AS g, true AS ok,
        'text' AS s, 'ab'::BLOB AS b, DATE '2026-01-02' AS day, TIME '03:04:05.678901' AS tm,
        TIMESTAMPTZ '2026-01-02 03:04:05.678901Z' AS tz, TIMESTAMP '2026-01-02 03:04:05' AS local,
        TIMESTAMP_MS '2026-01-02 03:04:05.678' AS ms, 12.34::DECIMAL(10, 2) AS amount, {'x': 1, 'y': {'z': 'deep'}} AS rec
        UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL`),
    );
    const job = await load("types", [uri], { sourceFormat: "PARQUET" });
    expect(job.status).toEqual({ state: "DONE" });
    expect(job.statistics.load).toMatchObject({ outputRows: "2", inputFiles: "1" });
    expect(await fieldsOf("types")).toMatchObject([
      { name: "i32", type: "INTEGER" },
      { name: "i64", type: "INTEGER" },
      { name: "u8", type: "INTEGER" },
      { name: "f", type: "FLOAT" },
      { name: "g", type: "FLOAT" },
      { name: "ok", type: "BOOLEAN" },
      { name: "s", type: "STRING" },
      { name: "b", type: "BYTES" },
      { name: "day", type: "DATE" },
      { name: "tm", type: "TIME" },
      { name: "tz", type: "TIMESTAMP" },
      { name: "local", type: "TIMESTAMP" },
      { name: "ms", type: "TIMESTAMP" },
      { name: "amount", type: "NUMERIC" },
      {
        name: "rec",
        type: "RECORD",
        fields: [
          { name: "x", type: "INTEGER" },
          { name: "y", type: "RECORD", fields: [{ name: "z", type: "STRING" }] },
        ],
      },
    ]);
    const text = "SELECT TO_JSON_STRING(t) AS j FROM d.types AS t ORDER BY i64 DESC";
    const [first, second] = (await rows(text)).map(({ j }) => JSON.parse(String(j)) as object);
    expect(first).toEqual({
      i32: 1,
      i64: 2,
      u8: 3,
      f: 1.5,
      g: 2.5,
      ok: true,
      s: "text",
      b: "YWI=",
      day: "2026-01-02",
      tm: "03:04:05.678901",
      tz: "2026-01-02T03:04:05.678901Z",
      local: "2026-01-02T03:04:05Z",
      ms: "2026-01-02T03:04:05.678Z",
      amount: 12.34,
      rec: { x: 1, y: { z: "deep" } },
    });
    expect(new Set(Object.values(second ?? {}))).toEqual(new Set([null]));
  });

  test("keeps LIST and MAP as the records they are in the file, and lists as arrays when asked", async () => {
    const uri = await put(
      "nested.parquet",
      await parquet("SELECT [1, 2] AS l, MAP {'k': 7} AS m UNION ALL SELECT NULL, NULL"),
    );
    await load("plain_lists", [uri], { sourceFormat: "PARQUET" });
    expect(
      await rows(
        "SELECT l.list[0].element AS a, m.key_value[0].value AS v FROM d.plain_lists WHERE l IS NOT NULL",
      ),
    ).toEqual([{ a: 1, v: 7 }]);
    const parquetOptions = { enableListInference: true };
    await load("lists", [uri], { sourceFormat: "PARQUET", parquetOptions });
    expect((await fieldsOf("lists"))[0]).toMatchObject({
      name: "l",
      type: "INTEGER",
      mode: "REPEATED",
    });
    expect(await rows("SELECT l FROM d.lists ORDER BY ARRAY_LENGTH(l)")).toEqual([
      { l: [] },
      { l: [1, 2] },
    ]);
  });

  test("comes from an upload too, and appends by name to a table's own types", async () => {
    await bigquery.query("CREATE TABLE d.mixed (name STRING, `at` DATETIME, id INT64)");
    const content = await parquet("SELECT 5 AS id, TIMESTAMP '2026-01-02 03:04:05' AS at");
    const configuration = {
      load: {
        destinationTable: { projectId: "test", datasetId: "d", tableId: "mixed" },
        sourceFormat: "PARQUET",
      },
    };
    const response = await fetch(
      `${emulator.url}/upload/bigquery/v2/projects/test/jobs?uploadType=multipart`,
      {
        method: "POST",
        headers: { "content-type": "multipart/related; boundary=mark" },
        body: Buffer.concat([
          mark("application/json", JSON.stringify({ configuration })),
          mark("application/octet-stream", content),
          Buffer.from("--mark--"),
        ]),
      },
    );
    expect(((await response.json()) as JobBody).status).toEqual({ state: "DONE" });
    expect(await rows("SELECT id, name, STRING(`at`) AS `at` FROM d.mixed")).toEqual([
      { id: 5, name: null, at: "2026-01-02 03:04:05" },
    ]);
  });

  test("is refused where a type has no counterpart, or it is no Parquet, or its types are others", async () => {
    const interval = await put("interval.parquet", await parquet("SELECT INTERVAL 1 DAY AS i"));
    expect(
      (await load("no", [interval], { sourceFormat: "PARQUET" })).status.errorResult?.message,
    ).toContain("loading Parquet column i of type FIXED_LEN_BYTE_ARRAY (INTERVAL)");
    const noise = await put("noise.parquet", "not a parquet file at all");
    const failed = (await load("no", [noise], { sourceFormat: "PARQUET" })).status.errorResult;
    expect(failed).toMatchObject({ reason: "invalid" });
    expect(failed?.message).toContain("Failed to read Parquet data");
    expect(failed?.message).not.toContain(tmpdir());
    const text = await put("text.parquet", await parquet("SELECT 'x' AS id"));
    await bigquery.query("CREATE TABLE d.numbers (id INT64)");
    expect(
      (await load("numbers", [text], { sourceFormat: "PARQUET" })).status.errorResult?.message,
    ).toContain("Field id has changed type from INT64 to STRING");
    expect(await bigquery.dataset("d").table("no").exists()).toEqual([false]);
  });
});

describe("text", () => {
  test("is read compressed, from every object that a wildcard names, beyond one page of names", async () => {
    await put("many/1.csv.gz", gzipSync("1,a\n2,b\n"));
    await put("many/2.csv.gz", gzipSync("3,c\n"));
    await put("many/3.txt", "not this");
    const job = await load("many", ["gs://files/many/*.csv.gz"], { schema });
    expect(job.statistics.load).toMatchObject({ outputRows: "3", inputFiles: "2" });
    const line = await put("one.json.gz", gzipSync('{"id": 4, "name": "d"}\n'));
    await load("many", [line], { schema, sourceFormat: "NEWLINE_DELIMITED_JSON" });
    expect(await rows("SELECT STRING_AGG(name, '' ORDER BY id) AS names FROM d.many")).toEqual([
      { names: "abcd" },
    ]);
  });

  test("names each bad record, and leaves out as many as the job allows", async () => {
    const uri = await put("bad.csv", 'id,name\n1,a\nx,b\n2,c,too many\n,none\n3,"open');
    const refused = await load("bad", [uri], { schema, skipLeadingRows: 1, maxBadRecords: 3 });
    expect(refused.status.errorResult?.message).toContain("Rows: 5; errors: 4");
    expect(
      refused.status.errors
        ?.slice(1)
        .map(({ message, location }) => [
          location,
          message.replace("Error while reading data, error message: ", ""),
        ]),
    ).toEqual([
      [uri, "row 3, column id: Could not parse 'x' as INT64"],
      [uri, "row 4: Too many values in row: 3 for 2 columns"],
      [uri, "row 5: Missing required field: id"],
      [uri, 'row 6, column name: Missing close quote character (").'],
    ]);
    expect(await bigquery.dataset("d").table("bad").exists()).toEqual([false]);
    const taken = await load("bad", [uri], { schema, skipLeadingRows: 1, maxBadRecords: 4 });
    expect(taken.status.errorResult).toBeUndefined();
    expect(taken.status.errors).toHaveLength(4);
    expect(taken.statistics.load).toMatchObject({ outputRows: "1", badRecords: "4" });
  });

  test("has no schema of its own: detection is refused, not guessed", async () => {
    const uri = await put("plain.csv", "1,a\n");
    const detected = await load("guess", [uri], { autodetect: true });
    expect(detected.status.errorResult).toMatchObject({ reason: "notImplemented" });
    const bare = await load("guess", [uri], {});
    expect(bare.status.errorResult?.message).toBe("No schema specified on job or table.");
  });
});

describe("dispositions", () => {
  test("say what becomes of rows that are there, and of a table that is not", async () => {
    const [a, b] = [await put("a.csv", "1,a\n"), await put("b.csv", "2,b\n")];
    const none = await load("moves", [a], { schema, createDisposition: "CREATE_NEVER" });
    expect(none.status.errorResult).toMatchObject({ reason: "notFound" });
    await load("moves", [a], { schema });
    const full = await load("moves", [b], { schema, writeDisposition: "WRITE_EMPTY" });
    expect(full.status.errorResult).toMatchObject({ reason: "duplicate" });
    await load("moves", [b], { schema, writeDisposition: "WRITE_TRUNCATE" });
    expect(await rows("SELECT id FROM d.moves")).toEqual([{ id: 2 }]);
    const bad = await put("worse.csv", "x,c\n");
    await load("moves", [bad], { schema, writeDisposition: "WRITE_TRUNCATE" });
    expect(await rows("SELECT id FROM d.moves")).toEqual([{ id: 2 }]);
    const wider = { fields: [...schema.fields, { name: "more", type: "STRING" }] };
    const c = await put("c.csv", "3,c,more\n");
    const unasked = await load("moves", [c], { schema: wider });
    expect(unasked.status.errorResult?.message).toContain("Cannot add fields (field: more)");
    await load("moves", [c], { schema: wider, schemaUpdateOptions: ["ALLOW_FIELD_ADDITION"] });
    expect(await rows("SELECT id, more FROM d.moves ORDER BY id")).toEqual([
      { id: 2, more: null },
      { id: 3, more: "more" },
    ]);
  });

  test("hold for the destination of a query", async () => {
    const destination = bigquery.dataset("d").table("kept");
    await bigquery.query({ query: "SELECT 1 AS n, ['a'] AS tags", destination });
    await expect(
      bigquery.query({ query: "SELECT 2 AS n, ['b'] AS tags", destination }),
    ).rejects.toThrow("Already Exists");
    await bigquery.query({
      query: "SELECT 3 AS n, ['c'] AS tags",
      destination,
      writeDisposition: "WRITE_APPEND",
    });
    expect(await rows("SELECT n, tags FROM d.kept ORDER BY n")).toEqual([
      { n: 1, tags: ["a"] },
      { n: 3, tags: ["c"] },
    ]);
  });
});

describe("extract jobs", () => {
  test("write Parquet that reads back the same, and text in gzip", async () => {
    await bigquery.query(`CREATE TABLE d.all_types AS SELECT 1 AS id, ['x', 'y'] AS tags, [STRUCT(2.5 AS f, DATE '2026-01-02' AS d)] AS items,
      TIMESTAMP '2026-01-02 03:04:05.678901' AS ts, NUMERIC '1.5' AS n, b'\\xff' AS b, TIME '01:02:03' AS t, STRUCT('z' AS s) AS rec
      UNION ALL SELECT 2, [], [], NULL, NULL, NULL, NULL, NULL`);
    const file = storage.bucket("files").file("out/all.parquet");
    await bigquery.dataset("d").table("all_types").extract(file, { format: "PARQUET" });
    const parquetOptions = { enableListInference: true };
    const back = await load("back", ["gs://files/out/all.parquet"], {
      sourceFormat: "PARQUET",
      parquetOptions,
    });
    expect(back.status).toEqual({ state: "DONE" });
    expect(await rows("SELECT * FROM d.back ORDER BY id")).toEqual(
      await rows("SELECT * FROM d.all_types ORDER BY id"),
    );

    const json = storage.bucket("files").file("out/all.json.gz");
    await bigquery.dataset("d").table("kept").extract(json, { format: "JSON", gzip: true });
    const csv = storage.bucket("files").file("out/ids.csv.gz");
    await bigquery.query("CREATE TABLE d.ids AS SELECT 1 AS id, 'a,b' AS name");
    await bigquery.dataset("d").table("ids").extract(csv, { format: "CSV", gzip: true });
    const text = async (object: typeof json) =>
      gunzipSync((await object.download({ decompress: false }))[0]).toString();
    expect(await text(json)).toContain('{"n":1,"tags":["a"]}\n');
    expect(await text(csv)).toBe('id,name\n1,"a,b"\n');
  });
});

test("JSON columns come back from JSON lines as they were", async () => {
  const schema = [
    { name: "id", type: "INTEGER" },
    { name: "j", type: "JSON" },
  ];
  await rows(`CREATE TABLE d.documents (id INT64, j JSON);
    INSERT d.documents VALUES (1, JSON '{"a":[1,{"b":"x"}]}'), (2, JSON '"text"'), (3, JSON '"1"'), (4, JSON '1.5'),
      (5, JSON 'null'), (6, NULL), (7, JSON 'true'), (8, JSON '[]')`);
  const file = storage.bucket("files").file("documents.json");
  await bigquery.dataset("d").table("documents").extract(file, { format: "JSON" });
  const job = await load("documents_again", ["gs://files/documents.json"], {
    schema: { fields: schema },
    sourceFormat: "NEWLINE_DELIMITED_JSON",
  });
  expect(job.status.errorResult).toBeUndefined();
  const text = (table: string) =>
    rows(`SELECT id, TO_JSON_STRING(j) AS j FROM d.${table} ORDER BY id`);
  expect(await text("documents_again")).toEqual(await text("documents"));
});
