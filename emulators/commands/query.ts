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

function toPlain(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  if (typeof value === "bigint") return String(value);
  if (Buffer.isBuffer(value)) return value.toString("base64");
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== "object") return String(value);
  // The client's own types (BigQueryTimestamp, BigQueryDate, Geography, …) hold their text in `value`.
  if (value.constructor !== Object && "value" in value) return toPlain(value.value);
  if (value.constructor !== Object && "toFixed" in value) return String(value); // Big: NUMERIC
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlain(item)]));
}
