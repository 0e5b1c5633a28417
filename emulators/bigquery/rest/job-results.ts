import type { FieldSchema } from "../store/schema.ts";
import { codeOf, invalid, notFound } from "./api-error.ts";
import { row, type TimestampFormat } from "./cells.ts";
import { affected } from "./job-resource.ts";
import { type Job, settled, throwJobError } from "./job-store.ts";
import { etagOf } from "./resource.ts";
import { type Call, pageBounds, record } from "./router.ts";
import { timestampFormat } from "./tabledata.ts";

/** How long a call waits for a job unless told, and at most: what the API's reference states. */
const standardWaitMs = 10_000;
const longestWaitMs = 200_000;

/** A page has at most so many values, however many rows are asked for: the service's pages end at 10 MB. */
const pageCells = 500_000;

function waitOf(timeoutMs: unknown): number {
  if (timeoutMs === undefined || timeoutMs === null) return standardWaitMs;
  const wait = Number(timeoutMs);
  if (!Number.isInteger(wait) || wait < 0) throw invalid("Invalid value for timeoutMs");
  return Math.min(wait, longestWaitMs);
}

/** Waits for the job; one that takes longer is answered as incomplete, to be asked again. */
async function answer(
  job: Job,
  projectId: string,
  waitMs: number,
  pageOf: URLSearchParams,
): Promise<Record<string, unknown>> {
  const format = timestampFormat(pageOf);
  const done = await settled(job, waitMs);
  if (!done)
    return {
      jobReference: { projectId, jobId: job.id, location: job.location },
      jobComplete: false,
    };
  // The API answers for a cancelled job with a status of its own.
  throwJobError(job, job.error?.reason === "stopped" ? 499 : codeOf(job.error?.reason ?? ""));
  return results(job, projectId, pageOf, format);
}

async function results(
  job: Job,
  projectId: string,
  query: URLSearchParams,
  format: TimestampFormat,
): Promise<Record<string, unknown>> {
  const { outcome } = job;
  if (job.resultsGone)
    throw notFound("Table", `${projectId}:results of job ${job.id}, which are kept no longer`);
  const rows = outcome?.rows ?? [];
  const types = outcome?.types ?? [];
  const total = outcome?.kept?.length ?? rows.length;
  const most = Math.ceil(pageCells / Math.max(1, types.length));
  const { start, end, nextPageToken } = pageBounds(total, query, 10_000, most);
  const items = (await outcome?.kept?.page(start, end - start)) ?? rows.slice(start, end);
  const schema: readonly FieldSchema[] | undefined = outcome?.schema;
  return {
    etag: etagOf(total, job.id),
    jobReference: { projectId, jobId: job.id, location: job.location },
    jobComplete: true,
    cacheHit: false,
    totalBytesProcessed: String(outcome?.bytes?.processed ?? 0),
    ...(schema === undefined ? {} : { schema: { fields: schema }, totalRows: String(total) }),
    ...(items.length > 0 ? { rows: items.map((values) => row(values, types, format)) } : {}),
    ...(nextPageToken === undefined ? {} : { pageToken: nextPageToken }),
    ...(outcome === undefined ? {} : affected(outcome)),
  };
}

/** The answer of jobs.query: the first page. */
export async function firstResults(
  job: Job,
  projectId: string,
  body: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(record(body["formatOptions"])))
    params.set(`formatOptions.${name}`, String(value));
  if (body["maxResults"] !== undefined)
    params.set("maxResults", JSON.stringify(body["maxResults"]).replaceAll('"', ""));
  return {
    kind: "bigquery#queryResponse",
    ...(await answer(job, projectId, waitOf(body["timeoutMs"]), params)),
  };
}

/** jobs.getQueryResults */
export async function getQueryResults({ store, jobs, path, query }: Call): Promise<unknown> {
  const job = jobs.get(path["job"] ?? "", query.get("location"));
  if (job.configuration["query"] === undefined)
    throw invalid(`Cannot read query results of job ${job.id}, which is no query`);
  return {
    kind: "bigquery#getQueryResultsResponse",
    ...(await answer(job, store.projectId, waitOf(query.get("timeoutMs")), query)),
  };
}
