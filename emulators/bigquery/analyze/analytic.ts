import type { Call, FrameBound, WindowSpec } from "../sql/ast.ts";
import { SqlError, UnsupportedError } from "../sql/error.ts";
import { aggregateSql } from "./aggregate.ts";
import { aggregateNames, analyticNames } from "./aggregate-names.ts";
import { coerce } from "./coerce.ts";
import type { Context } from "./context.ts";
import { numberingForms, type NumberingParts } from "./numbering.ts";
import { orderSql } from "./order.ts";
import { type Typed } from "./typed.ts";
import { INT64, isGroupable, isNumber, typeName } from "./types.ts";

/** A function with OVER. */
export function analyticCall(call: Call, context: Context): Typed {
  const { over, name } = call;
  if (context.windows === undefined)
    throw new SqlError(`Analytic function not allowed in ${context.clause}`, call.at);
  if (over === undefined) throw new SqlError(`Analytic function ${name} needs OVER`, call.at);
  if (call.safe) throw new SqlError(`Analytic functions do not support SAFE. error mode`, call.at);
  const spec = resolveWindow(over, context.windows, new Set());
  // Inside the arguments and the window no other analytic function can stand.
  const { windows: _none, ...inner } = { ...context, clause: "an analytic function" };
  if (!analyticNames.has(name)) {
    if (!aggregateNames.has(name))
      throw new SqlError(`Function ${name} does not support an OVER clause`, call.at);
    if (call.distinct && (spec.orderBy.length > 0 || spec.frame !== undefined))
      throw new SqlError(`Window ORDER BY is not allowed if DISTINCT is specified`, call.at);
    return aggregateSql(call, inner, ` OVER (${windowSql(spec, inner)})`);
  }
  const form = numberingForms[name];
  if (form === undefined) throw new UnsupportedError(`analytic function ${name}`, call.at);
  if (form.frame !== true && spec.frame !== undefined)
    throw new SqlError(
      `Window framing clause is not allowed for analytic function ${name}`,
      call.at,
    );
  if (form.order === "required" && spec.orderBy.length === 0)
    throw new SqlError(`Window ORDER BY is required for analytic function ${name}`, call.at);
  if (form.order === "none" && spec.orderBy.length > 0)
    throw new SqlError(`Window ORDER BY is not allowed for analytic function ${name}`, call.at);
  refuseModifiers(call);
  const parts: NumberingParts = {
    call,
    args: call.args.map((arg) => context.analyzer.expr(arg, inner)),
    over: `OVER (${windowSql(spec, inner)})`,
  };
  return form.make(parts);
}

/** DISTINCT, ORDER BY and the like belong to aggregates; which NULLs count only some navigation functions ask. */
function refuseModifiers(call: Call): void {
  const { name, at } = call;
  if (call.distinct || call.star)
    throw new SqlError(`DISTINCT and * are not allowed for analytic function ${name}`, at);
  if (call.orderBy.length > 0 || call.limit !== undefined || call.having !== undefined)
    throw new SqlError(
      `HAVING, ORDER BY and LIMIT in arguments are not supported on analytic function ${name}`,
      at,
    );
  if (call.named.length > 0)
    throw new SqlError(`Named arguments are not supported for function ${name}`, at);
  if (call.nulls !== undefined && !/^(?:FIRST|LAST|NTH)_VALUE$|^PERCENTILE_/.test(name))
    throw new SqlError(
      `IGNORE NULLS and RESPECT NULLS are not allowed for analytic function ${name}`,
      at,
    );
}

/** A window with all that its named windows give. */
function resolveWindow(
  spec: WindowSpec,
  named: ReadonlyMap<string, WindowSpec>,
  seen: Set<string>,
): WindowSpec {
  if (spec.base === undefined) return spec;
  const key = spec.base.toUpperCase();
  const found = named.get(key);
  if (found === undefined || seen.has(key))
    throw new SqlError(`Unrecognized window alias ${spec.base}`, spec.at);
  const base = resolveWindow(found, named, new Set([...seen, key]));
  if (
    spec.partitionBy.length > 0 ||
    (spec.orderBy.length > 0 && base.orderBy.length > 0) ||
    (base.frame !== undefined && (spec.orderBy.length > 0 || spec.frame !== undefined))
  )
    throw new SqlError(`Cannot override a clause of window ${spec.base}`, spec.at);
  const frame = spec.frame ?? base.frame;
  return {
    partitionBy: base.partitionBy,
    orderBy: spec.orderBy.length > 0 ? spec.orderBy : base.orderBy,
    at: spec.at,
    ...(frame === undefined ? {} : { frame }),
  };
}

