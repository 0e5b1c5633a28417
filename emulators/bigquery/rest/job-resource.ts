import type { Outcome } from "../run/outcome.ts";
import type { Job, JobOutcome } from "./job-store.ts";
import { etagOf } from "./resource.ts";
import { record } from "./router.ts";
import { scriptStatistics } from "./script-statistics.ts";

/** A job as jobs.get and jobs.list show it. */
export function jobResource(job: Job, projectId: string, baseUrl: string): Record<string, unknown> {
  const failed = job.error === undefined ? {} : { errorResult: job.error };
  const errors = [...(job.error === undefined ? [] : [job.error]), ...job.warnings];
  const type = jobType(job);
  return {
    kind: "bigquery#job",
    etag: etagOf(job.ended ?? 0, job.id),
    id: `${projectId}:${job.location}.${job.id}`,
    selfLink: `${baseUrl}/bigquery/v2/projects/${projectId}/jobs/${job.id}?location=${job.location}`,
    jobReference: { projectId, jobId: job.id, location: job.location },
    user_email: "local@example.invalid",
    configuration: { jobType: type, ...job.configuration },
    status: { state: stateOf(job), ...failed, ...(errors.length > 0 ? { errors } : {}) },
    statistics: statistics(job, type, projectId),
    ...(job.error === undefined ? {} : { errorResult: job.error }),
    state: stateOf(job),
  };
}

export const stateOf = ({ ended }: Job): "RUNNING" | "DONE" =>
  ended === undefined ? "RUNNING" : "DONE";

function jobType({ configuration }: Job): string {
  return (
    ["query", "load", "extract"].find((type) => configuration[type] !== undefined)?.toUpperCase() ??
    "UNKNOWN"
  );
}

function statistics(job: Job, type: string, projectId: string): Record<string, unknown> {
  const { outcome, created, ended, parentId } = job;
  return {
    creationTime: String(created),
    startTime: String(created),
    ...(ended === undefined ? {} : { endTime: String(ended) }),
    ...(parentId === undefined ? {} : { parentJobId: parentId, ...placeInScript(job) }),
    ...(outcome?.children === undefined ? {} : { numChildJobs: String(outcome.children.length) }),
    totalBytesProcessed: String(outcome?.bytes?.processed ?? 0),
    ...(outcome === undefined ? {} : ofType(outcome, type, projectId)),
  };
}

/** What a child job is in the script, whose text is the query of both. */
function placeInScript({ configuration, outcome }: Job): Record<string, unknown> {
  const { query } = record(configuration["query"]);
  if (outcome?.at === undefined || typeof query !== "string") return {};
  return { scriptStatistics: scriptStatistics(query, outcome.at) };
}

function ofType(outcome: JobOutcome, type: string, projectId: string): Record<string, unknown> {
  if (type === "LOAD") {
    const { files, bytes } = outcome.transferred ?? {};
    return {
      load: {
        inputFiles: String(files ?? 1),
        inputFileBytes: String(bytes ?? 0),
        outputRows: String(outcome.affected?.inserted ?? 0),
        badRecords: String(outcome.transferred?.badRecords ?? 0),
      },
    };
  }
  if (type === "EXTRACT")
    return { extract: { destinationUriFileCounts: [String(outcome.transferred?.files ?? 1)] } };
  return { query: queryStatistics(outcome, projectId) };
}

function queryStatistics(outcome: Outcome, projectId: string): Record<string, unknown> {
  const { target, ddl, schema, bytes } = outcome;
  return {
    statementType: outcome.statementType,
    totalBytesProcessed: String(bytes?.processed ?? 0),
    totalBytesBilled: String(bytes?.billed ?? 0),
    cacheHit: false,
    ...(schema === undefined ? {} : { schema: { fields: schema } }),
    ...affected(outcome),
    referencedTables: outcome.referenced.map((id) => referenceOf(id)),
    ...(target === undefined || ddl === undefined
      ? {}
      : { ddlTargetTable: { projectId, datasetId: target.dataset, tableId: target.table } }),
    ...(ddl === undefined ? {} : { ddlOperationPerformed: ddl }),
  };
}

function referenceOf(id: string): Record<string, string> {
  const [projectId = "", rest = ""] = id.split(":");
  const [datasetId = "", tableId = ""] = rest.split(".");
  return { projectId, datasetId, tableId };
}

/** How many rows a statement changed, of each kind. */
export function affected({ affected: counts }: Outcome): Record<string, unknown> {
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
