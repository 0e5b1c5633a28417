import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { type Expected, type Facts, lasting } from "./expected.ts";

const week = 7 * 24 * 3600;
const tables = globSync(
  new URL("../../../../shared/warehouse/tables/*.json", import.meta.url).pathname,
).map((file) => basename(file, ".json"));

interface FieldOverride {
  readonly collectionGroup: string;
  readonly fieldPath: string;
}

const overrides = (
  JSON.parse(
    readFileSync(new URL("../../../../shared/catalog/indexes.json", import.meta.url), "utf8"),
  ) as { readonly fieldOverrides: readonly FieldOverride[] }
).fieldOverrides;

/** Uploads that nobody finished go; recordings move to Nearline, and never go. */
const abandoned = {
  action: [{ type: "AbortIncompleteMultipartUpload" }],
  condition: [{ age: 1 }],
};
const toNearline = (days: unknown) => ({
  action: [{ storage_class: "NEARLINE", type: "SetStorageClass" }],
  condition: [{ age: days, matches_storage_class: ["STANDARD"] }],
});
/** A former version of a reference goes a year after it was replaced. */
const formerVersions = {
  action: [{ type: "Delete" }],
  condition: [{ days_since_noncurrent_time: 365, with_state: "ARCHIVED" }],
};

const bucket = (name: string, versioned: boolean, rules: readonly unknown[]): Expected => ({
  address: `google_storage_bucket.this["${name}"]`,
  values: {
    "soft_delete_policy.0.retention_duration_seconds": week,
    "versioning.0.enabled": versioned,
    lifecycle_rule: rules,
    storage_class: "STANDARD",
    retention_policy: null,
  },
});

/** What holds data keeps it: nothing expires but what is listed here. */
export function storage({ variable, project, region, number }: Facts): Expected[] {
  const nearline = variable("nearline_after_days");
  const backups = Number(variable("backup_retention_days"));
  const database = `projects/${project}/databases/${String(variable("firestore_database"))}`;
  const source = `projects/_/buckets/gcf-v2-sources-${number}-${region}`;
  return [
    bucket("recordings", false, [abandoned, ...(nearline === 0 ? [] : [toNearline(nearline)])]),
    bucket("references", true, [abandoned, formerVersions]),
    {
      address: "google_bigquery_dataset.this",
      values: {
        default_partition_expiration_ms: null,
        default_table_expiration_ms: null,
        max_time_travel_hours: "168",
      },
    },
    ...tables.map((table) => ({
      address: `google_bigquery_table.this["${table}"]`,
      values: { ...lasting, require_partition_filter: null },
    })),
    {
      address: "google_firestore_database.this",
      values: { type: "FIRESTORE_NATIVE", concurrency_mode: "OPTIMISTIC" },
    },
    ...overrides.map(({ collectionGroup: collection, fieldPath: field }) => ({
      address: `google_firestore_field.this["${collection}/${field}"]`,
      values: { collection, field, "index_config.length": 1 },
    })),
    ...(backups === 0
      ? []
      : [
          {
            address: "google_firestore_backup_schedule.daily[0]",
            values: { retention: `${backups * 24 * 3600}s` },
          },
        ]),
    ...["crawl", "load", "classify"].map((name) => ({
      address: `google_project_iam_member.firestore["${name}"]`,
      values: { "condition.0.expression": `resource.name == "${database}"` },
    })),
    {
      address: `google_project_iam_member.build["source"]`,
      values: {
        // With a key, a hash of it follows: https://cloud.google.com/functions/docs/building
        "condition.0.expression":
          variable("kms_key_name") === null
            ? `resource.name == "${source}" || resource.name.startsWith("${source}/")`
            : `resource.name.startsWith("${source}-")`,
      },
    },
  ];
}
