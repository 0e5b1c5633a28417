import { quote } from "../engine/literal.ts";
import { SqlError, UnsupportedError } from "../sql/error.ts";
import type { Aggregated, AggregateParts } from "./aggregate.ts";
import { approximateForms } from "./aggregate-approximate.ts";
import { statisticForms } from "./aggregate-statistics.ts";
import { coerce } from "./coerce.ts";
import { rangeKey } from "./range-key.ts";
import { type Typed, typed } from "./typed.ts";
import {
  BOOL,
  BYTES,
  FLOAT64,
  INT64,
  INTERVAL,
  isOrderable,
  STRING,
  type Type,
  typeName,
} from "./types.ts";

export type AggregateForm = (parts: AggregateParts) => Aggregated;

function noAggregate({ call, args }: AggregateParts): SqlError {
  const types = args.map((arg) => typeName(arg.type)).join(", ");
  return new SqlError(
    `No matching signature for aggregate function ${call.name} for argument types: ${types}`,
    call.at,
  );
}

function only(parts: AggregateParts): Typed {
  const [arg] = parts.args;
  if (arg === undefined || parts.args.length !== 1) throw noAggregate(parts);
  return arg;
}

/** `x HAVING MAX y` keeps the rows with the greatest y: only ANY_VALUE has it here. */
function refuseHaving(parts: AggregateParts): void {
  if (parts.having !== undefined)
    throw new UnsupportedError(
      "HAVING MAX and HAVING MIN in this aggregate function",
      parts.call.at,
    );
}

const plain =
  (name: string, type: (arg: Type) => Type | undefined): AggregateForm =>
  (parts) => {
    refuseHaving(parts);
    const arg = only(parts);
    const result = type(arg.type);
    if (result === undefined) throw noAggregate(parts);
    return typed(`${name}(${parts.distinct}${arg.sql})${parts.over}`, result);
  };

const logical =
  (name: string): AggregateForm =>
  (parts) => {
    refuseHaving(parts);
    const arg = coerce(only(parts), BOOL);
    if (arg === undefined) throw noAggregate(parts);
    return typed(`${name}(${parts.distinct}${arg.sql})${parts.over}`, BOOL);
  };

const ints = (type: Type) => (type.kind === "INT64" ? INT64 : undefined);

const extreme =
  (name: "min" | "max"): AggregateForm =>
  (parts) => {
    refuseHaving(parts);
    const arg = only(parts);
    if (!isOrderable(arg.type)) throw noAggregate(parts);
    if (arg.type.kind === "RANGE")
      return typed(`arg_${name}(${arg.sql}, ${rangeKey(arg).sql})${parts.over}`, arg.type);
    const value = `${name}(${arg.sql})${parts.over}`;
    if (arg.type.kind !== "FLOAT64") return typed(value, arg.type);
    // One NaN makes the result NaN; DuckDB has NaN as the greatest number.
    return typed(
      `CASE WHEN bool_or(isnan(${arg.sql}))${parts.over} THEN CAST('nan' AS DOUBLE) ELSE ${value} END`,
      FLOAT64,
    );
  };

/** DuckDB counts less than nothing in a frame that ends before it starts. */
const counted = (call: string, over: string): Typed =>
  typed(over === "" ? call : `greatest(${call}${over}, 0)`, INT64);

const count: AggregateForm = (parts) => {
  refuseHaving(parts);
  if (parts.call.star) return counted("count(*)", parts.over);
  return counted(`count(${parts.distinct}${only(parts).sql})`, parts.over);
};

const sum: AggregateForm = (parts) => {
  refuseHaving(parts);
  const arg = only(parts);
  const call = `sum(${parts.distinct}${arg.sql})${parts.over}`;
  switch (arg.type.kind) {
    case "INT64":
      return typed(`gsql_int64_sum(CAST(${call} AS VARCHAR))`, INT64);
    case "NUMERIC":
      return typed(call, arg.type);
    case "FLOAT64": {
      const finite = `coalesce(bool_and(isfinite(${arg.sql}))${parts.over}, TRUE)`;
      return typed(`gsql_float64_sum(${call}, ${finite})`, FLOAT64);
    }
    case "BIGNUMERIC":
      return typed(`gsql_bignumeric_sum(list(${parts.distinct}${arg.sql})${parts.over})`, arg.type);
    case "INTERVAL":
      return typed(`gsql_interval_sum(list(${parts.distinct}${arg.sql})${parts.over})`, INTERVAL);
    default:
      throw noAggregate(parts);
  }
};

const avg: AggregateForm = (parts) => {
  refuseHaving(parts);
  const arg = only(parts);
  const over = parts.over;
  switch (arg.type.kind) {
    case "INT64":
      return typed(`avg(${parts.distinct}${arg.sql})${over}`, FLOAT64);
    case "FLOAT64": {
      const finite = `coalesce(bool_and(isfinite(${arg.sql}))${over}, TRUE)`;
      return typed(`gsql_float64_sum(avg(${parts.distinct}${arg.sql})${over}, ${finite})`, FLOAT64);
    }
    case "NUMERIC":
    case "BIGNUMERIC":
    case "INTERVAL":
      return typed(
        `gsql_${arg.type.kind.toLowerCase()}_avg(list(${parts.distinct}${arg.sql})${over})`,
        arg.type,
      );
    default:
      throw noAggregate(parts);
  }
};

