import { beforeAll, describe, expect, test } from "vitest";
import { deployment } from "#emulators/commands/cost/deployment.ts";
import { checkIndexes } from "../unit/terraform/checks/indexes.ts";
import { unsetVariables } from "../unit/terraform/checks/environment.ts";
import { block, managed, ofType, type Plan, text } from "../unit/terraform/plan.ts";
import { problemsOf } from "../unit/terraform/problems.ts";
import { alone, everything, mistakes, project_id, seeded, watched } from "./terraform-cases.ts";
import { refusals } from "./terraform-refusals.ts";
import { seeds } from "./terraform-seeds.ts";
import { canPlan, hasTerraform, plan, unformatted, withCopy } from "./terraform-tool.ts";

test.runIf(hasTerraform)("terraform/ is in Terraform's format", async () => {
  expect(await unformatted()).toBe("");
});

/** `512Mi`, `2Gi` */
const gibOf = (size: unknown) =>
  Number.parseInt(String(size)) / (String(size).endsWith("Gi") ? 1 : 1024);

/** What Terraform says against variables, in one line; empty when it takes them. */
const refusalOf = (...given: Parameters<typeof plan>): Promise<string> =>
  plan(...given).then(
    () => "",
    (error: Error) => error.message.replaceAll(/\s+/g, " "),
  );

if (!canPlan)
  console.warn("no plan is tried: needs Terraform, and EARMARK_TERRAFORM_OFFLINE, a wrapper");

