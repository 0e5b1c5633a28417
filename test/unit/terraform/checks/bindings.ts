import { type AllowedBinding, allowedBindings, customRoles } from "../allowed-bindings.ts";
import {
  block,
  differences,
  managed,
  ofType,
  type Plan,
  projectOf,
  type Resource,
  text,
} from "../plan.ts";

/** Every binding is on the list, every binding of the list is there, and nothing is open to everybody. */
export function checkBindings(plan: Plan): string[] {
  const project = projectOf(plan);
  const suffix = suffixOf(plan);
  const bindings = managed(plan).filter(({ type }) => /_iam_|_access$/.test(type));
  const members = bindings.filter(({ type }) => type.endsWith("_iam_member"));
  const others = bindings.filter(
    ({ type }) => !type.endsWith("_iam_member") && type !== "google_project_iam_custom_role",
  );
  const is = members.map((resource) => toText(describeBinding(resource, project, suffix)));
  const allowed = new Set(allowedBindings.map(toText));
  const needed = allowedBindings.filter(({ optional }) => optional !== true).map(toText);
  return [
    ...others.map(({ address }) => `${address} replaces the bindings of others: use an iam_member`),
    ...is
      .filter((binding) => !allowed.has(binding))
      .map((binding) => `not on the list: ${binding}`),
    ...needed
      .filter((binding) => !is.includes(binding))
      .map((binding) => `gone from the plan: ${binding}`),
    ...(/"all(Authenticated)?Users"/.test(JSON.stringify(plan))
      ? ["something is open to everybody"]
      : []),
    ...checkCustomRoles(plan),
    ...checkPublicBuckets(plan),
  ];
}

type Binding = Pick<AllowedBinding, "who" | "role" | "on">;

const toText = ({ who, role, on }: Binding) => `${who}: ${role} on ${on}`;

/** What ends the names of our own roles. */
const suffixOf = (plan: Plan) => text(plan.variables?.["role_suffix"]?.value);

const withoutEnd = (name: string, end: string) =>
  name.endsWith(end) ? name.slice(0, name.length - end.length) : name;

function describeBinding({ address, values }: Resource, project: string, suffix: string): Binding {
  const role = text(values["role"]);
  const own = `projects/${project}/`;
  return {
    who: who(address, text(values["member"]), project),
    role: role.startsWith(own) ? withoutEnd(role.slice(own.length), suffix) : role,
    on: on(address, values, project),
  };
}

/** https://cloud.google.com/iam/docs/service-agents */
const agents: readonly (readonly [string, string])[] = [
  ["bigquery-encryption", "bigquery agent"],
  ["gcf-admin-robot", "functions agent"],
  ["gcp-sa-artifactregistry", "registry agent"],
  ["gcp-sa-eventarc", "eventarc agent"],
  ["gcp-sa-firestore", "firestore agent"],
  ["gcp-sa-pubsub", "pubsub agent"],
  ["gcp-sa-secretmanager", "secrets agent"],
  ["gs-project-accounts", "storage agent"],
  ["serverless-robot-prod", "run agent"],
];

function who(address: string, member: string, project: string): string {
  const account = `@${project}.iam.gserviceaccount.com`;
  if (member.endsWith(account)) return member.slice("serviceAccount:".length, -account.length);
  const agent = agents.find(([domain]) => member.endsWith(`@${domain}.iam.gserviceaccount.com`));
  if (agent !== undefined) return agent[1];
  return member === "" ? `unknown (${address})` : member;
}

function on(address: string, values: Resource["values"], project: string): string {
  const prefix = `${project}-earmark-`;
  const condition = text(block(values, "condition")["title"]);
  if ("bucket" in values) return `bucket ${text(values["bucket"]).replace(prefix, "")}`;
  if ("table_id" in values) return `table ${text(values["table_id"])}`;
  if ("topic" in values) return `topic ${text(values["topic"])}`;
  if ("service" in values) return `service ${text(values["service"])}`;
  if ("crypto_key_id" in values) return "key";
  if (address.startsWith("google_artifact_registry_repository_iam")) return "repository earmark";
  if ("secret_id" in values) return `secret ${text(values["secret_id"])}`;
  if (address.startsWith("google_project_iam"))
    return condition === "" ? "project" : `project if ${condition}`;
  return address;
}

function checkCustomRoles(plan: Plan): string[] {
  const roles = ofType(plan, "google_project_iam_custom_role").map(({ values }) => ({
    id: withoutEnd(text(values["role_id"]), suffixOf(plan)),
    permissions: (values["permissions"] ?? []) as string[],
  }));
  const ids = roles.map(({ id }) => id);
  return [
    ...differences("roles", ids, Object.keys(customRoles)),
    ...roles.flatMap(({ id, permissions }) =>
      differences(`role ${id}`, permissions, Object.keys(customRoles[id] ?? {})),
    ),
  ];
}

const checkPublicBuckets = (plan: Plan) =>
  ofType(plan, "google_storage_bucket")
    .filter(
      ({ values }) =>
        values["public_access_prevention"] !== "enforced" ||
        values["uniform_bucket_level_access"] !== true,
    )
    .map(({ address }) => `${address} may be made public`);
