import type { Store } from "../store/store.ts";
import { ApiError, codeOf, invalid } from "./api-error.ts";
import { extract } from "./extract.ts";
import { firstResults, getQueryResults } from "./job-results.ts";
import { jobResource, stateOf } from "./job-resource.ts";
import { cancelled, type JobOutcome, settled, throwJobError } from "./job-store.ts";
import { load } from "./load.ts";
import { readMultipart } from "./multipart.ts";
import type { ObjectStorage } from "./object-storage.ts";
import { type QueryConfig, queryWork } from "./query-job.ts";
import { etagOf } from "./resource.ts";
import { type Call, page, record, type Routes } from "./router.ts";

/** jobs.insert answers by then with a job that still runs. */
const insertWaitMs = 1000;

/** jobs.insert: an error of the job is found in its status; what is wrong with a query's text is answered at once. */
export function insert(call: Call): Promise<unknown> {
  if (!call.contentType.startsWith("multipart/related"))
    return insertJob(call, call.body, undefined);
  const { metadata, media } = readMultipart(call.raw, call.contentType);
  return insertJob(call, metadata, media);
}

/** Starts the job that a request describes; `media` is what was uploaded with it. */
export async function insertJob(
  { store, jobs, storage, baseUrl }: Call,
  request: Readonly<Record<string, unknown>>,
  media: Buffer | undefined,
): Promise<unknown> {
  const configuration = record(request["configuration"]);
  const reference = record(request["jobReference"]);
  const dryRun = configuration["dryRun"] === true;
  checkLabels(configuration["labels"]);
  const work = workOf(store, storage, configuration, media, dryRun);
  const job = jobs.start(
    {
      id: reference["jobId"] as string | undefined,
      location: reference["location"] as string | undefined,
      timeoutMs: timeoutOf(configuration["jobTimeoutMs"]),
      keep: !dryRun,
    },
    configuration,
    work,
  );
  await (dryRun ? job.done : settled(job, insertWaitMs));
  if (dryRun || job.error?.reason === "invalidQuery")
    throwJobError(job, codeOf(job.error?.reason ?? ""));
  return jobResource(job, store.projectId, baseUrl);
}

function timeoutOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  const timeoutMs = Number(value);
  if (!Number.isInteger(timeoutMs) || timeoutMs < 0)
    throw invalid("Invalid value for jobTimeoutMs");
  return timeoutMs === 0 ? undefined : timeoutMs;
}

/** The rules of the documentation's page on labels. */
function checkLabels(labels: unknown): void {
  for (const [key, value] of Object.entries(record(labels)))
    if (!/^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u.test(key))
      throw invalid(`Invalid label key "${key}"`);
    else if (typeof value !== "string" || !/^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u.test(value))
      throw invalid(`Invalid value of label "${key}"`);
}

function workOf(
  store: Store,
  storage: ObjectStorage | undefined,
  configuration: Readonly<Record<string, unknown>>,
  media: Buffer | undefined,
  dryRun: boolean,
): () => Promise<JobOutcome> {
  if (configuration["query"] !== undefined)
    return queryWork(store, configuration["query"] as QueryConfig, dryRun);
  if (configuration["load"] !== undefined)
    return () => load(store, record(configuration["load"]), media, storage);
  if (configuration["extract"] !== undefined)
    return () => extract(store, record(configuration["extract"]), storage);
  throw new ApiError(
    501,
    "notImplemented",
    "Not supported by the local BigQuery: this kind of job",
  );
}

/** What jobs.query takes beside the configuration of the query itself. */
const callOnly = new Set([
  "kind",
  "dryRun",
  "labels",
  "location",
  "maxResults",
  "timeoutMs",
  "formatOptions",
  "requestId",
  "jobTimeoutMs",
  "jobCreationMode",
  "preserveNulls",
  "useQueryCache",
]);

/** jobs.query: waits, and answers the first page. */
async function query({ store, jobs, body }: Call): Promise<unknown> {
  const config: QueryConfig = {
    ...Object.fromEntries(Object.entries(body).filter(([name]) => !callOnly.has(name))),
    useLegacySql: body["useLegacySql"] ?? false,
  };
  const dryRun = body["dryRun"] === true;
  checkLabels(body["labels"]);
  const configuration = {
    query: config,
    ...(dryRun ? { dryRun } : {}),
    ...(body["labels"] === undefined ? {} : { labels: body["labels"] }),
  };
  const job = jobs.start(
    {
      id: undefined,
      location: body["location"] as string | undefined,
      timeoutMs: timeoutOf(body["jobTimeoutMs"]),
      keep: !dryRun,
    },
    configuration,
    queryWork(store, config, dryRun),
  );
  return firstResults(job, store.projectId, body);
}

function list({ store, jobs, query, baseUrl }: Call): unknown {
  const states = query.getAll("stateFilter").map((state) => state.toUpperCase());
  const time = (name: string, standard: number) => Number(query.get(name) ?? standard);
  const [earliest, latest] = [time("minCreationTime", 0), time("maxCreationTime", Infinity)];
  const found = jobs
    .list(query.get("parentJobId") ?? undefined)
    .filter((job) => states.length === 0 || states.includes(stateOf(job)))
    .filter(({ created }) => created >= earliest && created <= latest);
  const { items, nextPageToken } = page(found, query);
  return {
    kind: "bigquery#jobList",
    etag: etagOf(found.length, "jobs"),
    jobs: items.map((job) => jobResource(job, store.projectId, baseUrl)),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  };
}

/** Cancelling is asked for, and seen in the job's state once it has ended. */
function cancel({ store, jobs, path, query, baseUrl }: Call): unknown {
  const job = jobs.get(path["job"] ?? "", query.get("location"));
  job.stop(cancelled());
  return {
    kind: "bigquery#jobCancelResponse",
    job: jobResource(job, store.projectId, baseUrl),
  };
}

export const jobRoutes: Routes = {
  "POST /projects/:project/queries": query,
  "GET /projects/:project/jobs": list,
  "GET /projects/:project/jobs/:job": ({ store, jobs, path, query, baseUrl }) =>
    jobResource(jobs.get(path["job"] ?? "", query.get("location")), store.projectId, baseUrl),
  "POST /projects/:project/jobs/:job/cancel": cancel,
  "DELETE /projects/:project/jobs/:job/delete": ({ jobs, path, query }) =>
    jobs.delete(path["job"] ?? "", query.get("location")),
  "GET /projects/:project/queries/:job": getQueryResults,
};
