import type { FieldSchema } from "../store/schema.ts";
import { run } from "../run/run.ts";
import type { Outcome } from "../run/outcome.ts";
import type { Store } from "../store/store.ts";
import { ApiError, codeOf, invalid } from "./api-error.ts";
import { row, type TimestampFormat } from "./cells.ts";
import { extract } from "./extract.ts";
import { load } from "./load.ts";
import { readMultipart } from "./multipart.ts";
import type { ObjectStorage } from "./object-storage.ts";
import { type Job, throwJobError } from "./job-store.ts";
import { type QueryParameter, readParams } from "./params.ts";
import { etagOf } from "./resource.ts";
import { type Call, page, record, type Routes } from "./router.ts";
import { timestampFormat } from "./tabledata.ts";

function jobResource(job: Job, projectId: string, baseUrl: string): Record<string, unknown> {
  const state = job.ended === undefined ? "RUNNING" : "DONE";
  const failed = job.error === undefined ? {} : { errorResult: job.error, errors: [job.error] };
  return {
    kind: "bigquery#job",
    etag: etagOf(job.ended ?? 0, job.id),
    id: `${projectId}:${job.location}.${job.id}`,
    selfLink: `${baseUrl}/bigquery/v2/projects/${projectId}/jobs/${job.id}?location=${job.location}`,
    jobReference: { projectId, jobId: job.id, location: job.location },
    user_email: "local@example.invalid",
    configuration: { jobType: jobType(job), ...job.configuration },
    status: { state, ...failed },
    statistics: statistics(job),
    ...(job.error === undefined ? {} : { errorResult: job.error }),
    state,
  };
}

function jobType({ configuration }: Job): string {
  return (
    ["query", "load", "extract"].find((type) => configuration[type] !== undefined)?.toUpperCase() ??
    "UNKNOWN"
  );
}

function statistics(job: Job): Record<string, unknown> {
  const { outcome, created, ended } = job;
  const query =
    outcome === undefined
      ? {}
      : {
          query: {
            statementType: outcome.statementType,
            totalBytesProcessed: "0",
            totalBytesBilled: "0",
            cacheHit: false,
            ...(outcome.schema === undefined ? {} : { schema: { fields: outcome.schema } }),
            ...affected(outcome),
            referencedTables: outcome.referenced.map((id) => referenceOf(id)),
            ...(outcome.target === undefined
              ? {}
              : {
                  ddlTargetTable: {
                    datasetId: outcome.target.dataset,
                    tableId: outcome.target.table,
                  },
                }),
            ...(outcome.ddl === undefined ? {} : { ddlOperationPerformed: outcome.ddl }),
          },
          ...(outcome.children === undefined
            ? {}
            : { numChildJobs: String(outcome.children.length) }),
        };
  const loaded =
    outcome?.statementType === "LOAD"
      ? { load: { outputRows: String(outcome.affected?.inserted ?? 0), badRecords: "0" } }
      : {};
  return {
    ...loaded,
    creationTime: String(created),
    startTime: String(created),
    totalBytesProcessed: "0",
    ...(ended === undefined ? {} : { endTime: String(ended) }),
    ...query,
  };
}

function referenceOf(id: string): Record<string, string> {
  const [projectId = "", rest = ""] = id.split(":");
  const [datasetId = "", tableId = ""] = rest.split(".");
  return { projectId, datasetId, tableId };
}

function affected({ affected: counts }: Outcome): Record<string, unknown> {
  if (counts === undefined) return {};
  const { inserted = 0, updated = 0, deleted = 0 } = counts;
  return {
    numDmlAffectedRows: String(inserted + updated + deleted),
    dmlStats: {
      insertedRowCount: String(inserted),
      updatedRowCount: String(updated),
      deletedRowCount: String(deleted),
    },
  };
}

interface QueryConfig {
  readonly query?: unknown;
  readonly queryParameters?: readonly QueryParameter[];
  readonly defaultDataset?: { readonly datasetId?: string };
  readonly useLegacySql?: unknown;
  readonly dryRun?: unknown;
}

function queryWork(store: Store, config: QueryConfig, dryRun: boolean): () => Promise<Outcome> {
  const { query, useLegacySql } = config;
  if (typeof query !== "string" || query.trim() === "")
    throw invalid("Required parameter is missing: query");
  if (useLegacySql === true || useLegacySql === "true")
    throw invalid("Legacy SQL is not supported by the local BigQuery");
  const params = readParams(config.queryParameters ?? []);
  return () =>
    run(store, query, { params, defaultDataset: config.defaultDataset?.datasetId, dryRun });
}