describe.runIf(canPlan)("the plan", () => {
  let defaults: Plan;
  let switched: Plan;
  let heard: Plan;
  let apart: Plan[];
  beforeAll(async () => {
    [defaults, switched, heard, ...apart] = await Promise.all(
      [{ project_id }, everything, watched, ...alone].map((variables) => plan(variables)),
    );
  }, 180_000); // six plans, on a machine that may have much else to do

  test("with one variable is what the code needs", () => {
    expect(problemsOf(defaults)).toEqual([]);
    expect(managed(defaults).length).toBeGreaterThan(80);
  });

  test("with every option switched is so too, and with an address and a budget", () => {
    expect(problemsOf(switched)).toEqual([]);
    expect(problemsOf(heard)).toEqual([]);
  });

  test("with some options and without the others is so too, but for protection", () => {
    const gone = / can be deleted with its data$/;
    const problems = apart.map(problemsOf);
    expect(problems[0]).toContain(
      `google_storage_bucket.this["recordings"] can be deleted with its data`,
    );
    const [unprotected = [], ...others] = problems;
    expect(unprotected.filter((problem) => !gone.test(problem))).toEqual([]);
    expect(others).toEqual([[], []]);
  });

  test.each(seeds)("finds %s", (_, change, problem) => {
    const changed = structuredClone(heard);
    change(changed);
    expect(problemsOf(changed).join("\n")).toContain(problem);
  });

  test("misses every resource that is gone", () => {
    const { resources } = heard.planned_values.root_module;
    const unmissed = managed(heard).filter((gone) => {
      const left = resources.filter((each) => each !== gone);
      const without = { ...heard, planned_values: { root_module: { resources: left } } };
      return problemsOf(without).length === 0;
    });
    expect(unmissed).toEqual([]);
  });

  test("can set every setting that a deployment has a use for", () => {
    // Where a local Freesound is, and how long to wait for one that is dead.
    expect(unsetVariables(switched).toSorted()).toEqual(
      ["CRAWL_LEASE_SECONDS", "FREESOUND_BASE_URL", "FREESOUND_IDLE_SECONDS"].map(
        (each) => `crawl: ${each}`,
      ),
    );
  });

  test("is what the cost model reckons with", () => {
    const services = new Map(
      ofType(defaults, "google_cloudfunctions2_function").map(({ values }) => [
        values["name"],
        block(values, "service_config"),
      ]),
    );
    const variables = services.get("crawl")?.["environment_variables"] as Record<string, string>;
    const { memoryGiB, instances, crawlSchedule, crawlSeconds, downloads } = deployment;
    const planned = [...services].map(([name, config]) => [
      name,
      gibOf(config["available_memory"]),
    ]);
    expect(Object.fromEntries(planned)).toEqual(memoryGiB);
    expect(services.get("load")?.["max_instance_count"]).toBe(instances);
    expect(services.get("classify")?.["max_instance_count"]).toBe(instances);
    expect(variables).toMatchObject({
      CRAWL_TIMEOUT_SECONDS: String(crawlSeconds),
      CRAWL_CONCURRENCY: String(downloads),
      FREESOUND_REQUESTS_PER_DAY: String(deployment.freesoundRequestsPerDay),
    });
    expect(ofType(defaults, "google_cloud_scheduler_job")[0]?.values["schedule"]).toBe(
      crawlSchedule,
    );
  });

  test("holds no secret", () => {
    expect(JSON.stringify(switched)).not.toMatch(
      /a-key-of-the-api|a-secret-of-a-client|a-token-to-refresh/,
    );
  });

  test("finds every mistake that is seeded into one copy, and names each", async () => {
    const found = problemsOf(await plan(seeded, ...mistakes.map(([, seed]) => seed)));
    expect(mistakes.filter(([, , problem]) => !found.includes(problem))).toEqual([]);
  });

  test("declares the indexes and the expiries of firebase.json's file", async () => {
    const query = `firestore.collection("crawls").where("source", "==", s).orderBy("startedAt", "desc")`;
    const index = {
      collectionGroup: "crawls",
      queryScope: "COLLECTION",
      fields: [
        { fieldPath: "source", order: "ASCENDING" },
        { fieldPath: "startedAt", order: "DESCENDING" },
      ],
    };
    const expiry = { collectionGroup: "crawls", fieldPath: "expiresAt", ttl: true, indexes: [] };
    const change = () => JSON.stringify({ indexes: [index], fieldOverrides: [expiry] });
    const planned = await plan({ project_id }, { file: "../shared/catalog/indexes.json", change });
    expect(checkIndexes(planned, [query])).toEqual([]);
    expect(ofType(planned, "google_firestore_index")).toHaveLength(1);
    const [field] = ofType(planned, "google_firestore_field");
    expect(field?.values).toMatchObject({ collection: "crawls", field: "expiresAt" });
    expect(field?.values["ttl_config"]).toHaveLength(1);
  });

  test("keeps what only ever grows out of Firestore's indexes, and no query asks for it", () => {
    const fields = ofType(defaults, "google_firestore_field").map(({ values }) =>
      text(values["field"]),
    );
    expect(new Set(fields)).toEqual(
      new Set(["classified.classified_at", "loaded.loaded_at", "updatedAt"]),
    );
    const query = `firestore.collection("recordings").where("updatedAt", ">", since)`;
    expect(checkIndexes(defaults, [query])).toEqual([
      "shared/catalog/indexes.json: a query asks updatedAt, which is in no index",
    ]);
  });

  test("a missing index is found", () => {
    const query = `firestore.collection("recordings").where("source", "==", s).orderBy("sizeBytes", "desc")`;
    expect(checkIndexes(defaults, [query])).toEqual([
      "shared/catalog/indexes.json: recordings needs an index on source (equal), sizeBytes DESCENDING",
    ]);
  });

  test("refuses variables that make no sense, each in words", async () => {
    // As if it was built without the ONNX runtime.
    const plain = { file: "../dist/classify/package.json", change: () => "{}" };
    const said = await Promise.all(refusals.map(([variables]) => refusalOf(variables, plain)));
    const unsaid = refusals.flatMap(([, words], group) =>
      words.filter((each) => !said[group]?.includes(each)),
    );
    expect(unsaid).toEqual([]);
  });

  test("after an apply takes no role and no secret away, whatever is not said again", async () => {
    const only = [
      "google_bigquery_table_iam_member.dead_letters",
      "google_project_iam_member.storage_agent",
      "google_project_service.this",
      "google_pubsub_topic_iam_member.pubsub_agent",
      "google_secret_manager_secret_version.this",
    ];
    const quiet = { project_id, create_agents: false };
    const secrets = { TF_VAR_freesound_api_key: "a-key" };
    await withCopy(async (copy) => {
      await copy.apply(quiet, { only, secrets });
      const planned = changesOf(await copy.plan({ ...watched, ...quiet }, { only }));
      expect(planned).toContain(
        `create google_project_service.this["billingbudgets.googleapis.com"]`,
      );
      expect(planned.filter((change) => !change.startsWith("create google_"))).toEqual([]);

      const raised = { ...quiet, freesound_secret_versions: { api_key: 2 } };
      const refused = copy.apply(raised, { only }).catch((error: Error) => error.message);
      expect(await refused).toContain("set TF_VAR_freesound_api_key and apply again");
    });
  });
});

/** What a plan would do. */
const changesOf = ({ resource_changes }: Plan): string[] =>
  resource_changes
    .filter(({ change }) => !/^(no-op|read)$/.test(change.actions.join()))
    .map(({ address, change }) => `${change.actions.join(" and ")} ${address}`);
