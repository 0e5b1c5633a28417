import {
  type FunctionName,
  functionNames,
  variablesOf,
} from "#emulators/commands/build/environment.ts";
import { flow } from "#emulators/local.ts";
import { at } from "../plan.ts";
import type { Expected, Facts } from "./expected.ts";

const crawlUri = `google_cloudfunctions2_function.this["crawl"].service_config[0].uri`;

/** Variables that wire a function to the rest, as emulators/local.ts sets them for the local ones. */
const wiring = ({ project, variable }: Facts): Record<string, unknown> => ({
  GOOGLE_CLOUD_PROJECT: project,
  RECORDINGS_BUCKET: flow.recordingsBucket(project),
  REFERENCES_BUCKET: flow.referencesBucket(project),
  BIGQUERY_DATASET: flow.dataset,
  FIRESTORE_DATABASE: variable("firestore_database"),
  EVENTS_TOPIC: flow.eventsTopic,
  DEAD_LETTERS_TOPIC: flow.deadLettersTopic,
});

const secretsOf = (facts: Facts) =>
  [
    ["FREESOUND_API_KEY", "earmark-freesound-api-key"],
    ...(facts.variable("freesound_client_id") === null
      ? []
      : [
          ["FREESOUND_CLIENT_SECRET", "earmark-freesound-client-secret"],
          ["FREESOUND_REFRESH_TOKEN", "earmark-freesound-refresh-token"],
        ]),
  ].map(([key, secret]) => ({ key, project_id: facts.project, secret, version: "latest" }));

/** The number of a secret's newest value. */
const versionOf = ({ variable }: Facts, key: string) =>
  at(variable("freesound_secret_versions"), key.replace("FREESOUND_", "").toLowerCase()) ?? 1;

const path = (key: string) => `service_config.0.environment_variables.${key}`;

function functionOf(facts: Facts, name: FunctionName): Expected {
  const set = Object.entries(wiring(facts)).filter(([key]) => variablesOf(name).includes(key));
  return {
    address: `google_cloudfunctions2_function.this["${name}"]`,
    values: {
      ...Object.fromEntries(set.map(([key, value]) => [path(key), value])),
      "service_config.0.secret_environment_variables": name === "crawl" ? secretsOf(facts) : null,
      "service_config.0.ingress_settings": name === "crawl" ? "ALLOW_ALL" : "ALLOW_INTERNAL_ONLY",
      // One key's allowance is shared by all that one instance does.
      ...(name === "crawl" ? { "service_config.0.max_instance_count": 1 } : {}),
    },
    references: {
      "build_config.0.service_account": "google_service_account.build.id",
      "build_config.0.docker_repository": "google_artifact_registry_repository.this.id",
      "build_config.0.source.0.storage_source.0.object": "google_storage_bucket_object.source",
    },
    after: [
      "google_artifact_registry_repository_iam_member.build",
      "google_project_iam_member.build",
      "google_project_iam_member.event_receiver",
      "google_project_iam_member.storage_agent",
      "google_secret_manager_secret_iam_member.crawl",
      "google_secret_manager_secret_version.this",
      "google_storage_bucket_iam_member.build",
      "time_sleep.agents",
      "time_sleep.key",
    ],
  };
}

/** Cloud Scheduler starts crawl, as itself, and tries again. */
const schedule = (facts: Facts): Expected => ({
  address: "google_cloud_scheduler_job.crawl[0]",
  values: {
    name: "earmark-crawl",
    schedule: facts.variable("crawl_schedule"),
    time_zone: "Etc/UTC",
    paused: null,
    "retry_config.0.retry_count": 2,
    "retry_config.0.min_backoff_duration": "60s",
    "retry_config.0.max_backoff_duration": "600s",
    "http_target.0.oidc_token.0.service_account_email": facts.account("scheduler"),
    "http_target.0.oauth_token": null,
  },
  references: {
    "http_target.0.uri": crawlUri,
    "http_target.0.oidc_token.0.audience": crawlUri,
  },
  after: ["google_cloud_run_service_iam_member.crawl"],
});

export const compute = (facts: Facts): Expected[] => [
  ...secretsOf(facts).map(({ key }) => ({
    address: `terraform_data.secret_given["${key}"]`,
    values: { triggers_replace: versionOf(facts, key) },
  })),
  ...secretsOf(facts).map(({ key }) => ({
    address: `google_secret_manager_secret_version.this["${key}"]`,
    values: { secret_data_wo_version: versionOf(facts, key), deletion_policy: "DISABLE" },
    after: ["terraform_data.secret_given"],
  })),
  ...functionNames.map((name) => ({
    address: `google_storage_bucket_object.source["${name}"]`,
    values: { bucket: `${facts.project}-earmark-source` },
  })),
  ...functionNames.map((name) => functionOf(facts, name)),
  ...(facts.variable("crawl_schedule") === null ? [] : [schedule(facts)]),
  ...["build", "scheduler"].map((name) => ({
    address: `google_service_account.${name}`,
    values: { account_id: `earmark-${name}`, disabled: false },
  })),
  ...functionNames.map((name) => ({
    address: `google_service_account.function["${name}"]`,
    values: { account_id: `earmark-${name}`, disabled: false },
  })),
];