function windowSql(spec: WindowSpec, context: Context): string {
  const partition = spec.partitionBy.map((expr) => {
    const value = context.analyzer.expr(expr, context);
    if (!isGroupable(value.type) || /^(?:STRUCT|ARRAY|FLOAT64)$/.test(value.type.kind))
      throw new SqlError(
        `Partitioning by expressions of type ${typeName(value.type)} is not allowed`,
        expr.at,
      );
    return value.sql;
  });
  const ranged =
    spec.frame?.unit === "RANGE" &&
    (spec.frame.from.offset !== undefined || spec.frame.to.offset !== undefined);
  const order = ranged
    ? rangeOrder(spec, context)
    : spec.orderBy.map((item) => orderSql(item, context));
  return [
    partition.length === 0 ? "" : `PARTITION BY ${partition.join(", ")}`,
    order.length === 0 ? "" : `ORDER BY ${order.join(", ")}`,
    spec.frame === undefined ? "" : frameSql(spec, spec.frame, context),
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** RANGE with an offset wants one key. */
function rangeOrder(spec: WindowSpec, context: Context): string[] {
  const [item] = spec.orderBy;
  if (item === undefined || spec.orderBy.length > 1)
    throw new SqlError(
      "Window with offset RANGE frame must have exactly one ORDER BY key",
      spec.at,
    );
  const value = context.analyzer.expr(item.expr, context);
  if (!isNumber(value.type))
    throw new SqlError(
      `ORDER BY key must be numeric in a RANGE-based window with OFFSET boundaries, but has type ${typeName(value.type)}`,
      item.expr.at,
    );
  if (value.type.kind === "BIGNUMERIC")
    throw new UnsupportedError("RANGE windows over BIGNUMERIC", item.expr.at);
  const key = value.type.kind === "FLOAT64" ? `gsql_range_key(${value.sql})` : value.sql;
  const first = item.nulls === undefined ? !item.desc : item.nulls === "first";
  // HUGEINT keeps key ± offset from overflowing at the ends of INT64.
  const wide =
    value.type.kind === "INT64"
      ? `CAST(${key} AS HUGEINT)`
      : value.type.kind === "NUMERIC"
        ? scaledNumeric(key)
        : key;
  return [`${wide} ${item.desc ? "DESC" : "ASC"} NULLS ${first ? "FIRST" : "LAST"}`];
}

/** The value of 10^-9 steps: DECIMAL at its limits has no room for an offset, HUGEINT has. */
const scaledNumeric = (sql: string) => `CAST(replace(CAST(${sql} AS VARCHAR), '.', '') AS HUGEINT)`;

const boundRank = {
  "unbounded preceding": 0,
  preceding: 1,
  current: 2,
  following: 3,
  "unbounded following": 4,
} as const;

function frameSql(
  spec: WindowSpec,
  frame: NonNullable<WindowSpec["frame"]>,
  context: Context,
): string {
  const [from, to] = [boundRank[frame.from.kind], boundRank[frame.to.kind]];
  if (from > to || from === 4 || to === 0)
    throw new SqlError("Window frame boundaries are in the wrong order", spec.at);
  if (
    frame.unit === "RANGE" &&
    spec.orderBy.length === 0 &&
    (frame.from.offset ?? frame.to.offset) !== undefined
  )
    throw new SqlError(
      "Window with offset RANGE frame must have exactly one ORDER BY key",
      spec.at,
    );
  const bounds = [frame.from, frame.to].map((bound) => boundSql(bound, frame.unit, spec, context));
  return `${frame.unit} BETWEEN ${bounds.join(" AND ")}`;
}

function boundSql(
  bound: FrameBound,
  unit: "ROWS" | "RANGE",
  spec: WindowSpec,
  context: Context,
): string {
  if (bound.offset === undefined)
    return bound.kind === "current" ? "CURRENT ROW" : bound.kind.toUpperCase();
  const offset = context.analyzer.expr(bound.offset, context);
  const keyType =
    unit === "ROWS" ? INT64 : context.analyzer.expr(spec.orderBy[0].expr, context).type;
  const value = coerce(offset, keyType);
  const constant = value?.literal?.value;
  if (value === undefined || (typeof constant !== "bigint" && typeof constant !== "number"))
    throw new SqlError(
      `Window frame offset must be a literal or parameter of type ${typeName(keyType)}`,
      bound.offset.at,
    );
  if (Number.isNaN(constant))
    throw new SqlError("Window frame offset must not be NaN", bound.offset.at);
  if (constant === Infinity)
    throw new UnsupportedError("an infinite window frame offset", bound.offset.at);
  if (constant < 0) throw new SqlError("Window frame offset must not be negative", bound.offset.at);
  const number =
    unit === "RANGE" && keyType.kind !== "FLOAT64" ? `CAST(${constant} AS HUGEINT)` : value.sql;
  return `${number} ${bound.kind.toUpperCase()}`;
}