/** jobs.insert: an error of the job is found in its status; what is wrong with a query's text is answered at once. */
async function insert({
  store,
  jobs,
  storage,
  body,
  raw,
  contentType,
  baseUrl,
}: Call): Promise<unknown> {
  const upload = contentType.startsWith("multipart/related")
    ? readMultipart(raw, contentType)
    : undefined;
  const request = upload?.metadata ?? body;
  const configuration = record(request["configuration"]);
  const reference = record(request["jobReference"]);
  const dryRun = configuration["dryRun"] === true;
  const id = {
    id: reference["jobId"] as string | undefined,
    location: reference["location"] as string | undefined,
  };
  const job = jobs.start(
    id,
    configuration,
    workOf(store, storage, configuration, upload?.media, dryRun),
  );
  await job.done;
  if (dryRun || job.error?.reason === "invalidQuery")
    throwJobError(job, codeOf(job.error?.reason ?? ""));
  return jobResource(job, store.projectId, baseUrl);
}

function workOf(
  store: Store,
  storage: ObjectStorage | undefined,
  configuration: Readonly<Record<string, unknown>>,
  media: Buffer | undefined,
  dryRun: boolean,
): () => Promise<Outcome> {
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

/** jobs.query: waits, and answers the first page. */
async function query({ store, jobs, body }: Call): Promise<unknown> {
  const config = body as QueryConfig;
  const dryRun = body["dryRun"] === true;
  const configuration = {
    query: { query: config.query, useLegacySql: false },
    ...(dryRun ? { dryRun } : {}),
  };
  const job = jobs.start(
    { id: undefined, location: body["location"] as string | undefined },
    configuration,
    queryWork(store, config, dryRun),
  );
  await job.done;
  throwJobError(job, codeOf(job.error?.reason ?? ""));
  const options = record(body["formatOptions"]);
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(options))
    params.set(`formatOptions.${name}`, String(value));
  if (body["maxResults"] !== undefined)
    params.set("maxResults", JSON.stringify(body["maxResults"]).replaceAll('"', ""));
  return {
    ...results(job, store.projectId, params, timestampFormat(params)),
    kind: "bigquery#queryResponse",
  };
}

function results(
  job: Job,
  projectId: string,
  query: URLSearchParams,
  format: TimestampFormat,
): Record<string, unknown> {
  const { outcome } = job;
  const rows = outcome?.rows ?? [];
  const types = outcome?.types ?? [];
  const { items, nextPageToken } = page(rows, query, 10_000);
  const schema: readonly FieldSchema[] | undefined = outcome?.schema;
  return {
    kind: "bigquery#getQueryResultsResponse",
    etag: etagOf(rows.length, job.id),
    jobReference: { projectId, jobId: job.id, location: job.location },
    jobComplete: true,
    cacheHit: false,
    totalBytesProcessed: "0",
    ...(schema === undefined ? {} : { schema: { fields: schema }, totalRows: String(rows.length) }),
    ...(items.length > 0 ? { rows: items.map((values) => row(values, types, format)) } : {}),
    ...(nextPageToken === undefined ? {} : { pageToken: nextPageToken }),
    ...(outcome === undefined ? {} : affected(outcome)),
  };
}

async function getQueryResults({ store, jobs, path, query }: Call): Promise<unknown> {
  const job = jobs.get(path["job"] ?? "");
  await job.done;
  throwJobError(job, codeOf(job.error?.reason ?? ""));
  return results(job, store.projectId, query, timestampFormat(query));
}

function list({ store, jobs, query, baseUrl }: Call): unknown {
  const state = query.get("stateFilter")?.toUpperCase();
  const all = jobs
    .list()
    .map((job) => jobResource(job, store.projectId, baseUrl))
    .filter((job) => state === undefined || job["state"] === state);
  const { items, nextPageToken } = page(all, query);
  return {
    kind: "bigquery#jobList",
    etag: etagOf(all.length, "jobs"),
    jobs: items,
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  };
}

export const jobRoutes: Routes = {
  "POST /projects/:project/jobs": insert,
  "POST /projects/:project/queries": query,
  "GET /projects/:project/jobs": list,
  "GET /projects/:project/jobs/:job": ({ store, jobs, path, baseUrl }) =>
    jobResource(jobs.get(path["job"] ?? ""), store.projectId, baseUrl),
  // A query is done before its answer; cancelling comes too late and says so by the state.
  "POST /projects/:project/jobs/:job/cancel": ({ store, jobs, path, baseUrl }) => ({
    kind: "bigquery#jobCancelResponse",
    job: jobResource(jobs.get(path["job"] ?? ""), store.projectId, baseUrl),
  }),
  "DELETE /projects/:project/jobs/:job/delete": ({ jobs, path }) => jobs.delete(path["job"] ?? ""),
  "GET /projects/:project/queries/:job": getQueryResults,
};
