import type { Plain } from "../engine/literal.ts";
import { quote } from "../engine/literal.ts";
import { parseDecimal } from "../functions/decimal.ts";
import { canonicalJson } from "../functions/json-text.ts";
import { parseRange } from "../functions/range-text.ts";
import { parseTemporal } from "../functions/temporal-text.ts";
import type { Expr, TypeNode } from "../sql/ast.ts";
import { SqlError, UnsupportedError } from "../sql/error.ts";
import { coerce, coercionCost, convertSql } from "./coerce.ts";
import type { Context } from "./context.ts";
import { limitSql, limitsOf } from "./type-limits.ts";
import { literal, type Typed, typed } from "./typed.ts";
import { duckType, isNumber, sameType, scalarNamed, STRING, type Type, typeName } from "./types.ts";

/** The type that a type expression names. Throws for one that there is not. */
export function resolveType(node: TypeNode): Type {
  switch (node.kind) {
    case "array": {
      const element = resolveType(node.element);
      if (element.kind === "ARRAY")
        throw new SqlError("Arrays of arrays are not supported", node.at);
      return { kind: "ARRAY", element };
    }
    case "range": {
      const element = resolveType(node.element);
      if (!/^(?:DATE|DATETIME|TIMESTAMP)$/.test(element.kind))
        throw new SqlError(`Unsupported type: RANGE<${typeName(element)}>`, node.at);
      return { kind: "RANGE", element };
    }
    case "struct":
      return {
        kind: "STRUCT",
        fields: node.fields.map((f) =>
          f.name === undefined
            ? { type: resolveType(f.type) }
            : { name: f.name, type: resolveType(f.type) },
        ),
      };
    default: {
      const type = scalarNamed(node.name);
      if (node.name === "GEOGRAPHY") throw new UnsupportedError("the GEOGRAPHY type", node.at);
      if (type === undefined) throw new SqlError(`Type not found: ${node.name}`, node.at);
      return type;
    }
  }
}

/** `DATE '2020-01-01'` and the like. */
export function typedLiteral(text: string, type: Type, at: number): Typed {
  const value = readLiteral(text, type);
  if (value === undefined) throw new SqlError(`Invalid ${typeName(type)} literal`, at);
  return { ...literal(value, type), literal: { kind: "value", value, explicit: true } };
}

function readLiteral(text: string, type: Type): Plain | undefined {
  if (type.kind === "NUMERIC" || type.kind === "BIGNUMERIC") return parseDecimal(text, type.kind);
  if (type.kind === "JSON") {
    try {
      return canonicalJson(text);
    } catch {
      return undefined; // said by the caller, with the place
    }
  }
  if (type.kind === "RANGE") return parseRange(text, type.element.kind);
  return parseTemporal(text, type.kind);
}

export function castTo(node: Extract<Expr, { kind: "cast" }>, context: Context): Typed {
  const value = context.analyzer.expr(node.expr, context);
  const to = resolveType(node.type);
  if (node.format !== undefined) return formatCast(node, node.format, value, to, context);
  const limits = limitsOf(node.type, to);
  if (node.zone !== undefined) throw new SqlError("AT TIME ZONE in CAST needs FORMAT", node.at);
  const cast = castValue(value, to, node.safe, node.at);
  return limits.maxLength === undefined && limits.precision === undefined
    ? cast
    : typed(limitSql(cast.sql, to, limits, node.safe), to);
}

/** The implicit conversion; SAFE_CAST makes NULL of a literal that has none. */
function implicit(value: Typed, to: Type, safe: boolean): Typed | undefined {
  try {
    return coerce(value, to);
  } catch (error) {
    if (safe && error instanceof SqlError) return literal(null, to);
    throw error;
  }
}

function castValue(value: Typed, to: Type, safe: boolean, at: number): Typed {
  const text = value.literal?.kind === "value" && value.type.kind === "STRING";
  const direct = text ? undefined : implicit(value, to, safe);
  if (direct !== undefined) return direct;
  if (sameType(value.type, to)) return typed(value.sql, to);
  if (value.type.kind === "ARRAY" && to.kind === "ARRAY" && !widens(value.type.element, to.element))
    throw new SqlError(
      `Casting between arrays with incompatible element types is not supported: Invalid cast from ${typeName(value.type)} to ${typeName(to)}`,
      at,
    );
  const sql = castSql(value.sql, value.type, to, safe);
  if (sql === undefined)
    throw new SqlError(`Invalid cast from ${typeName(value.type)} to ${typeName(to)}`, at);
  return typed(sql, to);
}

const widens = (from: Type, to: Type) => coercionCost(typed("", from), to) !== undefined;

/** Which casts GoogleSQL allows, to scalars; those among numbers are implied. */
const allowed: Readonly<Record<string, string>> = {
  INT64: "INT64 FLOAT64 NUMERIC BIGNUMERIC BOOL STRING",
  FLOAT64: "INT64 FLOAT64 NUMERIC BIGNUMERIC STRING",
  NUMERIC: "INT64 FLOAT64 NUMERIC BIGNUMERIC STRING",
  BIGNUMERIC: "INT64 FLOAT64 NUMERIC BIGNUMERIC STRING",
  BOOL: "STRING INT64",
  STRING: "INT64 FLOAT64 NUMERIC BIGNUMERIC BOOL BYTES DATE TIME DATETIME TIMESTAMP INTERVAL",
  BYTES: "STRING",
  DATE: "STRING DATETIME TIMESTAMP",
  TIME: "STRING",
  DATETIME: "STRING DATE TIME TIMESTAMP",
  TIMESTAMP: "STRING DATE TIME DATETIME",
  INTERVAL: "STRING",
};

