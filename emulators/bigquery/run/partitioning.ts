import type { Expr } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import type { TableOptions } from "../sql/statement.ts";
import { checkLayout } from "../store/layout.ts";
import { type FieldSchema, typeOfField } from "../store/schema.ts";
import type { Resource } from "../store/store.ts";

/** PARTITION BY and CLUSTER BY as the resource says them. Throws for what the columns do not allow. */
export function layoutOf(
  { partition, cluster }: TableOptions,
  fields: readonly FieldSchema[],
): Resource {
  const layout = {
    ...(partition === undefined ? {} : partitioning(partition, fields)),
    ...(cluster === undefined ? {} : { clustering: { fields: cluster } }),
  };
  checkLayout(layout, { fields });
  return layout;
}

/** Functions that give the unit, the type of the column that they take, and the units that they may give. */
const truncations: Readonly<Record<string, readonly [type: string, units: string]>> = {
  DATE_TRUNC: ["DATE", "MONTH YEAR"],
  DATETIME_TRUNC: ["DATETIME", "HOUR DAY MONTH YEAR"],
  TIMESTAMP_TRUNC: ["TIMESTAMP", "HOUR DAY MONTH YEAR"],
};

function partitioning(expr: Expr, fields: readonly FieldSchema[]): Resource {
  if (expr.kind === "name") {
    if (expr.name.toUpperCase() === "_PARTITIONDATE") return { timePartitioning: { type: "DAY" } };
    return byTime(expr, ["DATE"], "DAY", fields, expr.at);
  }
  if (expr.kind !== "call") throw wrong(expr.at);
  const [column, second, ...more] = expr.args;
  if (column?.kind !== "name" || more.length > 0) throw wrong(expr.at);
  if (expr.name === "RANGE_BUCKET" && second !== undefined) return byRange(column, second, fields);
  if (expr.name === "DATE" && second === undefined)
    return byTime(column, ["TIMESTAMP", "DATETIME"], "DAY", fields, expr.at);
  const [type, units] = truncations[expr.name] ?? [];
  const unit = second?.kind === "datePart" ? second.part.name : "";
  const isIngestion = isPartitionTime(column);
  if (
    type === undefined ||
    !(isIngestion ? "HOUR DAY MONTH YEAR" : units)?.split(" ").includes(unit)
  )
    throw wrong(expr.at);
  return byTime(column, [type], unit, fields, expr.at);
}

const isPartitionTime = (column: Extract<Expr, { kind: "name" }>) =>
  column.name.toUpperCase() === "_PARTITIONTIME";

function byTime(
  column: Extract<Expr, { kind: "name" }>,
  types: readonly string[],
  unit: string,
  fields: readonly FieldSchema[],
  at: number,
): Resource {
  if (isPartitionTime(column)) {
    if (types[0] === "DATE" && unit === "DAY") throw wrong(at); // bare, without a unit
    return { timePartitioning: { type: unit } };
  }
  const { name, type } = named(column, fields);
  if (!types.includes(type)) throw wrong(at);
  return { timePartitioning: { type: unit, field: name } };
}

/** `RANGE_BUCKET(column, GENERATE_ARRAY(start, end[, interval]))`. */
function byRange(
  column: Extract<Expr, { kind: "name" }>,
  array: Expr,
  fields: readonly FieldSchema[],
): Resource {
  const { name, type } = named(column, fields);
  if (type !== "INT64" || array.kind !== "call" || array.name !== "GENERATE_ARRAY")
    throw wrong(array.at);
  const numbers = array.args.map((arg) =>
    arg.kind === "literal" && arg.value.type === "int" ? arg.value.text : undefined,
  );
  const [start, end, interval = "1"] = numbers;
  if (start === undefined || end === undefined || numbers.includes(undefined) || numbers.length > 3)
    throw wrong(array.at);
  return { rangePartitioning: { field: name, range: { start, end, interval } } };
}

function named(
  { name, at }: Extract<Expr, { kind: "name" }>,
  fields: readonly FieldSchema[],
): { name: string; type: string } {
  const field = fields.find((f) => f.name.toUpperCase() === name.toUpperCase());
  if (field === undefined) throw new SqlError(`Unrecognized name: ${name}`, at);
  return { name: field.name, type: typeOfField(field).kind };
}

const wrong = (at: number) =>
  new SqlError(
    "PARTITION BY expression must be DATE(<timestamp_column>), DATE(<datetime_column>), DATETIME_TRUNC(<datetime_column>, DAY/HOUR/MONTH/YEAR), a DATE column, TIMESTAMP_TRUNC(<timestamp_column>, DAY/HOUR/MONTH/YEAR), DATE_TRUNC(<date_column>, MONTH/YEAR), or RANGE_BUCKET(<int64_column>, GENERATE_ARRAY(<int64_value>, <int64_value>[, <int64_value>]))",
    at,
  );
