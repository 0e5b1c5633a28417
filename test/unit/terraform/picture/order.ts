import type { Expected, Facts } from "./expected.ts";

const identities = ["time_sleep.identities"];

/** Waits: an agent exists before it is granted a role, and a grant takes effect before something rests on it. */
export const order = ({ variable }: Facts): Expected[] => [
  {
    address: "time_sleep.identities",
    values: { create_duration: "30s" },
    after: [
      "data.google_bigquery_default_service_account.this",
      "data.google_storage_project_service_account.this",
      "google_project_service.this",
      "terraform_data.agent",
    ],
  },
  {
    address: "time_sleep.agents",
    values: { create_duration: "120s" },
    after: ["google_project_iam_member.storage_agent"],
  },
  {
    address: "time_sleep.dead_letters",
    values: { create_duration: "120s" },
    after: ["google_bigquery_table_iam_member.dead_letters"],
  },
  {
    address: "time_sleep.metrics",
    values: { create_duration: "60s" },
    after: ["google_logging_metric.this"],
  },
  { address: "google_project_iam_member.storage_agent", after: identities },
  { address: "google_pubsub_topic_iam_member.pubsub_agent", after: identities },
  ...["dataEditor", "metadataViewer"].map((role) => ({
    address: `google_bigquery_table_iam_member.dead_letters["roles/bigquery.${role}"]`,
    after: identities,
  })),
  { address: "google_monitoring_dashboard.this", after: ["time_sleep.metrics"] },
  ...(variable("kms_key_name") === null
    ? []
    : [
        {
          address: "time_sleep.key[0]",
          values: { create_duration: "120s" },
          after: ["google_kms_crypto_key_iam_member.agent"],
        },
        { address: `google_kms_crypto_key_iam_member.agent["pubsub"]`, after: identities },
      ]),
  ...[
    "google_storage_bucket.source",
    "google_bigquery_dataset.this",
    "google_firestore_database.this",
    `google_pubsub_topic.this["events"]`,
    `google_storage_bucket.this["recordings"]`,
    `google_secret_manager_secret.this["FREESOUND_API_KEY"]`,
    "google_artifact_registry_repository.this",
  ].map((address) => ({ address, after: ["google_project_service.this", "time_sleep.key"] })),
];
