import { configured, differences, ofType, type Plan, referencesIn, text } from "../plan.ts";

/** APIs that each kind of resource needs, by the beginning of its type. */
const needs: readonly (readonly [string, readonly string[]])[] = [
  ["google_artifact_registry_", ["artifactregistry"]],
  ["google_bigquery_", ["bigquery"]],
  ["google_billing_budget", ["billingbudgets"]],
  ["google_cloud_run_", ["run"]],
  ["google_cloud_scheduler_", ["cloudscheduler"]],
  // The function, its build, its image, its service, its trigger.
  [
    "google_cloudfunctions2_function",
    ["cloudbuild", "cloudfunctions", "artifactregistry", "run", "eventarc"],
  ],
  ["google_firestore_", ["firestore"]],
  ["google_logging_", ["logging"]],
  ["google_monitoring_", ["monitoring"]],
  ["google_project_iam_", ["cloudresourcemanager", "iam"]],
  ["google_project_service", ["cloudresourcemanager", "serviceusage"]],
  ["google_pubsub_", ["pubsub"]],
  ["google_secret_manager_", ["secretmanager"]],
  ["google_service_account", ["iam"]],
  ["google_storage_", ["storage"]],
];

/** What does not call an API of the project, or is asked before any is enabled. */
const first = new Set([
  "data.archive_file.source",
  "data.google_project.this",
  "google_project_service.this",
  "terraform_data.secret_given",
]);

/** Every API that the plan calls is enabled, no other is, and nothing calls one before. */
export function checkServices(plan: Plan): string[] {
  const enabled = ofType(plan, "google_project_service").map(({ values }) =>
    text(values["service"]).replace(".googleapis.com", ""),
  );
  const needed = needs
    .filter(([type]) =>
      plan.planned_values.root_module.resources.some((r) => r.type.startsWith(type)),
    )
    .flatMap(([, services]) => services);
  const waits = configured(plan).filter(({ address }) => !first.has(address));
  return [
    ...differences("APIs", enabled, [...needed, "cloudscheduler"]), // also without a schedule: it may get one
    ...waits
      .filter(({ address }) => !reaches(plan, address).has("google_project_service.this"))
      .map(({ address }) => `${address} does not wait for the APIs`),
  ];
}

/** Blocks that a block waits for, directly or not. */
function reaches(plan: Plan, start: string): Set<string> {
  const blocks = new Map(configured(plan).map((each) => [each.address, each]));
  const seen = new Set<string>();
  const follow = (address: string): void => {
    const block = blocks.get(address);
    const { expressions, for_each_expression, count_expression, depends_on = [] } = block ?? {};
    const found = [
      ...referencesIn([expressions, for_each_expression, count_expression]),
      ...depends_on,
    ];
    for (const next of found.map(toBlock))
      if (blocks.has(next) && !seen.has(next)) {
        seen.add(next);
        follow(next);
      }
  };
  follow(start);
  return seen;
}

/** `google_x.this["a"].id` → `google_x.this` */
const toBlock = (reference: string) => /^(data\.)?\w+\.\w+/.exec(reference)?.[0] ?? reference;
