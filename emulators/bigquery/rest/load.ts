import { gunzipSync } from "node:zlib";
import type { Plain } from "../engine/literal.ts";
import { checkSchema, type FieldSchema, type TableSchema } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { ApiError, invalid } from "./api-error.ts";
import { hasContent } from "./router.ts";
import { type Destination, placeOf, writeTable } from "./destination.ts";
import type { JobOutcome } from "./job-store.ts";
import { readText, type TextConfig } from "./load-text.ts";
import type { ObjectStorage, SourceFile } from "./object-storage.ts";
import { readParquet } from "./parquet-file.ts";

interface LoadConfig extends Destination, TextConfig {
  readonly schema?: TableSchema;
  readonly sourceFormat?: string;
  readonly sourceUris?: readonly string[];
  readonly autodetect?: boolean;
  readonly parquetOptions?: {
    readonly enableListInference?: boolean;
    readonly enumAsString?: boolean;
    readonly mapTargetType?: string;
  };
  readonly decimalTargetTypes?: readonly string[];
  readonly [other: string]: unknown;
}

/** Options that change what is loaded and are not here: refused instead of passed over. */
const refused = [
  "hivePartitioningOptions",
  "jsonExtension",
  "projectionFields",
  "referenceFileSchemaUri",
  "timeZone",
  "dateFormat",
  "datetimeFormat",
  "timeFormat",
  "timestampFormat",
  "nullMarkers",
  "sourceColumnMatch",
  "columnNameCharacterMap",
];

/**
 * A load job: rows of JSON lines, CSV or Parquet, from the request or from objects, all of them or none.
 * Text may be compressed with gzip. Schema detection is refused for text: only Parquet says its types.
 */
export async function load(
  store: Store,
  config: LoadConfig,
  media: Buffer | undefined,
  storage: ObjectStorage | undefined,
): Promise<JobOutcome> {
  const place = placeOf(store, config);
  for (const name of refused)
    if (hasContent(config[name]))
      throw new ApiError(501, "notImplemented", `Not supported by the local BigQuery: ${name}`);
  const files =
    media === undefined
      ? await readObjects(config.sourceUris ?? [], storage)
      : [{ uri: "the uploaded file", content: media }];
  const existing = store.dataset(place.datasetId).tables.get(place.tableId);
  if (existing?.view !== undefined) throw invalid("Cannot load into a view");
  const known = config.schema === undefined ? existing?.schema : checkSchema(config.schema);
  const { schema, rows, bad } = await readFiles(files, known, config);
  await writeTable(store, config, schema, rows, "WRITE_APPEND");
  return {
    statementType: "LOAD",
    affected: { inserted: rows.length },
    referenced: [],
    target: { dataset: place.datasetId, table: place.tableId },
    transferred: {
      files: files.length,
      bytes: files.reduce((sum, { content }) => sum + content.length, 0),
      badRecords: bad.length,
    },
    warnings: bad,
  };
}

async function readObjects(
  uris: readonly string[],
  storage: ObjectStorage | undefined,
): Promise<SourceFile[]> {
  if (uris.length === 0) throw invalid("Load configuration must specify at least one source URI");
  if (storage === undefined)
    throw invalid("No local Cloud Storage is known: start the emulator with storageUrl");
  return (await Promise.all(uris.map((uri) => storage.read(uri)))).flat();
}

interface Loaded {
  readonly schema: TableSchema;
  readonly rows: readonly (readonly Plain[])[];
  readonly bad: NonNullable<JobOutcome["warnings"]>;
}

async function readFiles(
  files: readonly SourceFile[],
  known: TableSchema | undefined,
  config: LoadConfig,
): Promise<Loaded> {
  const format = (config.sourceFormat ?? "CSV").toUpperCase();
  if (format === "PARQUET") return readParquetFiles(files, known, config);
  if (format !== "CSV" && format !== "NEWLINE_DELIMITED_JSON")
    throw new ApiError(
      501,
      "notImplemented",
      `Not supported by the local BigQuery: loading ${format}`,
    );
  if (config.autodetect === true && config.schema === undefined)
    throw new ApiError(
      501,
      "notImplemented",
      `Not supported by the local BigQuery: detecting the schema of ${format}; name the columns and their types in schema`,
    );
  if (known === undefined || known.fields.length === 0)
    throw invalid("No schema specified on job or table.");
  const texts = files.map((file) => ({ ...file, content: decompress(file) }));
  return { schema: known, ...readText(texts, format, known, config) };
}

/** What a compressed file may hold. */
const longestFile = 1024 * 1024 * 1024;
const gzipMagic = Buffer.from([0x1f, 0x8b]);

function decompress({ uri, content }: SourceFile): Buffer {
  if (!content.subarray(0, 2).equals(gzipMagic)) return content;
  try {
    return gunzipSync(content, { maxOutputLength: longestFile });
  } catch (cause) {
    throw invalid(
      `Error while reading data, error message: ${uri} is not valid gzip: ${cause instanceof Error ? cause.message : ""}`,
    );
  }
}

/** All files have the columns of the last one by name, which gives the schema. */
async function readParquetFiles(
  files: readonly SourceFile[],
  known: TableSchema | undefined,
  config: LoadConfig,
): Promise<Loaded> {
  if (config.parquetOptions?.mapTargetType !== undefined)
    throw new ApiError(501, "notImplemented", "Not supported by the local BigQuery: mapTargetType");
  const options = {
    ...config.parquetOptions,
    decimals: config.decimalTargetTypes ?? ["NUMERIC"],
  };
  const read = await Promise.all(
    files.map(({ content }) => readParquet(content, options, known?.fields ?? [])),
  );
  const last = read.at(-1)?.schema ?? { fields: [] };
  const shape = JSON.stringify(last);
  for (const [i, { schema }] of read.entries())
    if (JSON.stringify(schema) !== shape)
      throw invalid(
        `Error while reading data, error message: ${files[i].uri} has other columns than the last file`,
      );
  return {
    schema: { fields: last.fields.map((field) => described(field, config.schema)) },
    rows: read.flatMap(({ rows }) => rows),
    bad: [],
  };
}

/** The file's column with what the job's own schema says of it beside its type. */
function described(field: FieldSchema, schema: TableSchema | undefined): FieldSchema {
  if (schema === undefined) return field;
  const given = schema.fields.find((f) => f.name.toUpperCase() === field.name.toUpperCase());
  if (given === undefined)
    throw invalid(`Provided Schema does not match the file. It has no field ${field.name}`);
  const { description } = given;
  return { ...field, ...(description === undefined ? {} : { description }) };
}