/** Casts that DuckDB does as GoogleSQL does; all others are functions of ours. */
const nativeCasts: Readonly<Record<string, (sql: string) => string>> = {
  "INT64 FLOAT64": (x) => `CAST(${x} AS DOUBLE)`,
  "INT64 NUMERIC": (x) => `CAST(${x} AS DECIMAL(38,9))`,
  "INT64 BOOL": (x) => `(${x} <> 0)`,
  "INT64 STRING": (x) => `CAST(${x} AS VARCHAR)`,
  "NUMERIC FLOAT64": (x) => `CAST(${x} AS DOUBLE)`,
  "BOOL STRING": (x) => `CASE ${x} WHEN TRUE THEN 'true' WHEN FALSE THEN 'false' END`,
  "BOOL INT64": (x) => `CAST(${x} AS BIGINT)`,
  "STRING BYTES": (x) => `encode(${x})`,
  "DATE STRING": (x) => `CAST(${x} AS VARCHAR)`,
  "DATE DATETIME": (x) => `CAST(${x} AS TIMESTAMP)`,
  "DATE TIMESTAMP": (x) => `CAST(${x} AS TIMESTAMP)`,
  "DATETIME DATE": (x) => `CAST(${x} AS DATE)`,
  "DATETIME TIME": (x) => `CAST(${x} AS TIME)`,
  "DATETIME TIMESTAMP": (x) => x,
  "TIMESTAMP DATE": (x) => `CAST(${x} AS DATE)`,
  "TIMESTAMP TIME": (x) => `CAST(${x} AS TIME)`,
  "TIMESTAMP DATETIME": (x) => x,
};

export function castSql(sql: string, from: Type, to: Type, safe: boolean): string | undefined {
  if (sameType(from, to)) return sql;
  if (from.kind === "ARRAY" && to.kind === "ARRAY") {
    const element = castSql("x", from.element, to.element, safe);
    return element === undefined
      ? undefined
      : `CAST(list_transform(${sql}, lambda x: ${element}) AS ${duckType(to)})`;
  }
  if (from.kind === "STRUCT" && to.kind === "STRUCT") {
    if (from.fields.length !== to.fields.length) return undefined;
    const fields = to.fields.map((f, i) =>
      castSql(`struct_extract(${sql}, '_${i + 1}')`, from.fields[i]?.type ?? f.type, f.type, safe),
    );
    if (fields.some((f) => f === undefined)) return undefined;
    const packed = fields.map((f, i) => `"_${i + 1}" := ${f}`).join(", ");
    return `CASE WHEN ${sql} IS NULL THEN NULL ELSE struct_pack(${packed}) END`;
  }
  const range = from.kind === "RANGE" ? from : to.kind === "RANGE" ? to : undefined;
  if (range !== undefined && (from.kind === "STRING" || to.kind === "STRING")) {
    const suffix = range.element.kind.toLowerCase();
    if (to.kind === "STRING")
      return `CASE WHEN ${sql} IS NOT NULL THEN gsql_text_of_range_${suffix}(${sql}, FALSE) END`;
    return `gsql_cast_string_range_${suffix}${safe ? "_safe" : ""}(${sql})`;
  }
  if (!(allowed[from.kind]?.split(" ").includes(to.kind) ?? false)) return undefined;
  const pair = `${from.kind} ${to.kind}`;
  const native = nativeCasts[pair];
  if (native !== undefined) return native(sql);
  if (pair === "INT64 BIGNUMERIC" || pair === "NUMERIC BIGNUMERIC")
    return convertSql(sql, from, to);
  return `gsql_cast_${from.kind.toLowerCase()}_${to.kind.toLowerCase()}${safe ? "_safe" : ""}(${sql})`;
}

function formatCast(
  node: Extract<Expr, { kind: "cast" }>,
  formatNode: Expr,
  value: Typed,
  to: Type,
  context: Context,
): Typed {
  const format = coerce(context.analyzer.expr(formatNode, context), STRING);
  if (format === undefined) throw new SqlError("FORMAT in CAST must be a STRING", node.at);
  const zone =
    node.zone === undefined
      ? quote("UTC")
      : coerce(context.analyzer.expr(node.zone, context), STRING)?.sql;
  if (zone === undefined) throw new SqlError("Time zone in CAST must be a STRING", node.at);
  const suffix = node.safe ? "_safe" : "";
  const pair = `${value.type.kind} ${to.kind}`;
  if (pair === "BYTES STRING" || pair === "STRING BYTES")
    return typed(
      `gsql_format_cast_${value.type.kind.toLowerCase()}${suffix}(${value.sql}, ${format.sql})`,
      to,
    );
  if (to.kind === "STRING" && isNumber(value.type) && node.zone === undefined)
    return typed(
      `gsql_format_cast_from_${value.type.kind.toLowerCase()}${suffix}(${value.sql}, ${format.sql})`,
      to,
    );
  const temporal = /^(?:DATE|TIME|DATETIME|TIMESTAMP)$/;
  if (to.kind === "STRING" && temporal.test(value.type.kind))
    return typed(
      `gsql_format_cast_from_${value.type.kind.toLowerCase()}${suffix}(${value.sql}, ${format.sql}, ${zone})`,
      to,
    );
  if (value.type.kind === "STRING" && temporal.test(to.kind))
    return typed(
      `gsql_format_cast_to_${to.kind.toLowerCase()}${suffix}(${value.sql}, ${format.sql}, ${zone})`,
      to,
    );
  throw new UnsupportedError(
    `CAST from ${typeName(value.type)} to ${typeName(to)} with FORMAT`,
    node.at,
  );
}
