import { Cron } from "croner";
import { flow } from "#emulators/local.ts";
import { objectFinalizedType } from "#shared/events.ts";
import { block, differences, ofType, type Plan, projectOf, type Resource, text } from "../plan.ts";

/** What is deployed is the flow that runs on one machine: the same names, triggers, topics and widths. */
export function checkFlow(plan: Plan): string[] {
  const project = projectOf(plan);
  const recordings = flow.recordingsBucket(project);
  const buckets = ofType(plan, "google_storage_bucket").map(({ values }) => text(values["name"]));
  const databases = ofType(plan, "google_firestore_database");
  const topics = ofType(plan, "google_pubsub_topic").map(({ values }) => text(values["name"]));
  const datasets = ofType(plan, "google_bigquery_dataset");
  const functions = ofType(plan, "google_cloudfunctions2_function");
  const triggered = functions.filter(({ values }) => hasTrigger(values));
  return [
    ...differences("buckets", buckets, [
      recordings,
      flow.referencesBucket(project),
      `${project}-earmark-source`, // of the deployment alone
    ]),
    ...differences("topics", topics, [flow.eventsTopic, flow.deadLettersTopic]),
    ...differences(
      "datasets",
      datasets.map(({ values }) => text(values["dataset_id"])),
      [flow.dataset],
    ),
    ...differences(
      "Firestore databases",
      databases.map(({ values }) => text(values["name"])),
      [text(plan.variables?.["firestore_database"]?.value)],
    ),
    ...checkDatabase(plan),
    ...differences(
      "functions with a trigger",
      triggered.map(({ values }) => text(values["name"])),
      Object.keys(flow.triggers),
    ),
    ...triggered.flatMap((each) => checkTrigger(each, recordings)),
    ...checkDeadLetters(plan),
    ...checkSchedule(plan),
    ...checkRegions(plan),
  ];
}

/** Functions, indexes, fields, backups and the condition of the role all mean the one database. */
function checkDatabase(plan: Plan): string[] {
  const name = text(plan.variables?.["firestore_database"]?.value);
  const of = [
    "google_firestore_index",
    "google_firestore_field",
    "google_firestore_backup_schedule",
  ];
  const functions = ofType(plan, "google_cloudfunctions2_function").map(({ address, values }) => {
    const variables = block(values, "service_config")["environment_variables"];
    return { address, database: (variables as Record<string, unknown>)["FIRESTORE_DATABASE"] };
  });
  const inside = of
    .flatMap((type) => ofType(plan, type))
    .map(({ address, values }) => ({ address, database: values["database"] }));
  const allowed = ofType(plan, "google_project_iam_member")
    .filter(({ values }) => values["role"] === "roles/datastore.user")
    .map(({ address, values }) => {
      const expression = text(block(values, "condition")["expression"]);
      return { address, database: /databases\/([^"]+)"$/.exec(expression)?.[1] };
    });
  return [...functions, ...inside, ...allowed]
    .filter(({ database }) => database !== name)
    .map(
      ({ address, database }) => `${address} means the database ${String(database)}, not ${name}`,
    );
}

const hasTrigger = (values: Resource["values"]) =>
  Object.keys(block(values, "event_trigger")).length > 0;

function checkTrigger({ values }: Resource, recordings: string): string[] {
  const name = text(values["name"]) as keyof typeof flow.triggers;
  const trigger = block(values, "event_trigger");
  const service = block(values, "service_config");
  const filters = (trigger["event_filters"] ?? []) as { attribute: string; value: string }[];
  const is = {
    event: trigger["event_type"],
    filters: filters.map(({ attribute, value }) => `${attribute} = ${value}`).join(", "),
    retry: trigger["retry_policy"],
    region: trigger["trigger_region"],
    account: trigger["service_account_email"],
    concurrency: service["max_instance_request_concurrency"],
    ingress: service["ingress_settings"],
  };
  const should = {
    event: objectFinalizedType,
    filters: `bucket = ${recordings}`,
    retry: "RETRY_POLICY_RETRY",
    region: values["location"],
    account: service["service_account_email"],
    concurrency: flow.triggers[name],
    ingress: "ALLOW_INTERNAL_ONLY",
  };
  return Object.entries(should)
    .filter(([key, value]) => is[key as keyof typeof is] !== value)
    .map(
      ([key, value]) =>
        `${name}: ${key} is ${String(is[key as keyof typeof is])}, not ${String(value)}`,
    );
}

/** The subscription that waits for a person is called like the topic, as the local one; another keeps them in a table. */
function checkDeadLetters(plan: Plan): string[] {
  const subscriptions = ofType(plan, "google_pubsub_subscription");
  const waiting = subscriptions.filter(({ values }) => values["name"] === flow.deadLettersTopic);
  const table = `${projectOf(plan)}.${flow.dataset}.dead_letters`;
  const kept = subscriptions.filter(
    ({ values }) => block(values, "bigquery_config")["table"] === table,
  );
  return [
    ...(waiting.length === 1
      ? []
      : [`no subscription ${flow.deadLettersTopic}: replay has nothing to read`]),
    ...(kept.length === 1 ? [] : [`no subscription writes dead letters to ${table}`]),
  ];
}

function checkSchedule(plan: Plan): string[] {
  return ofType(plan, "google_cloud_scheduler_job").flatMap(({ values }) => {
    const target = block(values, "http_target");
    const headers = (target["headers"] ?? {}) as Record<string, string>;
    const crawl = ofType(plan, "google_cloudfunctions2_function").find(
      (each) => each.values["name"] === "crawl",
    );
    const timeout = block(crawl?.values ?? {}, "service_config")["timeout_seconds"];
    return [
      values["name"] === "earmark-crawl" ? [] : ["the job is not called earmark-crawl"],
      target["http_method"] === "POST"
        ? []
        : ["the job does not POST, and crawl answers only that"],
      headers["Content-Type"] === "application/json"
        ? []
        : ["crawl refuses a body that is not JSON"],
      Buffer.from(text(target["body"]), "base64").toString() === "{}" ? [] : ["the body is not {}"],
      values["attempt_deadline"] === `${String(timeout)}s`
        ? []
        : ["the job gives up before crawl does"],
      isCron(text(values["schedule"])) ? [] : [`${text(values["schedule"])} is no cron expression`],
    ].flat();
  });
}

function isCron(pattern: string): boolean {
  try {
    return new Cron(pattern, { mode: "5-part" }).nextRun() !== null;
  } catch {
    return false;
  }
}

/** Eventarc asks the trigger to be where the bucket is; everything else is there too. */
function checkRegions(plan: Plan): string[] {
  const region = text(plan.variables?.["region"]?.value);
  const places = {
    google_storage_bucket: "location",
    google_cloudfunctions2_function: "location",
    google_firestore_database: "location_id",
    google_bigquery_dataset: "location",
    google_cloud_scheduler_job: "region",
    google_artifact_registry_repository: "location",
  };
  return Object.entries(places).flatMap(([type, key]) =>
    ofType(plan, type)
      .filter(({ values }) => text(values[key]).toLowerCase() !== region)
      .map(({ address, values }) => `${address} is in ${text(values[key])}, not in ${region}`),
  );
}
