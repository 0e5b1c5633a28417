import { gzipSync } from "node:zlib";
import { stringify } from "csv-stringify/sync";
import { jsonSql } from "../analyze/any-value.ts";
import { STRING } from "../analyze/types.ts";
import { castSql } from "../analyze/cast.ts";
import { quote, quoteName } from "../engine/literal.ts";
import { jsonString } from "../functions/json-text.ts";
import { typeOfField } from "../store/schema.ts";
import type { Store, StoredTable } from "../store/store.ts";
import { ApiError, invalid } from "./api-error.ts";
import type { JobOutcome } from "./job-store.ts";
import type { ObjectStorage } from "./object-storage.ts";
import { writeParquet } from "./parquet-file.ts";

interface ExtractConfig {
  readonly sourceTable?: {
    readonly projectId?: string;
    readonly datasetId?: string;
    readonly tableId?: string;
  };
  readonly sourceModel?: unknown;
  readonly destinationUris?: readonly string[];
  readonly destinationFormat?: string;
  readonly printHeader?: boolean;
  readonly fieldDelimiter?: string;
  readonly compression?: string;
}

/** The compressions of each format (API reference, JobConfigurationExtract). */
const compressions: Readonly<Record<string, readonly string[]>> = {
  CSV: ["NONE", "GZIP"],
  NEWLINE_DELIMITED_JSON: ["NONE", "GZIP"],
  PARQUET: ["NONE", "GZIP", "SNAPPY", "ZSTD"],
};

/** An extract job: a table's rows into one object, as JSON lines, CSV or Parquet. */
export async function extract(
  store: Store,
  config: ExtractConfig,
  storage: ObjectStorage | undefined,
): Promise<JobOutcome> {
  const { projectId = store.projectId, datasetId, tableId } = config.sourceTable ?? {};
  const [uri, more] = config.destinationUris ?? [];
  if (datasetId === undefined || tableId === undefined)
    throw invalid("Required parameter is missing: sourceTable");
  if (projectId !== store.projectId)
    throw new ApiError(403, "accessDenied", `Access Denied: Project ${projectId}`);
  if (uri === undefined) throw invalid("Extract configuration must specify a destination URI");
  if (more !== undefined)
    throw new ApiError(
      501,
      "notImplemented",
      "Not supported by the local BigQuery: several destinations of one extract",
    );
  if (storage === undefined)
    throw invalid("No local Cloud Storage is known: start the emulator with storageUrl");
  const table = store.table(datasetId, tableId);
  if (table.physical === undefined) throw invalid("Cannot extract a view");
  const format = (config.destinationFormat ?? "CSV").toUpperCase();
  const compression = (config.compression ?? "NONE").toUpperCase();
  const known = compressions[format];
  if (known === undefined)
    throw new ApiError(
      501,
      "notImplemented",
      `Not supported by the local BigQuery: extracting ${format}`,
    );
  if (!known.includes(compression))
    throw invalid(`${compression} compression is not supported for ${format}`);
  const content = await fileOf(store, table, format, compression, config);
  await storage.write(uri.replace("*", "000000000000"), content, contentTypes[format] ?? "");
  return {
    statementType: "EXTRACT",
    referenced: [`${store.projectId}:${datasetId}.${tableId}`],
    transferred: { files: 1, bytes: content.length },
  };
}

const contentTypes: Readonly<Record<string, string>> = {
  CSV: "text/csv",
  NEWLINE_DELIMITED_JSON: "application/json",
  PARQUET: "application/octet-stream",
};

async function fileOf(
  store: Store,
  table: StoredTable,
  format: string,
  compression: string,
  config: ExtractConfig,
): Promise<Buffer> {
  if (format === "PARQUET") {
    const { fields } = table.schema;
    const columns = fields.map((f) => quoteName(f.name)).join(", ");
    const rows = await store.engine.query(
      `SELECT ${columns} FROM ${table.physical} ORDER BY rowid`,
      fields.map((f) => typeOfField(f)),
    );
    return writeParquet(fields, rows, compression === "NONE" ? "UNCOMPRESSED" : compression);
  }
  const text = format === "CSV" ? await csv(store, table, config) : await jsonLines(store, table);
  return compression === "GZIP" ? gzipSync(text) : Buffer.from(text);
}

/** An object or a list as it is; a scalar as its text in a string, for so a load job reads it back. */
const jsonMember = (column: string): string =>
  `CASE WHEN left(${column}, 1) IN ('{', '[') THEN ${column} ELSE gsql_json_of_string(${column}) END`;

/** Members that are NULL are left out. */
async function jsonLines(store: Store, { physical, schema }: StoredTable): Promise<string> {
  const members = schema.fields.map((field) => {
    const column = quoteName(field.name);
    const type = typeOfField(field);
    const value = type.kind === "JSON" ? jsonMember(column) : jsonSql(column, type);
    const text = `${quote(`${jsonString(field.name)}:`)} || ${value}`;
    return `CASE WHEN ${column} IS NULL THEN NULL ELSE ${text} END`;
  });
  const sql = `SELECT '{' || array_to_string(list_filter([${members.join(", ")}], lambda m: m IS NOT NULL), ',') || '}' FROM ${physical} ORDER BY rowid`;
  const rows = await store.engine.query(sql, [STRING]);
  return rows.map(([line]) => `${line as string}\n`).join("");
}

async function csv(
  store: Store,
  { physical, schema }: StoredTable,
  config: ExtractConfig,
): Promise<string> {
  const cells = schema.fields.map((field) => {
    const type = typeOfField(field);
    if (type.kind === "ARRAY" || type.kind === "STRUCT")
      throw invalid(`Operation cannot be performed on a nested schema. Field: ${field.name}`);
    const column = quoteName(field.name);
    const text =
      type.kind === "BYTES"
        ? `to_base64(${column})`
        : type.kind === "JSON"
          ? column
          : castSql(column, type, STRING, false);
    if (text === undefined)
      throw invalid(`Field ${field.name} of type ${type.kind} cannot be written as CSV`);
    return text;
  });
  const rows = await store.engine.query(
    `SELECT ${cells.join(", ")} FROM ${physical} ORDER BY rowid`,
    cells.map(() => STRING),
  );
  const header = config.printHeader === false ? [] : [schema.fields.map((f) => f.name)];
  return stringify([...header, ...rows], { delimiter: config.fieldDelimiter ?? "," });
}
