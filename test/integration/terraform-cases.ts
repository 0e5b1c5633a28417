import { knownLicenses } from "#shared/licenses.ts";
import type { Seed } from "./terraform-tool.ts";

export const project_id = "my-project";

/** Every option away from its default. */
export const everything = {
  project_id,
  region: "us-central1",
  firestore_database: "catalog",
  labels: { team: "speech" },
  kms_key_name: "projects/my-project/locations/us-central1/keyRings/ring/cryptoKeys/key",
  nearline_after_days: 0,
  backup_retention_days: 0,
  freesound_api_key: "a-key-of-the-api",
  freesound_client_id: "a-client",
  freesound_client_secret: "a-secret-of-a-client",
  freesound_refresh_token: "a-token-to-refresh",
  freesound_secret_versions: { api_key: 2, client_secret: 3 },
  freesound_rates: { per_minute: 300, per_day: 5000 },
  crawl: {
    query: "voice",
    filter: "duration:[1 TO 60]",
    limit: 20,
    licenses: [...knownLicenses, "LicenseRef-ours"],
    ai_preferences: ["no-additional-preferences"],
    format: "original",
    concurrency: 4,
    overlap_hours: 24,
  },
  crawl_schedule: "30 2 * * 1",
  crawl_invokers: ["user:someone@example.com"],
  log_level: "DEBUG",
  limits: {
    max_duration_seconds: 600,
    max_bytes: 5000000,
    max_channels: 2,
    decode_timeout_seconds: 60,
    decode_memory_mb: 256,
  },
  fixed_reference: "fixed.flac",
  label_thresholds: [4.4, 3.3, 2.2],
  label_basis: "dnsmos",
  dnsmos_model: `gs://${project_id}-earmark-references/models/dnsmos.onnx`,
  dnsmos_model_sha256: "0123456789abcdef".repeat(4),
  scaling: {
    load: { cpu: "2", memory: "4Gi", min_instances: 1, max_instances: 50, timeout: 300 },
    crawl: { timeout: 900 },
  },
  alert_email: "someone@example.com",
  crawl_stale_hours: 23,
  backlog_minutes: 10,
  billing_account: "012345-567890-ABCDEF",
  monthly_budget: 100,
  event_dead_letters: false,
  create_agents: false,
  role_suffix: "2",
  delivery_attempts: 5,
  legacy_pubsub_agent: true,
};

/** What the mistakes in memory are seeded into: the defaults, with somebody who hears of them, and a budget. */
export const watched = {
  project_id,
  alert_email: "someone@example.com",
  billing_account: "012345-567890-ABCDEF",
};

/** What the mistakes are seeded into: the defaults, with a key. */
export const seeded = {
  project_id,
  kms_key_name: "projects/keys/locations/europe-west1/keyRings/ring/cryptoKeys/key",
};

/** Mistakes, what seeds each, and the sentence that finds it. */
export const mistakes: readonly (readonly [string, Seed, string])[] = [
  [
    "a dropped variable",
    {
      file: "functions.tf",
      from: "RECORDINGS_BUCKET    = local.buckets.recordings.name",
      to: "",
    },
    "load: RECORDINGS_BUCKET is not set",
  ],
  [
    "a variable that nothing reads",
    { file: "functions.tf", from: "EVENTS_TOPIC           =", to: "EVENT_TOPIC           =" },
    "classify: EVENT_TOPIC is set, and nothing reads it",
  ],
  [
    "a public bucket",
    { file: "storage.tf", from: '"enforced"', to: '"inherited"' },
    `google_storage_bucket.this["references"] may be made public`,
  ],
  [
    "a wrong event type",
    { file: "functions.tf", from: "object.v1.finalized", to: "object.v1.archived" },
    "load: event is google.cloud.storage.object.v1.archived, not google.cloud.storage.object.v1.finalized",
  ],
  [
    "an event that is lost when a function fails",
    { file: "functions.tf", from: '"RETRY_POLICY_RETRY"', to: '"RETRY_POLICY_DO_NOT_RETRY"' },
    "classify: retry is RETRY_POLICY_DO_NOT_RETRY, not RETRY_POLICY_RETRY",
  ],
  [
    "an extra role",
    {
      file: "identities.tf",
      from: `resource "google_storage_bucket_iam_member" "build" {`,
      to: `resource "google_project_iam_member" "extra" {
  project = var.project_id
  role    = "roles/storage.admin"
  member  = google_service_account.function["load"].member
}

resource "google_storage_bucket_iam_member" "build" {`,
    },
    "not on the list: earmark-load: roles/storage.admin on project",
  ],
  [
    "a crawl that anybody may start",
    {
      file: "identities.tf",
      from: "{ scheduler = google_service_account.scheduler.member }",
      to: `{ scheduler = "allUsers" }`,
    },
    "something is open to everybody",
  ],
  [
    "a table that can be dropped",
    {
      file: "warehouse.tf",
      from: "deletion_protection = var.protect",
      to: "deletion_protection = false",
    },
    `google_bigquery_table.this["quality"] can be deleted with its data`,
  ],
  [
    "a trigger far from its bucket",
    {
      file: "functions.tf",
      from: "trigger_region        = var.region",
      to: `trigger_region        = "us"`,
    },
    "load: region is us, not europe-west1",
  ],
  [
    "another table than the code's",
    {
      file: "warehouse.tf",
      from: "jsonencode(each.value.schema.fields)",
      to: "jsonencode(slice(each.value.schema.fields, 0, 5))",
    },
    "table crawls: is not the one of shared/warehouse/tables",
  ],
  [
    "another database than the functions'",
    {
      file: "functions.tf",
      from: "google_firestore_database.this.name",
      to: '"(default)"',
    },
    `google_cloudfunctions2_function.this["load"] means the database (default), not earmark`,
  ],
  [
    "a role on every database",
    {
      file: "identities.tf",
      from: 'databases/${var.firestore_database}\\"',
      to: 'databases/other\\"',
    },
    `google_project_iam_member.firestore["crawl"] means the database other, not earmark`,
  ],
  [
    "a topic that the key does not cover",
    { file: "events.tf", from: "kms_key_name               = var.kms_key_name", to: "" },
    `google_pubsub_topic.this["events"] is not encrypted with kms_key_name`,
  ],
  [
    "an agent that may not use the key",
    {
      file: "services.tf",
      from: '"service-%s@gcp-sa-firestore"',
      to: '"service-%s@gcp-sa-firebase"',
    },
    "not on the list: serviceAccount:service-123456789012@gcp-sa-firebase.iam.gserviceaccount.com: roles/cloudkms.cryptoKeyEncrypterDecrypter on key",
  ],
  [
    "a view that is made before the one that it asks",
    {
      file: "warehouse.tf",
      from: 'strcontains(sql, "$${dataset}.${other}`")',
      to: "other == sql",
    },
    "the view duplicates asks audio_info, which is not there when it is made",
  ],
];

/** Options that change what is there, in three groups that are never together. */
export const alone: readonly Readonly<Record<string, unknown>>[] = [
  {
    project_id,
    billing_account: everything.billing_account,
    event_dead_letters: false,
    create_agents: false,
    protect: false,
  },
  {
    project_id,
    alert_email: everything.alert_email,
    freesound_client_id: "a-client",
    crawl: { format: "original" },
  },
  {
    ...seeded,
    crawl_schedule: null,
    firestore_database: "(default)",
    nearline_after_days: 0,
    backup_retention_days: 0,
  },
];