const filterNulls = (sql: string, ignore: boolean) =>
  ignore ? ` FILTER (WHERE ${sql} IS NOT NULL)` : "";
const cut = (list: string, limit: number | undefined) =>
  limit === undefined ? list : `list_slice(${list}, 1, ${limit})`;

const arrayAgg: AggregateForm = (parts) => {
  refuseHaving(parts);
  const arg = only(parts);
  if (arg.type.kind === "ARRAY")
    throw new SqlError(
      "The argument to ARRAY_AGG must not be an array type but was " + typeName(arg.type),
      parts.call.at,
    );
  const list = `list(${parts.distinct}${arg.sql}${parts.order})${filterNulls(arg.sql, parts.nulls === "ignore")}${parts.over}`;
  return typed(cut(list, parts.limit), { kind: "ARRAY", element: arg.type });
};

const arrayConcatAgg: AggregateForm = (parts) => {
  refuseHaving(parts);
  const arg = only(parts);
  if (arg.type.kind !== "ARRAY") throw noAggregate(parts);
  const lists = `list(${arg.sql}${parts.order}) FILTER (WHERE ${arg.sql} IS NOT NULL)${parts.over}`;
  return typed(`flatten(${cut(lists, parts.limit)})`, arg.type);
};

const stringAgg: AggregateForm = (parts) => {
  refuseHaving(parts);
  const [value, separator] = parts.args;
  if (value === undefined || parts.args.length > 2) throw noAggregate(parts);
  const type = value.type.kind === "BYTES" ? BYTES : STRING;
  const text = coerce(value, type);
  const between = separator === undefined ? undefined : coerce(separator, type);
  if (text === undefined || (separator !== undefined && between === undefined))
    throw noAggregate(parts);
  const list = `list(${parts.distinct}${text.sql}${parts.order}) FILTER (WHERE ${text.sql} IS NOT NULL)${parts.over}`;
  const joined = between?.sql ?? (type === BYTES ? "encode(',')" : quote(","));
  if (between !== undefined && between.literal === undefined)
    throw new SqlError(
      "Argument 2 to STRING_AGG must be a literal or query parameter",
      parts.call.at,
    );
  return typed(
    type === BYTES
      ? `gsql_bytes_join(${cut(list, parts.limit)}, ${joined})`
      : `array_to_string(${cut(list, parts.limit)}, ${joined})`,
    type,
  );
};

const countIf: AggregateForm = (parts) => {
  refuseHaving(parts);
  const arg = coerce(only(parts), BOOL);
  if (arg === undefined) throw noAggregate(parts);
  // TRUE is the only value counted, so there is one distinct or none.
  if (parts.distinct !== "")
    return counted(`count(DISTINCT CASE WHEN ${arg.sql} THEN TRUE END)`, parts.over);
  return counted(`count(*) FILTER (WHERE ${arg.sql})`, parts.over);
};

const anyValue: AggregateForm = (parts) => {
  const arg = only(parts);
  if (parts.having === undefined) return typed(`any_value(${arg.sql})${parts.over}`, arg.type);
  if (!isOrderable(parts.having.value.type)) throw noAggregate(parts);
  return typed(
    `arg_${parts.having.kind}_null(${arg.sql}, ${parts.having.value.sql})${parts.over}`,
    arg.type,
  );
};

const by =
  (name: "min" | "max"): AggregateForm =>
  (parts) => {
    const [value, key] = parts.args;
    if (
      value === undefined ||
      key === undefined ||
      parts.args.length !== 2 ||
      !isOrderable(key.type)
    )
      throw noAggregate(parts);
    return typed(`arg_${name}_null(${value.sql}, ${key.sql})${parts.over}`, value.type);
  };

export const aggregateForms: Readonly<Record<string, AggregateForm>> = {
  COUNT: count,
  COUNTIF: countIf,
  SUM: sum,
  AVG: avg,
  MIN: extreme("min"),
  MAX: extreme("max"),
  MIN_BY: by("min"),
  MAX_BY: by("max"),
  ANY_VALUE: anyValue,
  ARRAY_AGG: arrayAgg,
  ARRAY_CONCAT_AGG: arrayConcatAgg,
  STRING_AGG: stringAgg,
  LOGICAL_AND: logical("bool_and"),
  LOGICAL_OR: logical("bool_or"),
  BIT_AND: plain("bit_and", ints),
  BIT_OR: plain("bit_or", ints),
  BIT_XOR: plain("bit_xor", ints),
  ...approximateForms,
  ...statisticForms,
};
