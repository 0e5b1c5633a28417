import { flow } from "#emulators/local.ts";
import { type Expected, type Facts, lasting } from "./expected.ts";

const days = (count: number) => `${count * 24 * 3600}s`;
const deadLetters = `google_pubsub_topic.this["dead_letters"]`;

/** https://cloud.google.com/pubsub/docs/bigquery#write-metadata: what a subscription writes, in these types. */
export const deadLetterColumns: Readonly<Record<string, string>> = {
  subscription_name: "STRING",
  message_id: "STRING",
  publish_time: "TIMESTAMP",
  attributes: "JSON",
  data: "STRING",
};

/** Topics, and where dead letters wait and stay. */
export const delivery = (facts: Facts): Expected[] => [
  ...Object.entries({ events: flow.eventsTopic, dead_letters: flow.deadLettersTopic }).map(
    ([key, name]) => ({
      address: `google_pubsub_topic.this["${key}"]`,
      values: {
        name,
        message_retention_duration: days(7),
        "message_storage_policy.0.allowed_persistence_regions": [facts.region],
      },
    }),
  ),
  {
    address: "google_pubsub_subscription.dead_letters",
    values: {
      name: flow.deadLettersTopic,
      message_retention_duration: days(31),
      ack_deadline_seconds: 60,
      "expiration_policy.0.ttl": "",
      filter: null,
      push_config: null,
    },
    references: { topic: deadLetters },
  },
  {
    address: "google_pubsub_subscription.dead_letters_table",
    values: {
      "bigquery_config.0.table": `${facts.project}.${flow.dataset}.dead_letters`,
      "bigquery_config.0.write_metadata": true,
      "bigquery_config.0.use_table_schema": null,
      "bigquery_config.0.use_topic_schema": null,
      "bigquery_config.0.drop_unknown_fields": null,
      "expiration_policy.0.ttl": "",
      filter: null,
      "retry_policy.0.minimum_backoff": "10s",
      "retry_policy.0.maximum_backoff": "600s",
    },
    references: { topic: deadLetters },
    after: ["time_sleep.dead_letters"],
  },
  {
    address: "google_bigquery_table.dead_letters",
    values: { ...lasting, "time_partitioning.0.field": "publish_time" },
  },
  ...(facts.variable("event_dead_letters") === true ? Object.keys(flow.triggers) : []).map(
    (name) => ({
      address: `terraform_data.event_dead_letters["${name}"]`,
      references: { triggers_replace: `${deadLetters}.id` },
    }),
  ),
  ...(facts.variable("create_agents") === true ? ["eventarc", "pubsub"] : []).map((name) => ({
    address: `terraform_data.agent["${name}.googleapis.com"]`,
    after: ["google_project_service.this"],
  })),
];
