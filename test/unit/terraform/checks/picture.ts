import { isDeepStrictEqual } from "node:util";
import { at, configured, managed, ofType, type Plan, referencesIn, text } from "../plan.ts";
import { alerts } from "../picture/alerts.ts";
import { compute } from "../picture/compute.ts";
import { deadLetterColumns, delivery } from "../picture/delivery.ts";
import { type Expected, factsOf } from "../picture/expected.ts";
import { order } from "../picture/order.ts";
import { storage } from "../picture/storage.ts";

/** Every resource of the expected picture is there, says what it should, and waits for what it should. */
export function checkPicture(plan: Plan): string[] {
  const facts = factsOf(plan);
  const picture = [compute, delivery, storage, alerts, order].flatMap((part) => part(facts));
  return [
    ...picture.flatMap((expected) => checkExpected(plan, expected)),
    ...unexpected(plan, picture, "google_monitoring_alert_policy"),
    ...checkDeadLetterColumns(plan),
    ...checkExpiries(plan),
  ];
}

function checkExpected(plan: Plan, expected: Expected): string[] {
  const { address, values = {}, references = {}, after = [] } = expected;
  const resource = managed(plan).find((each) => each.address === address);
  const block = configured(plan).find((each) => each.address === address.replace(/\[.*\]$/, ""));
  if (resource === undefined || block === undefined) return [`${address} is not in the plan`];
  return [
    ...Object.entries(values)
      .filter(([path, value]) => !isSame(at(resource.values, path), value))
      .map(([path, value]) => {
        const is = JSON.stringify(bare(at(resource.values, path)) ?? null);
        return `${address}: ${path} is ${is}, not ${JSON.stringify(value)}`;
      }),
    ...Object.entries(references)
      .filter(
        ([path, reference]) =>
          !referencesIn(at(block.expressions, path)).some((each) => isOf(each, reference)),
      )
      .map(([path, reference]) => `${address}: ${path} does not come from ${reference}`),
    ...after
      .filter((each) => !(block.depends_on ?? []).includes(each))
      .map((each) => `${address} does not wait for ${each}`),
  ];
}

/** A kind of resource of which each is in the picture. */
const unexpected = (plan: Plan, picture: readonly Expected[], type: string) =>
  ofType(plan, type)
    .filter(({ address }) => !picture.some((expected) => expected.address === address))
    .map(({ address }) => `${address} is not in the expected picture`);

const isOf = (reference: string, whole: string) =>
  reference === whole || reference.startsWith(`${whole}.`);

const isSame = (is: unknown, should: unknown) =>
  isDeepStrictEqual(bare(is) ?? null, bare(should) ?? null);

/** Without what is not set: a plan says null, false and empty lists for that. */
function bare(value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(bare);
  if (typeof value !== "object") return value;
  const set = Object.entries(value).map(([key, inner]) => [key, bare(inner)] as const);
  return Object.fromEntries(set.filter(([, inner]) => inner !== undefined));
}

function checkDeadLetterColumns(plan: Plan): string[] {
  const table = ofType(plan, "google_bigquery_table").find(({ name }) => name === "dead_letters");
  const columns = JSON.parse(text(table?.values["schema"]) || "[]") as Record<string, string>[];
  const is = Object.fromEntries(columns.map(({ name, type }) => [name, type]));
  return isDeepStrictEqual(is, deadLetterColumns) &&
    columns.every(({ mode }) => mode === "NULLABLE")
    ? []
    : ["the table dead_letters has not the columns that a subscription writes"];
}

/** Only a document that says when it expires does. */
const checkExpiries = (plan: Plan): string[] =>
  ofType(plan, "google_firestore_field")
    .filter(({ values }) => bare(values["ttl_config"]) !== undefined)
    .filter(({ values }) => values["field"] !== "expiresAt")
    .map(({ address }) => `${address} makes documents expire`);
