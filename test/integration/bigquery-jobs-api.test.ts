import { BigQuery, type Job } from "@google-cloud/bigquery";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BigqueryEmulator, startBigqueryEmulator } from "#emulators/bigquery/index.ts";

let emulator: BigqueryEmulator;
let bigquery: BigQuery;

beforeAll(async () => {
  emulator = await startBigqueryEmulator({ projectId: "test" });
  bigquery = new BigQuery({ projectId: "test", apiEndpoint: emulator.url });
  await bigquery.createDataset("d");
  await bigquery.query("CREATE TABLE d.t (n INT64, name STRING)");
});
afterAll(() => emulator.close());

interface JobBody {
  readonly jobReference: { readonly jobId: string; readonly location: string };
  readonly status: { readonly state: string; readonly errorResult?: { readonly reason: string } };
  readonly statistics: {
    readonly parentJobId?: string;
    readonly creationTime: string;
    readonly numChildJobs?: string;
    readonly scriptStatistics?: object;
    readonly query?: Readonly<Record<string, unknown>>;
  };
  readonly configuration: { readonly labels?: object };
}

const bodyOf = async (job: Job) => ((await job.getMetadata()) as unknown as [JobBody])[0];
const root = () => `${emulator.url}/bigquery/v2/projects/test`;
const get = async (path: string) =>
  (await (await fetch(`${root()}/${path}`)).json()) as Record<string, unknown>;
const post = async (path: string, body: object) => {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${root()}/${path}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  return (await response.json()) as Record<string, unknown>;
};

/** A statement that would run for days. */
const many = "UNNEST(GENERATE_ARRAY(1, 10000))";
const endless = `SELECT COUNT(*) FROM ${many} AS a, ${many} AS b, ${many} AS c`;

const idsOf = async (query: string) =>
  ((await get(`jobs?${query}`))["jobs"] as JobBody[]).map((job) => job.jobReference.jobId);

const statisticsOf = async (query: string) => {
  const [job] = await bigquery.createQueryJob(query);
  await job.getQueryResults();
  return (await bodyOf(job)).statistics.query;
};

const counts = (inserted: number, updated: number, deleted: number) => ({
  numDmlAffectedRows: String(inserted + updated + deleted),
  dmlStats: {
    insertedRowCount: String(inserted),
    updatedRowCount: String(updated),
    deletedRowCount: String(deleted),
  },
});

test("a job id is taken once, and belongs to one location", async () => {
  const [job] = await bigquery.createQueryJob({
    query: "SELECT 1 AS one",
    jobId: "mine",
    location: "EU",
  });
  expect((await bodyOf(job)).jobReference).toEqual({
    projectId: "test",
    jobId: "mine",
    location: "EU",
  });
  await expect(
    bigquery.createQueryJob({ query: "SELECT 2", jobId: "mine", location: "EU" }),
  ).rejects.toMatchObject({
    code: 409,
    errors: [{ reason: "duplicate", message: "Already Exists: Job test:EU.mine" }],
  });
  expect((await job.getQueryResults())[0]).toEqual([{ one: 1 }]);
  await expect(bigquery.job("mine", { location: "US" }).getMetadata()).rejects.toMatchObject({
    code: 404,
  });
});

test("results come by pages, for the first answer and for the next", async () => {
  const [job] = await bigquery.createQueryJob(
    "SELECT n FROM UNNEST([1, 2, 3, 4, 5]) AS n ORDER BY n",
  );
  const pages: unknown[] = [];
  let query: object | null = { maxResults: 2, autoPaginate: false };
  while (query !== null) {
    const [rows, next] = (await job.getQueryResults(query)) as unknown as [object[], object | null];
    pages.push(rows);
    query = next;
  }
  expect(pages).toEqual([[{ n: 1 }, { n: 2 }], [{ n: 3 }, { n: 4 }], [{ n: 5 }]]);
  const first = await post("queries", {
    query: "SELECT n FROM UNNEST([1, 2, 3]) AS n ORDER BY n",
    maxResults: 2,
  });
  expect(first).toMatchObject({
    totalRows: "3",
    rows: [{ f: [{ v: "1" }] }, { f: [{ v: "2" }] }],
    pageToken: "2",
  });
  const { jobId } = first["jobReference"] as { jobId: string };
  expect(await get(`queries/${jobId}?pageToken=2`)).toMatchObject({ rows: [{ f: [{ v: "3" }] }] });
  expect(await get(`queries/${jobId}?startIndex=1&maxResults=1`)).toMatchObject({
    rows: [{ f: [{ v: "2" }] }],
  });
});

test("times are seconds, or whole microseconds when asked for", async () => {
  const query = "SELECT TIMESTAMP '2026-01-02 03:04:05.678901+00' AS ts";
  const cell = async (more: object) =>
    ((await post("queries", { query, ...more }))["rows"] as { f: { v: string }[] }[])[0].f[0].v;
  expect(await cell({})).toBe("1767323045.678901");
  expect(await cell({ formatOptions: { useInt64Timestamp: true } })).toBe("1767323045678901");
});

