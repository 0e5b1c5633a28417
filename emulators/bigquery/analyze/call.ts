import type { Call } from "../sql/ast.ts";
import { SqlError, UnsupportedError } from "../sql/error.ts";
import { findFunction, type Overload, type Param } from "../functions/define.ts";
import { aggregateNames } from "./aggregate-names.ts";
import { analyticCall } from "./analytic.ts";
import { coerce, coercionCost, supertype } from "./coerce.ts";
import { conditionalForms } from "./conditional.ts";
import { aggregateClause, type Context } from "./context.ts";
import { routineCall } from "./routine.ts";
import { specialForms } from "./special.ts";
import { isNull, type Typed, typed } from "./typed.ts";
import { arrayOf, INT64, type Type, typeName } from "./types.ts";

export function analyzeCall(call: Call, context: Context): Typed {
  const routine = context.session.catalog.routine(call.path);
  if (routine !== undefined) return routineCall(routine, call, context);
  if (call.over !== undefined) return analyticCall(call, context);
  if (aggregateNames.has(call.name)) {
    if (call.safe)
      throw new SqlError(
        `Aggregate function ${call.name} does not support SAFE. error mode`,
        call.at,
      );
    if (context.clause === aggregateClause)
      throw new SqlError("Aggregations of aggregations are not allowed", call.at);
    if (context.grouping === undefined)
      throw new SqlError(
        `Aggregate function ${call.name} not allowed in ${context.clause}`,
        call.at,
      );
    return context.grouping.aggregate(call, context);
  }
  if (
    call.distinct ||
    call.star ||
    call.orderBy.length > 0 ||
    call.limit !== undefined ||
    call.nulls !== undefined
  )
    throw new SqlError(`Function ${call.name} does not support aggregate modifiers`, call.at);
  const special = specialForms[call.name];
  if (special !== undefined) return special(call, context);
  const args = call.args.map((arg) => context.analyzer.expr(arg, context));
  return applyFunction(call, [...args, ...namedArguments(call, context)]);
}

/** Functions that the documentation lists and that are not here. */
const absent =
  /^(?:SESSION_USER|SEARCH|VECTOR_SEARCH|GAP_FILL|RANGE_SESSIONIZE|APPENDS|CHANGES|EXTERNAL_\w+|TEXT_ANALYZE|BAG_OF_WORDS|TF_IDF|DETERMINISTIC_\w+|DLP_\w+|ST_\w+|S2_\w+|(?:ML|AI|HLL_COUNT|KLL_QUANTILES|KEYS|AEAD|OBJ|SAFE_ST)\.\w+)$/i;

/** The last parameter of some functions, which is only given by name. */
const namedOnly: Readonly<Record<string, { readonly name: string; readonly after: number }>> = {
  DOUBLE: { name: "WIDE_NUMBER_MODE", after: 1 },
  EDIT_DISTANCE: { name: "MAX_DISTANCE", after: 2 },
  FLOAT64: { name: "WIDE_NUMBER_MODE", after: 1 },
  JSON_KEYS: { name: "MODE", after: 2 },
  PARSE_JSON: { name: "WIDE_NUMBER_MODE", after: 1 },
};

function namedArguments(call: Call, context: Context): Typed[] {
  const param = namedOnly[call.name];
  if (param !== undefined && call.args.length > param.after)
    throw new SqlError(
      `Positional argument ${param.after + 1} is invalid because argument ${param.name.toLowerCase()} can only be referred to by name for function ${call.name}`,
      call.at,
    );
  const [only, ...more] = call.named;
  if (only === undefined) return [];
  if (only.name !== param?.name || more.length > 0)
    throw new SqlError(
      `Named argument ${only.name.toLowerCase()} not found in signature for call to function ${call.name}`,
      call.at,
    );
  return [context.analyzer.expr(only.expr, context)];
}

/** A function over analyzed arguments: the signature that fits best, or BigQuery's complaint. */
function applyFunction(call: Call, args: readonly Typed[]): Typed {
  const conditional = conditionalForms[call.name];
  if (conditional !== undefined && call.safe)
    throw new SqlError(`Function ${call.name} does not support SAFE error mode`, call.at);
  if (conditional !== undefined) return conditional(args, call);
  const overloads = findFunction(call.name);
  if (overloads === undefined && absent.test(call.path.join(".")))
    throw new UnsupportedError(`the function ${call.path.join(".")}`, call.at);
  if (overloads === undefined)
    throw new SqlError(`Function not found: ${call.path.join(".")}`, call.at);
  let best:
    | { overload: Overload; types: readonly Type[]; cost: number; generic: Type | undefined }
    | undefined;
  for (const overload of overloads) {
    const match = matchOverload(overload, args);
    if (match !== undefined && (best === undefined || match.cost < best.cost))
      best = { overload, ...match };
  }
  if (best === undefined) {
    const types = args.map((arg) => (isNull(arg) ? "NULL" : typeName(arg.type))).join(", ");
    throw new SqlError(
      `No matching signature for function ${call.name} for argument types: ${types}`,
      call.at,
    );
  }
  const { overload, types, generic } = best;
  const sql = args.map((arg, i) => (coerce(arg, types[i]) as Typed).sql);
  return typed(overload.emit(sql, call.safe), concrete(overload.result, generic));
}

const concrete = (type: Param["type"], generic: Type | undefined): Type =>
  type === "T" ? (generic ?? INT64) : type === "ARRAY<T>" ? arrayOf(generic ?? INT64) : type;

function matchOverload(
  { params }: Overload,
  args: readonly Typed[],
): { types: Type[]; cost: number; generic: Type | undefined } | undefined {
  const last = params.at(-1);
  const many = last?.repeated === true;
  const required = params.filter((p) => !p.optional && !p.repeated).length;
  if (args.length < required || (!many && args.length > params.length)) return undefined;
  const paramOf = (i: number) => params[Math.min(i, params.length - 1)];
  const generic = genericOf(args, paramOf);
  let cost = 0;
  const types: Type[] = [];
  for (const [i, arg] of args.entries()) {
    const type = concrete(paramOf(i).type, generic);
    const step = coercionCost(arg, type);
    if (step === undefined) return undefined;
    cost += step;
    types.push(type);
  }
  return { types, cost, generic };
}

function genericOf(args: readonly Typed[], paramOf: (i: number) => Param): Type | undefined {
  const parts = args.flatMap((arg, i): Typed[] => {
    const { type } = paramOf(i);
    if (type === "T") return [arg];
    if (type !== "ARRAY<T>" || arg.type.kind !== "ARRAY" || arg.items?.length === 0) return [];
    return arg.items === undefined ? [typed("", arg.type.element)] : [...arg.items];
  });
  return parts.length === 0 ? undefined : supertype(parts);
}

/** Whether an aggregate function stands in the expression, subqueries apart. */
export const containsAggregate = (node: unknown): boolean =>
  containsCall(node, (call) => call.over === undefined && aggregateNames.has(call.name));

/** Whether a function with OVER stands in the expression, subqueries apart. */
export const containsAnalytic = (node: unknown): boolean =>
  containsCall(node, (call) => call.over !== undefined);

export function containsCall(node: unknown, wanted: (call: Call) => boolean): boolean {
  if (Array.isArray(node)) return node.some((item) => containsCall(item, wanted));
  if (typeof node !== "object" || node === null) return false;
  const { kind } = node as { kind?: string };
  if (kind === "subquery") return false;
  if (kind === "call" && wanted(node as Call)) return true;
  return Object.values(node).some((part) => containsCall(part, wanted));
}
