import { BigQuery } from "@google-cloud/bigquery";
import { Storage } from "@google-cloud/storage";
import { readState } from "../local/state.ts";
import { flow } from "../local.ts";
import { UsageError } from "./cli.ts";

const howToRun =
  "no local Earmark is running: type `npm start` in another terminal, or aim at the cloud with --project ID";

/** The warehouse to ask: the cloud's when a project is named, else the one that runs here. */
export function connectWarehouse(cloudProject: string | undefined): BigQuery {
  if (cloudProject !== undefined) return new BigQuery({ projectId: cloudProject });
  const { host: apiEndpoint, projectId } = localEnvironment("BIGQUERY_EMULATOR_HOST");
  return new BigQuery({ projectId, apiEndpoint });
}

export interface Buckets {
  readonly storage: Storage;
  readonly recordings: string;
  readonly references: string;
}

/** The buckets to write to: the named one in the cloud, else those that run here. */
export function connectBuckets(cloudBucket: string | undefined): Buckets {
  if (cloudBucket !== undefined) {
    const recordings = cloudBucket.replace(/^gs:\/\//, "").replace(/\/$/, "");
    if (!/^[a-z0-9][a-z0-9._-]{1,221}$/.test(recordings))
      throw new UsageError(`--bucket takes gs://NAME, not "${cloudBucket}"`);
    const references = recordings.replace(/-recordings$/, "-references");
    return { storage: new Storage(), recordings, references };
  }
  const { host: apiEndpoint, projectId } = localEnvironment("STORAGE_EMULATOR_HOST");
  return {
    storage: new Storage({ projectId, apiEndpoint }),
    recordings: flow.recordingsBucket(projectId),
    references: flow.referencesBucket(projectId),
  };
}

/**
 * How to reach the local Earmark that runs: Google's own variables come first, then what it left itself.
 * Throws a `UsageError` when nothing says where the service of `variable` is.
 */
export function localEnvironment(variable: "STORAGE_EMULATOR_HOST" | "BIGQUERY_EMULATOR_HOST") {
  process.env["METADATA_SERVER_DETECTION"] ??= "none"; // there is none here, and asking takes seconds
  const environment: Record<string, string | undefined> = { ...readState(), ...set(process.env) };
  const { [variable]: host, GOOGLE_CLOUD_PROJECT: projectId } = environment;
  if (host === undefined || projectId === undefined) throw new UsageError(howToRun);
  return { host, projectId, environment };
}

function set(environment: NodeJS.ProcessEnv): Record<string, string> {
  const emulators = ["STORAGE_EMULATOR_HOST", "BIGQUERY_EMULATOR_HOST", "GOOGLE_CLOUD_PROJECT"];
  return Object.fromEntries(
    emulators.flatMap((name) => {
      const value = environment[name];
      return value === undefined || value === "" ? [] : [[name, value] as const];
    }),
  );
}
