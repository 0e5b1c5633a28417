import { stringify } from "csv-stringify/sync";
import { jsonSql } from "../analyze/any-value.ts";
import { STRING } from "../analyze/types.ts";
import { castSql } from "../analyze/cast.ts";
import { quote, quoteName } from "../engine/literal.ts";
import { jsonString } from "../functions/json-text.ts";
import type { Outcome } from "../run/outcome.ts";
import { typeOfField } from "../store/schema.ts";
import type { Store, StoredTable } from "../store/store.ts";
import { ApiError, invalid } from "./api-error.ts";
import type { ObjectStorage } from "./object-storage.ts";

interface ExtractConfig {
  readonly sourceTable?: { readonly datasetId?: string; readonly tableId?: string };
  readonly destinationUris?: readonly string[];
  readonly destinationFormat?: string;
  readonly printHeader?: boolean;
  readonly fieldDelimiter?: string;
  readonly compression?: string;
}

/** An extract job: a table's rows into one object, as JSON lines or CSV. */
export async function extract(
  store: Store,
  config: ExtractConfig,
  storage: ObjectStorage | undefined,
): Promise<Outcome> {
  const { datasetId, tableId } = config.sourceTable ?? {};
  const [uri] = config.destinationUris ?? [];
  if (datasetId === undefined || tableId === undefined)
    throw invalid("Required parameter is missing: sourceTable");
  if (uri === undefined) throw invalid("Extract configuration must specify a destination URI");
  if (storage === undefined)
    throw invalid("No local Cloud Storage is known: start the emulator with storageUrl");
  if ((config.compression ?? "NONE") !== "NONE")
    throw new ApiError(
      501,
      "notImplemented",
      "Not supported by the local BigQuery: compressed extracts",
    );
  const table = store.table(datasetId, tableId);
  const format = (config.destinationFormat ?? "CSV").toUpperCase();
  const target = uri.replace("*", "000000000000");
  if (format === "NEWLINE_DELIMITED_JSON")
    await storage.write(target, await jsonLines(store, table), "application/json");
  else if (format === "CSV")
    await storage.write(target, await csv(store, table, config), "text/csv");
  else
    throw new ApiError(
      501,
      "notImplemented",
      `Not supported by the local BigQuery: extracting ${format}`,
    );
  return { statementType: "EXTRACT", referenced: [`${store.projectId}:${datasetId}.${tableId}`] };
}

/** Members that are NULL are left out. */
async function jsonLines(store: Store, { physical, schema }: StoredTable): Promise<string> {
  const members = schema.fields.map((field) => {
    const column = quoteName(field.name);
    const text = `${quote(`${jsonString(field.name)}:`)} || ${jsonSql(column, typeOfField(field))}`;
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
