import { quote } from "../engine/literal.ts";
import type { DatePart, Expr } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { coerce } from "./coerce.ts";
import type { Context } from "./context.ts";
import { type Typed, typed } from "./typed.ts";
import { DATE, DATETIME, INT64, STRING, TIME, type Type, typeName } from "./types.ts";

const dateParts = "DAYOFWEEK DAY DAYOFYEAR WEEK ISOWEEK MONTH QUARTER YEAR ISOYEAR".split(" ");
const timeParts = "MICROSECOND MILLISECOND SECOND MINUTE HOUR".split(" ");
const intervalParts = "YEAR MONTH DAY HOUR MINUTE SECOND MILLISECOND MICROSECOND".split(" ");

export function extractPart(node: Extract<Expr, { kind: "extract" }>, context: Context): Typed {
  const value = context.analyzer.expr(node.expr, context);
  const { part } = node;
  if (value.type.kind === "INTERVAL") {
    if (!intervalParts.includes(part.name)) throw noPart(part, value.type, node.at);
    return typed(`gsql_extract_interval(${value.sql}, ${quote(part.name)})`, INT64);
  }
  let civil = value;
  if (value.type.kind === "TIMESTAMP" && node.zone !== undefined) {
    const zone = coerce(context.analyzer.expr(node.zone, context), STRING);
    if (zone === undefined) throw new SqlError("Time zone in EXTRACT must be a STRING", node.at);
    civil = typed(`gsql_to_local(${value.sql}, ${zone.sql})`, DATETIME);
  } else if (node.zone !== undefined) {
    throw new SqlError(
      `EXTRACT from ${typeName(value.type)} does not support AT TIME ZONE`,
      node.at,
    );
  }
  if (value.type.kind === "TIMESTAMP" && part.name === "DATETIME")
    return typed(civil.sql, DATETIME);
  return typed(
    partSql(part, civil, node.at),
    part.name === "DATE" ? DATE : part.name === "TIME" ? TIME : INT64,
  );
}

function partSql(part: DatePart, { sql, type }: Typed, at: number): string {
  const { kind } = type;
  const instant = kind === "DATETIME" || kind === "TIMESTAMP";
  if (instant && part.name === "DATE") return `CAST(${sql} AS DATE)`;
  if (instant && part.name === "TIME") return `CAST(${sql} AS TIME)`;
  if (dateParts.includes(part.name) && (instant || kind === "DATE")) return datePartSql(part, sql);
  if (!timeParts.includes(part.name) || !(instant || kind === "TIME")) throw noPart(part, type, at);
  if (part.name === "HOUR" || part.name === "MINUTE")
    return `CAST(extract(${part.name} FROM ${sql}) AS BIGINT)`;
  // DuckDB's sub-second parts contain the seconds.
  const micros = `CAST(extract(MICROSECOND FROM ${sql}) AS BIGINT)`;
  if (part.name === "SECOND") return `(${micros} // 1000000)`;
  return part.name === "MILLISECOND" ? `((${micros} % 1000000) // 1000)` : `(${micros} % 1000000)`;
}

function datePartSql(part: DatePart, sql: string): string {
  if (part.name === "WEEK")
    return `gsql_week_of(CAST(${sql} AS DATE), CAST(${part.weekday ?? 0} AS BIGINT))`;
  const field =
    part.name === "ISOWEEK"
      ? "WEEK"
      : part.name === "DAYOFWEEK"
        ? "DOW"
        : part.name === "DAYOFYEAR"
          ? "DOY"
          : part.name;
  const value = `CAST(extract(${field} FROM ${sql}) AS BIGINT)`;
  return part.name === "DAYOFWEEK" ? `(${value} + 1)` : value;
}

const noPart = (part: DatePart, type: Type, at: number) =>
  new SqlError(`EXTRACT from ${typeName(type)} does not support the ${part.name} date part`, at);
