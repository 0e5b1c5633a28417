import { invalidArgument } from "../status.ts";
import type { Filter } from "../wire.ts";

/** https://firebase.google.com/docs/firestore/query-data/queries#query_limitations */
const maxDisjunctions = 30;
const maxNotIn = 10;

const inequalities = new Set([
  "LESS_THAN",
  "LESS_THAN_OR_EQUAL",
  "GREATER_THAN",
  "GREATER_THAN_OR_EQUAL",
  "NOT_EQUAL",
  "NOT_IN",
  "IS_NOT_NAN",
  "IS_NOT_NULL",
]);
const negations = new Set(["NOT_EQUAL", "NOT_IN", "IS_NOT_NAN", "IS_NOT_NULL"]);
const lists = new Set(["IN", "NOT_IN", "ARRAY_CONTAINS_ANY"]);

export const isInequality = (op: string | undefined) => op !== undefined && inequalities.has(op);

/** Refuses the combinations that the service refuses. */
export function checkFilter(filter: Filter): void {
  const leaves = leavesOf(filter);
  for (const leaf of leaves) checkList(leaf);
  if (leaves.filter((leaf) => negations.has(opOf(leaf))).length > 1)
    throw invalidArgument(
      "Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter allowed per query.",
    );
  if (leaves.some((leaf) => opOf(leaf) === "NOT_IN") && leaves.some(isDisjunctive))
    throw invalidArgument("'NOT_IN' cannot be used with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'.");
  if (disjunctions(filter) > maxDisjunctions)
    throw invalidArgument(
      `The query has more than ${maxDisjunctions} disjunctions after normalization.`,
    );
  if (maxArrayContains(filter) > 1)
    throw invalidArgument("A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction.");
}

function leavesOf(filter: Filter): Filter[] {
  const { compositeFilter } = filter;
  if (compositeFilter === undefined) return [filter];
  if (compositeFilter.filters.length === 0)
    throw invalidArgument("A composite filter must have at least one filter.");
  if (compositeFilter.op !== "AND" && compositeFilter.op !== "OR")
    throw invalidArgument("A composite filter must be AND or OR.");
  return compositeFilter.filters.flatMap(leavesOf);
}

const opOf = ({ fieldFilter, unaryFilter }: Filter) => (fieldFilter ?? unaryFilter)?.op ?? "";

const isDisjunctive = (leaf: Filter) => opOf(leaf) === "IN" || opOf(leaf) === "ARRAY_CONTAINS_ANY";

const listLength = ({ fieldFilter }: Filter) =>
  fieldFilter?.value?.valueType === "arrayValue" ? fieldFilter.value.arrayValue.values.length : 0;

function checkList(leaf: Filter): void {
  const op = opOf(leaf);
  if (!lists.has(op)) return;
  const length = listLength(leaf);
  if (length === 0) throw invalidArgument(`'${op}' requires an non-empty ArrayValue.`);
  const max = op === "NOT_IN" ? maxNotIn : maxDisjunctions;
  if (length > max) throw invalidArgument(`'${op}' supports up to ${max} comparison values.`);
}

/** How many branches the filter has in disjunctive normal form. */
function disjunctions(filter: Filter): number {
  const { compositeFilter } = filter;
  if (compositeFilter === undefined) return isDisjunctive(filter) ? listLength(filter) : 1;
  const counts = compositeFilter.filters.map(disjunctions);
  return compositeFilter.op === "OR"
    ? counts.reduce((sum, count) => sum + count, 0)
    : counts.reduce((product, count) => product * count, 1);
}

/** The most array-contains filters in any one branch of that form. */
function maxArrayContains(filter: Filter): number {
  const { compositeFilter } = filter;
  if (compositeFilter === undefined) return opOf(filter).startsWith("ARRAY_CONTAINS") ? 1 : 0;
  const counts = compositeFilter.filters.map(maxArrayContains);
  return compositeFilter.op === "OR"
    ? Math.max(...counts)
    : counts.reduce((sum, count) => sum + count, 0);
}
