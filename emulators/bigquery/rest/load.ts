import type { Type } from "../analyze/types.ts";
import type { Plain } from "../engine/literal.ts";
import type { Outcome } from "../run/outcome.ts";
import { checkSchema, type TableSchema, typeOfField } from "../store/schema.ts";
import type { Store, StoredTable } from "../store/store.ts";
import { ApiError, duplicate, invalid } from "./api-error.ts";
import { parseCsv } from "./csv.ts";
import { readRow } from "./insert-rows.ts";
import { readScalar } from "./read-json.ts";
import type { ObjectStorage } from "./object-storage.ts";
import { append } from "./tabledata.ts";

interface LoadConfig {
  readonly destinationTable?: { readonly datasetId?: string; readonly tableId?: string };
  readonly schema?: TableSchema;
  readonly sourceFormat?: string;
  readonly sourceUris?: readonly string[];
  readonly createDisposition?: string;
  readonly writeDisposition?: string;
  readonly ignoreUnknownValues?: boolean;
  readonly maxBadRecords?: number;
  readonly skipLeadingRows?: number | string;
  readonly fieldDelimiter?: string;
  readonly quote?: string;
  readonly nullMarker?: string;
  readonly allowJaggedRows?: boolean;
  readonly autodetect?: boolean;
}

/** A load job: rows of JSON lines or CSV, from the request or from objects, all of them or none. */
export async function load(
  store: Store,
  config: LoadConfig,
  media: Buffer | undefined,
  storage: ObjectStorage | undefined,
): Promise<Outcome> {
  const { datasetId, tableId } = config.destinationTable ?? {};
  if (datasetId === undefined || tableId === undefined)
    throw invalid("Required parameter is missing: destinationTable");
  const texts =
    media === undefined
      ? await readObjects(config.sourceUris ?? [], storage)
      : [media.toString("utf8")];
  const existing = store.dataset(datasetId).tables.get(tableId);
  const schema = config.schema === undefined ? existing?.schema : checkSchema(config.schema);
  if (schema === undefined) throw invalid("No schema specified on job or table.");
  const disposition = config.writeDisposition ?? "WRITE_APPEND";
  if (existing?.view !== undefined) throw invalid("Cannot load into a view");
  if (
    disposition === "WRITE_EMPTY" &&
    existing !== undefined &&
    (await rowCount(store, existing)) > 0n
  )
    throw duplicate("Table", `${store.projectId}:${datasetId}.${tableId}`);
  const rows = texts.flatMap((text) => readRows(text, schema, config));
  let table = existing;
  if (table !== undefined && disposition === "WRITE_TRUNCATE" && config.schema !== undefined) {
    await store.deleteTable(datasetId, tableId);
    table = await store.createTable(datasetId, tableId, schema, existing?.resource ?? {});
  } else if (table !== undefined && disposition === "WRITE_TRUNCATE")
    await store.engine.execute(`DELETE FROM ${table.physical}`);
  if (table === undefined) {
    if (config.createDisposition === "CREATE_NEVER")
      throw new ApiError(
        404,
        "notFound",
        `Not found: Table ${store.projectId}:${datasetId}.${tableId}`,
      );
    table = await store.createTable(datasetId, tableId, schema, {});
  }
  await append(store, table, rows);
  return {
    statementType: "LOAD",
    affected: { inserted: rows.length },
    referenced: [],
    target: { dataset: datasetId, table: tableId },
  };
}

async function rowCount(store: Store, { physical }: StoredTable): Promise<bigint> {
  const [row] = await store.engine.query(`SELECT count(*) FROM ${physical}`, [{ kind: "INT64" }]);
  return row?.[0] as bigint;
}

async function readObjects(
  uris: readonly string[],
  storage: ObjectStorage | undefined,
): Promise<string[]> {
  if (uris.length === 0) throw invalid("Load configuration must specify at least one source URI");
  if (storage === undefined)
    throw invalid("No local Cloud Storage is known: start the emulator with storageUrl");
  return (await Promise.all(uris.map((uri) => storage.read(uri)))).flat();
}

function readRows(text: string, schema: TableSchema, config: LoadConfig): Plain[][] {
  const format = (config.sourceFormat ?? "CSV").toUpperCase();
  if (format === "NEWLINE_DELIMITED_JSON") return readJsonLines(text, schema, config);
  if (format === "CSV") return readCsvRows(text, schema, config);
  throw new ApiError(
    501,
    "notImplemented",
    `Not supported by the local BigQuery: loading ${format}`,
  );
}

/** Bad rows are left out as long as there are not more than allowed. */
function collect<T>(
  items: readonly T[],
  config: LoadConfig,
  read: (item: T, index: number) => Plain[],
): Plain[][] {
  const errors: string[] = [];
  const rows = items.flatMap((item, i): Plain[][] => {
    try {
      return [read(item, i)];
    } catch (error) {
      errors.push(error instanceof Error ? error.message : "");
      return [];
    }
  });
  if (errors.length > (config.maxBadRecords ?? 0))
    throw invalid(
      `Error while reading data, error message: ${errors[0]}; too many errors encountered: ${errors.length}`,
    );
  return rows;
}

function readJsonLines(text: string, schema: TableSchema, config: LoadConfig): Plain[][] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return collect(lines, config, (line, i) => {
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch (cause) {
      throw new Error(`Failed to parse JSON in line ${i + 1}`, { cause });
    }
    const read = readRow(json, schema.fields, config.ignoreUnknownValues === true);
    if ("errors" in read)
      throw new Error(`line ${i + 1}: ${read.errors.map((e) => e.message).join("; ")}`);
    return read.values;
  });
}

function readCsvRows(text: string, schema: TableSchema, config: LoadConfig): Plain[][] {
  const types = schema.fields.map((f) => typeOfField(f));
  const skip = Number(config.skipLeadingRows ?? 0);
  const all = parseCsv(text, config.fieldDelimiter ?? ",", config.quote ?? '"').slice(skip);
  return collect(all, config, (fields, i) => {
    const place = `row ${i + skip + 1}`;
    if (fields.length > types.length && config.ignoreUnknownValues !== true)
      throw new Error(`${place}: too many columns (${fields.length} for ${types.length})`);
    if (fields.length < types.length && config.allowJaggedRows !== true)
      throw new Error(`${place}: too few columns (${fields.length} for ${types.length})`);
    return types.map((type, k) => {
      const field = fields[k];
      const { name, mode } = schema.fields[k];
      const isNull =
        field === undefined || (!field.quoted && field.text === (config.nullMarker ?? ""));
      if (isNull && mode === "REQUIRED" && type.kind !== "STRING")
        throw new Error(`${place}: Missing required field: ${name}`);
      if (
        field === undefined ||
        (isNull && (type.kind !== "STRING" || config.nullMarker !== undefined))
      )
        return null;
      return csvValue(field.text, type, `${place}, column ${name}`);
    });
  });
}

function csvValue(text: string, type: Type, place: string): Plain {
  const value =
    type.kind === "ARRAY" || type.kind === "STRUCT"
      ? undefined
      : readScalar(type.kind === "STRING" ? text : text.trim(), type);
  if (value === undefined) throw new Error(`${place}: Could not parse '${text}' as ${type.kind}`);
  return value;
}