test("a call waits as long as it says; the job runs on and can be cancelled", async () => {
  const answer = await post("queries", {
    query: endless,
    timeoutMs: 0,
    labels: { team: "speech" },
  });
  expect(answer).toMatchObject({ jobComplete: false });
  expect(answer).not.toHaveProperty("rows");
  const { jobId } = answer["jobReference"] as { jobId: string };
  const job = bigquery.job(jobId);
  expect(await bodyOf(job)).toMatchObject({
    status: { state: "RUNNING" },
    configuration: { labels: { team: "speech" } },
  });
  expect(await get(`queries/${jobId}?timeoutMs=1`)).toMatchObject({ jobComplete: false });
  expect(await idsOf("stateFilter=running")).toContain(jobId);
  await job.cancel();
  const ended = await get(`queries/${jobId}`);
  expect(ended).toMatchObject({ error: { code: 499, errors: [{ reason: "stopped" }] } });
  expect(await get(`jobs/${jobId}`)).toMatchObject({
    status: {
      state: "DONE",
      errorResult: {
        reason: "stopped",
        message: "Job execution was cancelled: User requested cancellation",
      },
    },
  });
});

test("a job ends by the time that it sets itself", async () => {
  const answer = await post("queries", { query: endless, jobTimeoutMs: "200" });
  expect(answer).toMatchObject({ error: { code: 400, errors: [{ reason: "timeout" }] } });
});

test("statistics say what a statement was and did", async () => {
  expect(await statisticsOf("INSERT d.t VALUES (1, 'a'), (2, 'b'), (3, 'c')")).toMatchObject({
    statementType: "INSERT",
    ...counts(3, 0, 0),
  });
  expect(await statisticsOf("UPDATE d.t SET name = 'x' WHERE n > 1")).toMatchObject({
    statementType: "UPDATE",
    ...counts(0, 2, 0),
  });
  expect(
    await statisticsOf(
      "MERGE d.t AS t USING (SELECT 3 AS n UNION ALL SELECT 4) AS s ON t.n = s.n WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (n) VALUES (s.n)",
    ),
  ).toMatchObject({ statementType: "MERGE", ...counts(1, 0, 1) });
  expect(await statisticsOf("DELETE d.t WHERE TRUE")).toMatchObject({
    statementType: "DELETE",
    ...counts(0, 0, 3),
  });
  const made = await statisticsOf("CREATE TABLE d.made AS SELECT 1 AS x");
  expect(made).toMatchObject({
    statementType: "CREATE_TABLE_AS_SELECT",
    ddlOperationPerformed: "CREATE",
    ddlTargetTable: { projectId: "test", datasetId: "d", tableId: "made" },
  });
  expect(await statisticsOf("SELECT n FROM d.t")).toMatchObject({
    statementType: "SELECT",
    referencedTables: [{ projectId: "test", datasetId: "d", tableId: "t" }],
  });
  expect(await statisticsOf("SELECT n FROM d.t")).not.toHaveProperty("ddlTargetTable");
});

test("the statements of a script are jobs under it", async () => {
  const [script] = await bigquery.createQueryJob(
    "INSERT d.t VALUES (7, 'z'); SELECT n FROM d.t WHERE n = 7;",
  );
  expect((await script.getQueryResults())[0]).toEqual([{ n: 7 }]);
  expect(await bodyOf(script)).toMatchObject({
    statistics: { numChildJobs: "2", query: { statementType: "SCRIPT" } },
  });
  const [children] = await bigquery.getJobs({ parentJobId: script.id ?? "" });
  const bodies = await Promise.all(children.map(bodyOf));
  expect(bodies.map(({ statistics }) => statistics.scriptStatistics)).toMatchObject([
    {
      evaluationKind: "STATEMENT",
      stackFrames: [{ startLine: 1, startColumn: 29, text: "SELECT n FROM d.t WHERE n = 7" }],
    },
    { stackFrames: [{ startLine: 1, startColumn: 1, text: "INSERT d.t VALUES (7, 'z')" }] },
  ]);
  expect(
    bodies.map(({ statistics }) => [statistics.parentJobId, statistics.query?.["statementType"]]),
  ).toEqual([
    [script.id, "SELECT"],
    [script.id, "INSERT"],
  ]);
  const times = bodies.map(({ statistics }) => Number(statistics.creationTime));
  expect(times[0]).toBeGreaterThan(times[1]);
  expect((await children[0].getQueryResults())[0]).toEqual([{ n: 7 }]);
  const [top] = await bigquery.getJobs();
  expect(top.map(({ id }) => id)).not.toContain(children[0].id);
});

test("jobs are listed by pages, the newest first, and deleted", async () => {
  const before = Date.now();
  for (const jobId of ["page_1", "page_2", "page_3"])
    await bigquery.createQueryJob({ query: "SELECT 1", jobId });
  expect(await idsOf("maxResults=2")).toEqual(["page_3", "page_2"]);
  expect(await idsOf("maxResults=1&pageToken=2")).toEqual(["page_1"]);
  expect(await idsOf(`minCreationTime=${before}`)).toEqual(["page_3", "page_2", "page_1"]);
  expect(await idsOf(`maxCreationTime=${before - 1}`)).not.toContain("page_1");
  await bigquery.job("page_2").delete();
  expect(await idsOf("maxResults=2")).toEqual(["page_3", "page_1"]);
});

test("a dry run leaves no job, and its id is free", async () => {
  await bigquery.createQueryJob({ query: "SELECT 1", jobId: "dry", dryRun: true });
  await expect(bigquery.job("dry").getMetadata()).rejects.toMatchObject({ code: 404 });
  await bigquery.createQueryJob({ query: "SELECT 1", jobId: "dry" });
});
