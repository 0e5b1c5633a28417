import { type Change, drop, edit, hurry, refer, set } from "./terraform-changes.ts";

const job = "google_cloud_scheduler_job.crawl";
const fn = (name: string) => `google_cloudfunctions2_function.this["${name}"]`;
const variable = (name: string) => `service_config.0.environment_variables.${name}`;
const api = (name: string) => `google_project_service.this["${name}.googleapis.com"]`;
const alert = (name: string) => `google_monitoring_alert_policy.this["${name}"]`;
const threshold = "conditions.0.condition_threshold.0";
const bucket = (name: string) => `google_storage_bucket.this["${name}"]`;
const waiting = "google_pubsub_subscription.dead_letters";
const kept = "google_pubsub_subscription.dead_letters_table";
const deadTable = "google_bigquery_table.dead_letters";
const deleteAll = [{ action: [{ type: "Delete" }], condition: [{ age: 30 }] }];

/** Mistakes, each with a part of the sentence that has to find it. */
export const seeds: readonly (readonly [string, Change, string])[] = [
  // The schedule
  [
    "no OIDC",
    set(`${job}[0]`, "http_target.0.oidc_token", []),
    "oidc_token.0.service_account_email",
  ],
  [
    "another audience",
    refer(job, "http_target.0.oidc_token.0.audience", `${fn("load")}.service_config[0].uri`),
    "oidc_token.0.audience does not come from",
  ],
  [
    "another account",
    set(
      `${job}[0]`,
      "http_target.0.oidc_token.0.service_account_email",
      "earmark-load@my-project.iam.gserviceaccount.com",
    ),
    "oidc_token.0.service_account_email is",
  ],
  [
    "another function",
    refer(job, "http_target.0.uri", `${fn("load")}.service_config[0].uri`),
    "http_target.0.uri does not come from",
  ],
  ["no retry", set(`${job}[0]`, "retry_config", []), "retry_config.0.retry_count is null"],
  ["a paused job", set(`${job}[0]`, "paused", true), "paused is true"],
  [
    "a job before its role",
    hurry(job, "google_cloud_run_service_iam_member.crawl"),
    "does not wait for",
  ],
  ["no schedule", drop(`${job}[0]`), `${job}[0] is not in the plan`],

  // The environment
  [
    "events to the dead letters",
    set(fn("load"), variable("EVENTS_TOPIC"), "earmark-dead-letters"),
    "EVENTS_TOPIC is",
  ],
  [
    "dead letters to the events",
    set(fn("classify"), variable("DEAD_LETTERS_TOPIC"), "earmark-events"),
    "DEAD_LETTERS_TOPIC is",
  ],
  [
    "manifests among the recordings",
    set(fn("crawl"), variable("REFERENCES_BUCKET"), "my-project-earmark-recordings"),
    "REFERENCES_BUCKET is",
  ],
  [
    "references among the recordings",
    set(fn("classify"), variable("REFERENCES_BUCKET"), "my-project-earmark-recordings"),
    "REFERENCES_BUCKET is",
  ],
  [
    "recordings elsewhere",
    set(fn("load"), variable("RECORDINGS_BUCKET"), "other"),
    "RECORDINGS_BUCKET is",
  ],
  [
    "another dataset",
    set(fn("crawl"), variable("BIGQUERY_DATASET"), "other"),
    "BIGQUERY_DATASET is",
  ],
  [
    "another project",
    set(fn("load"), variable("GOOGLE_CLOUD_PROJECT"), "other"),
    "GOOGLE_CLOUD_PROJECT is",
  ],
  [
    "another database",
    set(fn("load"), variable("FIRESTORE_DATABASE"), "(default)"),
    "means the database (default)",
  ],
  [
    "another secret",
    set(fn("crawl"), "service_config.0.secret_environment_variables.0.secret", "other"),
    "secret_environment_variables is",
  ],
  [
    "an old secret",
    set(fn("crawl"), "service_config.0.secret_environment_variables.0.version", "1"),
    "secret_environment_variables is",
  ],
  [
    "five crawls at once",
    set(fn("crawl"), "service_config.0.max_instance_count", 5),
    "max_instance_count is 5",
  ],
  [
    "an open classify",
    set(fn("classify"), "service_config.0.ingress_settings", "ALLOW_ALL"),
    "ingress",
  ],

  // Dead letters
  [
    "dead letters from the events",
    refer(waiting, "topic", `google_pubsub_topic.this["events"].id`),
    "topic does not come from",
  ],
  [
    "a table of the events",
    refer(kept, "topic", `google_pubsub_topic.this["events"].id`),
    "topic does not come from",
  ],
  [
    "event dead letters to the events",
    refer(
      "terraform_data.event_dead_letters",
      "triggers_replace",
      `google_pubsub_topic.this["events"].id`,
    ),
    "triggers_replace does not come from",
  ],
  [
    "no event dead letters",
    drop(`terraform_data.event_dead_letters["load"]`),
    "is not in the plan",
  ],
  ["no metadata", set(kept, "bigquery_config.0.write_metadata", false), "write_metadata is false"],
  [
    "the table's schema",
    set(kept, "bigquery_config.0.use_table_schema", true),
    "use_table_schema is true",
  ],
  [
    "the topic's schema",
    set(kept, "bigquery_config.0.use_topic_schema", true),
    "use_topic_schema is true",
  ],
  ["a filter", set(kept, "filter", "attributes.x"), "filter is"],
  [
    "a missing column",
    edit(deadTable, "schema", (schema) =>
      JSON.stringify((JSON.parse(schema) as unknown[]).slice(1)),
    ),
    "not the columns",
  ],
  [
    "a wrong type",
    edit(deadTable, "schema", (schema) => schema.replace(`"JSON"`, `"FLOAT64"`)),
    "not the columns",
  ],
  [
    "a required column",
    edit(deadTable, "schema", (schema) => schema.replace("NULLABLE", "REQUIRED")),
    "not the columns",
  ],
  [
    "a subscription that expires",
    set(waiting, "expiration_policy", [{ ttl: "86400s" }]),
    "expiration_policy.0.ttl is",
  ],
  [
    "a table's subscription that expires",
    set(kept, "expiration_policy", []),
    "expiration_policy.0.ttl is",
  ],
  [
    "dead letters for ten minutes",
    set(waiting, "message_retention_duration", "600s"),
    "message_retention_duration is",
  ],
  [
    "a table before its role",
    hurry(kept, "time_sleep.dead_letters"),
    "does not wait for time_sleep.dead_letters",
  ],

  // Data that goes away
  [
    "recordings that are deleted",
    set(bucket("recordings"), "lifecycle_rule", deleteAll),
    "lifecycle_rule is",
  ],
  [
    "references that are deleted",
    set(bucket("references"), "lifecycle_rule", deleteAll),
    "lifecycle_rule is",
  ],
  [
    "no soft delete",
    set(bucket("recordings"), "soft_delete_policy.0.retention_duration_seconds", 0),
    "soft_delete_policy",
  ],
  [
    "no versions",
    set(bucket("references"), "versioning.0.enabled", false),
    "versioning.0.enabled is false",
  ],
  [
    "a dataset whose tables expire",
    set("google_bigquery_dataset.this", "default_table_expiration_ms", 3600000),
    "default_table_expiration_ms is",
  ],
  [
    "a dataset whose partitions expire",
    set("google_bigquery_dataset.this", "default_partition_expiration_ms", 3600000),
    "default_partition_expiration_ms is",
  ],
  [
    "a table whose partitions expire",
    set(`google_bigquery_table.this["quality"]`, "time_partitioning.0.expiration_ms", 86400000),
    "expiration_ms is",
  ],
  [
    "a table that expires",
    set(`google_bigquery_table.this["crawls"]`, "expiration_time", 1),
    "expiration_time is",
  ],
  [
    "dead letters that expire",
    set(deadTable, "time_partitioning.0.expiration_ms", 86400000),
    "expiration_ms is",
  ],
  [
    "a short time travel",
    set("google_bigquery_dataset.this", "max_time_travel_hours", "48"),
    "max_time_travel_hours is",
  ],
  [
    "documents that expire",
    set(`google_firestore_field.this["recordings/updatedAt"]`, "ttl_config", [{}]),
    "makes documents expire",
  ],
  ["no backups", drop("google_firestore_backup_schedule.daily[0]"), "is not in the plan"],
  [
    "short backups",
    set("google_firestore_backup_schedule.daily[0]", "retention", "86400s"),
    "retention is",
  ],

  // APIs and order
  ...["eventarc", "secretmanager", "billingbudgets", "cloudscheduler", "serviceusage", "run"].map(
    (name) => [`no API ${name}`, drop(api(name)), `APIs: ${name} is missing`] as const,
  ),
  [
    "a trigger before Eventarc's agent",
    hurry("google_cloudfunctions2_function.this", "time_sleep.agents"),
    "does not wait for time_sleep.agents",
  ],
  [
    "a function before its secrets",
    hurry("google_cloudfunctions2_function.this", "google_secret_manager_secret_version.this"),
    "does not wait for google_secret_manager_secret_version.this",
  ],
  [
    "an agent's role before the agent",
    hurry("google_pubsub_topic_iam_member.pubsub_agent", "time_sleep.identities"),
    "does not wait for time_sleep.identities",
  ],
  [
    "a secret that nobody gave",
    hurry("google_secret_manager_secret_version.this", "terraform_data.secret_given"),
    "does not wait for terraform_data.secret_given",
  ],
  [
    "a bucket before the APIs",
    hurry("google_storage_bucket.source", "google_project_service.this", "time_sleep.key"),
    "google_storage_bucket.source does not wait for the APIs",
  ],
  ["no wait for agents", drop("time_sleep.agents"), "time_sleep.agents is not in the plan"],
  ["a wait for nothing", set("time_sleep.agents", "create_duration", "1s"), "create_duration is"],
  [
    "no agent of Pub/Sub",
    drop(`terraform_data.agent["pubsub.googleapis.com"]`),
    "is not in the plan",
  ],

  // Alerts
  ...["errors", "crawl-failed", "schedule-failed", "dead-letters", "backlog", "crawl-stale"].map(
    (name) => [`no alert ${name}`, drop(alert(name)), `${alert(name)} is not in the plan`] as const,
  ),
  [
    "an alert that never opens",
    set(alert("dead-letters"), `${threshold}.threshold_value`, 1_000_000),
    "threshold_value is 1000000",
  ],
  [
    "an alert the wrong way round",
    set(alert("errors"), `${threshold}.comparison`, "COMPARISON_LT"),
    "comparison is",
  ],
  [
    "an alert on another subscription",
    edit(alert("dead-letters"), `${threshold}.filter`, (filter) =>
      filter.replace("dead-letters", "dead-letters-table"),
    ),
    "filter is",
  ],
  [
    "an alert on another label",
    edit(alert("crawl-failed"), `${threshold}.filter`, (filter) =>
      filter.replace("failed", "complete"),
    ),
    "filter is",
  ],
  [
    "an alert that nobody hears of",
    set(alert("errors"), "notification_channels", []),
    "notification_channels.length is 0",
  ],
  ["an alert that is off", set(alert("errors"), "enabled", false), "enabled is false"],
  ["no e-mail", drop("google_monitoring_notification_channel.email[0]"), "is not in the plan"],
  [
    "e-mail to somebody else",
    set(
      "google_monitoring_notification_channel.email[0]",
      "labels.email_address",
      "other@example.com",
    ),
    "labels.email_address is",
  ],
  [
    "a metric of other lines",
    edit(`google_logging_metric.this["crawls"]`, "filter", (filter) =>
      filter.replace("finished", "started"),
    ),
    "filter is",
  ],
  ["no budget", drop("google_billing_budget.this[0]"), "is not in the plan"],
  [
    "a budget that nobody hears of",
    set("google_billing_budget.this[0]", "all_updates_rule", []),
    "all_updates_rule.length is 0",
  ],
  [
    "a budget without bounds",
    set("google_billing_budget.this[0]", "threshold_rules", []),
    "threshold_rules is",
  ],

  // Conditions
  [
    "a role on every database",
    set(`google_project_iam_member.firestore["crawl"]`, "condition.0.expression", "true"),
    "condition.0.expression is",
  ],
  [
    "a role on every bucket",
    set(
      `google_project_iam_member.build["source"]`,
      "condition.0.expression",
      `resource.name != ""`,
    ),
    "condition.0.expression is",
  ],
];
