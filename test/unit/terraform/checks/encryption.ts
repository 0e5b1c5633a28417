import { block, ofType, type Plan, text, type Values } from "../plan.ts";

/** Where each kind of resource that keeps data says which key it is encrypted with. */
const keyOf: Readonly<Record<string, (values: Values) => unknown>> = {
  google_artifact_registry_repository: (values) => values["kms_key_name"],
  google_bigquery_dataset: (values) =>
    block(values, "default_encryption_configuration")["kms_key_name"],
  google_bigquery_table: (values) => block(values, "encryption_configuration")["kms_key_name"],
  google_cloudfunctions2_function: (values) => values["kms_key_name"],
  google_firestore_database: (values) => block(values, "cmek_config")["kms_key_name"],
  google_pubsub_topic: (values) => values["kms_key_name"],
  google_secret_manager_secret: (values) => {
    const replica = block(block(block(values, "replication"), "user_managed"), "replicas");
    return block(replica, "customer_managed_encryption")["kms_key_name"];
  },
  google_storage_bucket: (values) => block(values, "encryption")["default_kms_key_name"],
};

/** With a key, everything that keeps data uses it; without, nothing names one. Views keep nothing. */
export function checkEncryption(plan: Plan): string[] {
  const key = text(plan.variables?.["kms_key_name"]?.value);
  return Object.entries(keyOf).flatMap(([type, read]) =>
    ofType(plan, type)
      .filter(({ values }) => Object.keys(block(values, "view")).length === 0)
      .filter(({ values }) => text(read(values)) !== key)
      .map(({ address }) => `${address} is not encrypted with kms_key_name`),
  );
}
