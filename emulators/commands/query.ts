import type { BigQuery } from "@google-cloud/bigquery";

export type Value =
  | string
  | number
  | boolean
  | null
  | readonly Value[]
  | { readonly [key: string]: Value };
export type Row = Readonly<Record<string, Value>>;

/** Runs GoogleSQL and hands out plain JSON values: times as RFC 3339 text, bytes as base64. */
export async function query(
  bigquery: BigQuery,
  sql: string,
  options: { params?: Record<string, string>; defaultDataset?: string } = {},
): Promise<Row[]> {
  const { params, defaultDataset } = options;
  const [rows] = await bigquery.query({
    query: sql,
    useLegacySql: false,
    ...(params === undefined ? {} : { params }),
    ...(defaultDataset === undefined ? {} : { defaultDataset: { datasetId: defaultDataset } }),
  });
  return (rows as Record<string, unknown>[]).map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toPlain(value)])),
  );
}

/** A value of the client as plain JSON. */
export function toPlain(value: unknown): Value {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    case "bigint":
      return value.toString();
    case "object":
      return value === null ? null : toPlainObject(value);
    default:
      return null;
  }
}

function toPlainObject(value: object): Value {
  if (Buffer.isBuffer(value)) return value.toString("base64");
  if (Array.isArray(value)) return value.map(toPlain);
  if (value.constructor !== Object) {
    // The client's own types (BigQueryTimestamp, BigQueryDate, Geography, …) hold their text in `value`; a
    // NUMERIC is a Big.
    if ("value" in value) return toPlain(value.value);
    if ("toFixed" in value && typeof value.toFixed === "function") return String(value.toFixed());
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlain(item)]));
}
