import { SqlError } from "../sql/error.ts";
import type { Aggregated, AggregateParts } from "./aggregate.ts";
import { sortKey } from "./order.ts";
import { type Typed, typed } from "./typed.ts";
import { arrayOf, FLOAT64, INT64, isGroupable, isOrderable, structOf, typeName } from "./types.ts";

const fail = ({ call, args }: AggregateParts) =>
  new SqlError(
    `No matching signature for aggregate function ${call.name} for argument types: ${args.map((a) => typeName(a.type)).join(", ")}`,
    call.at,
  );

function constant(parts: AggregateParts): bigint {
  const value = parts.args.at(-1)?.literal?.value;
  if (typeof value !== "bigint" || value < 1n)
    throw new SqlError(
      `Argument ${parts.args.length} to ${parts.call.name} must be a positive literal or query parameter`,
      parts.call.at,
    );
  return value;
}

/** The exact quantiles are a valid answer of an approximate function: least, n - 1 boundaries, greatest. */
function quantiles(parts: AggregateParts): Typed {
  const [value, number] = parts.args;
  if (
    value === undefined ||
    number === undefined ||
    parts.args.length !== 2 ||
    !isOrderable(value.type)
  )
    throw fail(parts);
  const n = constant(parts);
  const keep = parts.nulls === "respect" ? "" : ` FILTER (WHERE ${value.sql} IS NOT NULL)`;
  const key = sortKey(value, { expr: { kind: "default", at: parts.call.at }, desc: false });
  const sorted = `list(${parts.distinct}${value.sql} ORDER BY ${key})${keep}${parts.over}`;
  const sql = `list_transform([${sorted}], lambda s: CASE WHEN s IS NULL THEN NULL ELSE list_transform(range(0, ${n + 1n}), lambda i: s[greatest(1, CAST(ceil(i * len(s) / ${n}.0) AS BIGINT))]) END)[1]`;
  return typed(sql, arrayOf(value.type));
}

/** Values with the most rows; among equals the one met first, as an exact answer. */
function topCount(parts: AggregateParts): Aggregated {
  const [value] = parts.args;
  if (value === undefined || parts.args.length !== 2 || !isGroupable(value.type)) throw fail(parts);
  return top(parts, value, "1", INT64);
}

function topSum(parts: AggregateParts): Aggregated {
  const [value, weight] = parts.args;
  if (
    value === undefined ||
    weight === undefined ||
    parts.args.length !== 3 ||
    !isGroupable(value.type)
  )
    throw fail(parts);
  if (!/^(?:INT64|FLOAT64|NUMERIC)$/.test(weight.type.kind)) throw fail(parts);
  return top(parts, value, weight.sql, weight.type);
}

function top(
  parts: AggregateParts,
  value: Typed,
  weight: string,
  sumType: Typed["type"],
): Aggregated {
  const n = constant(parts);
  if (parts.over !== "") throw fail(parts);
  const sums =
    sumType === FLOAT64 ? "DOUBLE" : sumType.kind === "NUMERIC" ? "DECIMAL(38,9)" : "BIGINT";
  const finish = (ps: string) => {
    const rows = `SELECT struct_pack("_1" := p.v, "_2" := CAST(sum(p.w) AS ${sums})) AS r, sum(p.w) AS s, min(i) AS i FROM (SELECT unnest(${ps}) AS p, generate_subscripts(${ps}, 1) AS i) GROUP BY p.v ORDER BY s DESC NULLS LAST, i LIMIT ${n}`;
    return `(SELECT list(r ORDER BY s DESC NULLS LAST, i) FROM (${rows}))`;
  };
  const name = parts.call.name === "APPROX_TOP_SUM" ? "sum" : "count";
  const type = arrayOf(
    structOf([
      { name: "value", type: value.type },
      { name, type: sumType },
    ]),
  );
  return { sql: `list(struct_pack(v := ${value.sql}, w := ${weight}))`, type, finish };
}

/** Exact, which an approximate count may always be. */
function countDistinct(parts: AggregateParts): Typed {
  const [value] = parts.args;
  if (value === undefined || parts.args.length !== 1 || !isGroupable(value.type)) throw fail(parts);
  return typed(`count(DISTINCT ${value.sql})${parts.over}`, INT64);
}

export const approximateForms = {
  APPROX_QUANTILES: quantiles,
  APPROX_TOP_COUNT: topCount,
  APPROX_TOP_SUM: topSum,
  APPROX_COUNT_DISTINCT: countDistinct,
} as const;
