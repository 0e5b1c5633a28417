import { managed, ofType, type Plan, type Resource, text } from "../plan.ts";

type Values = Resource["values"];

/** How each kind of resource that holds something nobody can make again refuses to be deleted. */
const stateful: Readonly<Record<string, (values: Values) => boolean>> = {
  google_bigquery_dataset: (v) =>
    v["deletion_policy"] === "PREVENT" && v["delete_contents_on_destroy"] === false,
  google_bigquery_table: (v) => v["deletion_protection"] === true || isFilled(v["view"]),
  google_firestore_database: (v) =>
    v["delete_protection_state"] === "DELETE_PROTECTION_ENABLED" &&
    v["deletion_policy"] === "PREVENT",
  google_secret_manager_secret: (v) => v["deletion_protection"] === true,
  google_storage_bucket: (v) =>
    (v["deletion_policy"] === "PREVENT" && v["force_destroy"] === false) ||
    text(v["name"]).endsWith("-earmark-source"),
};

/** What can be made again from the code, or holds nothing. */
const stateless = new Set([
  "google_artifact_registry_repository",
  "google_billing_budget",
  "google_cloud_scheduler_job",
  "google_cloudfunctions2_function",
  "google_firestore_backup_schedule",
  "google_firestore_field",
  "google_firestore_index",
  "google_logging_metric",
  "google_monitoring_alert_policy",
  "google_monitoring_dashboard",
  "google_monitoring_notification_channel",
  "google_project_iam_custom_role",
  "google_project_service",
  "google_pubsub_subscription",
  "google_pubsub_topic",
  "google_secret_manager_secret_version",
  "google_service_account",
  "google_storage_bucket_object",
  "terraform_data",
  "time_sleep",
]);

/** What holds data refuses to be deleted; a kind of resource that this file does not know has to be judged first. */
export function checkProtection(plan: Plan): string[] {
  return [
    ...managed(plan).flatMap(({ address, type, values }) => {
      const isProtected = stateful[type];
      if (isProtected !== undefined)
        return isProtected(values) ? [] : [`${address} can be deleted with its data`];
      return stateless.has(type) || type.endsWith("_iam_member")
        ? []
        : [`${address}: does a ${type} hold data?`];
    }),
    ...ofType(plan, "google_firestore_database")
      .filter(
        ({ values }) =>
          values["point_in_time_recovery_enablement"] !== "POINT_IN_TIME_RECOVERY_ENABLED",
      )
      .map(({ address }) => `${address} cannot be taken back in time`),
    ...ofType(plan, "google_project_service")
      .filter(({ values }) => values["disable_on_destroy"] !== false)
      .map(({ address }) => `${address} would be disabled for the whole project`),
  ];
}

const isFilled = (list: unknown) => Array.isArray(list) && list.length > 0;
