import { typeName } from "../analyze/types.ts";
import { invalid } from "../rest/api-error.ts";
import { type FieldSchema, type TableSchema, typeOfField } from "./schema.ts";
import type { Resource } from "./stored.ts";

interface Layout {
  readonly timePartitioning?: { readonly type?: string; readonly field?: string } | null;
  readonly rangePartitioning?: {
    readonly field?: string;
    readonly range?: { readonly start?: string; readonly end?: string; readonly interval?: string };
  } | null;
  readonly clustering?: { readonly fields?: readonly string[] } | null;
}

/** Documentation, "Introduction to clustered tables". */
const clusterable = new Set(
  "BIGNUMERIC BOOL DATE DATETIME GEOGRAPHY INT64 NUMERIC RANGE STRING TIMESTAMP".split(" "),
);
const mostClusteringFields = 4;

/** The columns by which a table is partitioned or clustered, upper-cased. */
export function layoutColumns(resource: Resource): string[] {
  const { timePartitioning, rangePartitioning, clustering } = resource as Layout;
  const names = [timePartitioning?.field, rangePartitioning?.field, ...(clustering?.fields ?? [])];
  return names.flatMap((name) => (name === undefined ? [] : [name.toUpperCase()]));
}

/** Throws when a table with this schema cannot be partitioned and clustered as its resource says. */
export function checkLayout(resource: Resource, schema: TableSchema): void {
  const { timePartitioning, rangePartitioning, clustering } = resource as Layout;
  if (timePartitioning && rangePartitioning)
    throw invalid("A table has either timePartitioning or rangePartitioning, not both");
  if (timePartitioning) checkTime(timePartitioning, schema);
  if (rangePartitioning) checkRange(rangePartitioning, schema);
  if (clustering) checkClustering(clustering.fields ?? [], schema);
}

function checkTime(
  { type = "DAY", field }: NonNullable<Layout["timePartitioning"]>,
  schema: TableSchema,
): void {
  if (!/^(?:HOUR|DAY|MONTH|YEAR)$/.test(type))
    throw invalid(`Invalid value for type: ${type} is not a valid value`, "timePartitioning.type");
  if (field === undefined) return;
  const found = fieldNamed(field, schema, "time partitioning");
  const kind = typeOfField(found).kind;
  if (!/^(?:DATE|DATETIME|TIMESTAMP)$/.test(kind) || (kind === "DATE" && type === "HOUR"))
    throw invalid(
      `The field specified for time partitioning must be a TIMESTAMP, a DATETIME or, but for HOUR, a DATE. Field ${field} has type ${typeName(typeOfField(found))}`,
    );
}

function checkRange(
  { field = "", range = {} }: NonNullable<Layout["rangePartitioning"]>,
  schema: TableSchema,
): void {
  const type = typeOfField(fieldNamed(field, schema, "range partitioning"));
  if (type.kind !== "INT64")
    throw invalid(
      `The field specified for range partitioning must be an INTEGER. Field ${field} has type ${typeName(type)}`,
    );
  const [start, end, interval] = [range.start, range.end, range.interval].map((text) =>
    /^-?\d+$/.test(String(text)) ? BigInt(String(text)) : undefined,
  );
  if (start === undefined || end === undefined || interval === undefined)
    throw invalid("rangePartitioning.range needs start, end and interval");
  if (end <= start || interval < 1n)
    throw invalid(
      "rangePartitioning.range must have an end after its start and a positive interval",
    );
}

function checkClustering(names: readonly string[], schema: TableSchema): void {
  if (names.length > mostClusteringFields)
    throw invalid(
      `Too many fields specified for clustering: ${names.length}, at most ${mostClusteringFields} are allowed`,
    );
  if (new Set(names.map((name) => name.toUpperCase())).size < names.length)
    throw invalid("A field is specified for clustering twice");
  for (const name of names) {
    const type = typeOfField(fieldNamed(name, schema, "clustering"));
    if (!clusterable.has(type.kind))
      throw invalid(`Clustering is not supported on field ${name} of type ${typeName(type)}`);
  }
}

function fieldNamed(name: string, { fields }: TableSchema, what: string): FieldSchema {
  const field = fields.find((f) => f.name.toUpperCase() === name.toUpperCase());
  if (field === undefined)
    throw invalid(`The field specified for ${what} cannot be found in the schema: ${name}`);
  return field;
}
