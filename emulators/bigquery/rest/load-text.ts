import type { Type } from "../analyze/types.ts";
import type { Plain } from "../engine/literal.ts";
import { type TableSchema, typeOfField } from "../store/schema.ts";
import { type ErrorProto, invalid } from "./api-error.ts";
import { type CsvField, parseCsv } from "./csv.ts";
import { readRow } from "./insert-rows.ts";
import { RecordsError } from "./job-store.ts";
import { jsonAsText } from "./json-columns.ts";
import type { SourceFile } from "./object-storage.ts";
import { readScalar } from "./read-json.ts";

export interface TextConfig {
  readonly ignoreUnknownValues?: boolean;
  readonly maxBadRecords?: number | string;
  readonly skipLeadingRows?: number | string;
  readonly fieldDelimiter?: string;
  readonly quote?: string;
  readonly nullMarker?: string;
  readonly allowJaggedRows?: boolean;
  readonly allowQuotedNewlines?: boolean;
  readonly encoding?: string;
}

type Reader = (text: string, schema: TableSchema, config: TextConfig) => Iterable<() => Plain[]>;

/** How many bad records are told one by one. */
const toldRecords = 100;

/** The rows of all files; bad records are left out as long as there are not more than the job allows. */
export function readText(
  files: readonly SourceFile[],
  format: "CSV" | "NEWLINE_DELIMITED_JSON",
  schema: TableSchema,
  config: TextConfig,
): { rows: Plain[][]; bad: ErrorProto[] } {
  const allowed = Number(config.maxBadRecords ?? 0);
  const reader: Reader = format === "CSV" ? csvRows : jsonRows;
  const rows: Plain[][] = [];
  const bad: ErrorProto[] = [];
  for (const { uri, content } of files)
    for (const read of reader(decode(content, config.encoding, uri), schema, config))
      try {
        rows.push(read());
      } catch (error) {
        if (!(error instanceof RecordError)) throw error;
        const message = `Error while reading data, error message: ${error.message}`;
        bad.push({ reason: "invalid", location: uri, message });
      }
  if (bad.length > allowed)
    throw new RecordsError(
      `Error while reading data, error message: ${format === "CSV" ? "CSV" : "JSON"} table encountered too many errors, giving up. Rows: ${rows.length + bad.length}; errors: ${bad.length}. Please look into the errors[] collection for more details.`,
      bad.slice(0, toldRecords),
    );
  return { rows, bad: bad.slice(0, toldRecords) };
}

/** What is wrong with one record. */
class RecordError extends Error {
  override readonly name = "RecordError";
}

function decode(content: Buffer, encoding = "UTF-8", uri = ""): string {
  const label = { "UTF-8": "utf-8", "ISO-8859-1": "latin1" }[encoding.toUpperCase()];
  if (label === undefined)
    throw invalid(`Not supported by the local BigQuery: the encoding ${encoding}`);
  if (label === "latin1") return content.toString("latin1"); // TextDecoder takes that name for another
  try {
    return new TextDecoder(label, { fatal: true }).decode(content);
  } catch {
    throw invalid(`Error while reading data, error message: ${uri} is not valid UTF-8`);
  }
}

function* jsonRows(
  text: string,
  { fields }: TableSchema,
  { ignoreUnknownValues }: TextConfig,
): Iterable<() => Plain[]> {
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    yield () => {
      const row = readRow(
        jsonAsText(parseLine(line, i + 1), fields),
        fields,
        ignoreUnknownValues === true,
      );
      if ("errors" in row)
        throw new RecordError(
          `line ${i + 1}: ${row.errors.map((e) => `${e.message}${e.location === "" ? "" : ` Field: ${e.location}`}`).join("; ")}`,
        );
      return row.values;
    };
  }
}

function parseLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new RecordError(`Failed to parse JSON in line ${number}`, { cause });
  }
}

function* csvRows(text: string, schema: TableSchema, config: TextConfig): Iterable<() => Plain[]> {
  const { fields } = schema;
  const types = fields.map((f) => typeOfField(f));
  for (const [i, type] of types.entries())
    if (type.kind === "ARRAY" || type.kind === "STRUCT")
      throw invalid(
        `Cannot load CSV data with a nested or repeated schema. Field: ${fields[i].name}`,
      );
  const skip = Number(config.skipLeadingRows ?? 0);
  const delimiter = config.fieldDelimiter === "tab" ? "\t" : (config.fieldDelimiter ?? ",");
  const records = parseCsv(text, delimiter, config.quote ?? '"');
  for (const [i, record] of records.slice(skip).entries())
    yield () => csvRow(record, `row ${i + skip + 1}`, schema, types, config);
}

function csvRow(
  record: readonly CsvField[],
  place: string,
  { fields }: TableSchema,
  types: readonly Type[],
  config: TextConfig,
): Plain[] {
  const found = record.length;
  if (found > types.length && config.ignoreUnknownValues !== true)
    throw new RecordError(`${place}: Too many values in row: ${found} for ${types.length} columns`);
  if (found < types.length && config.allowJaggedRows !== true)
    throw new RecordError(`${place}: Too few values in row: ${found} for ${types.length} columns`);
  return types.map((type, k) => {
    const { name, mode } = fields[k];
    const field: CsvField | undefined = record[k];
    if (field?.unclosed === true)
      throw new RecordError(`${place}, column ${name}: Missing close quote character (").`);
    if (field?.quoted && field.text.includes("\n") && config.allowQuotedNewlines !== true)
      throw new RecordError(
        `${place}, column ${name}: a quoted value has a newline, and allowQuotedNewlines is not set`,
      );
    const value = csvValue(field, type, config, `${place}, column ${name}`);
    if (value === null && mode === "REQUIRED")
      throw new RecordError(`${place}: Missing required field: ${name}`);
    return value;
  });
}

/** Empty text is NULL, but for a STRING, where only the marker is when one is set. */
function csvValue(
  field: CsvField | undefined,
  type: Type,
  { nullMarker }: TextConfig,
  place: string,
): Plain {
  if (field === undefined) return null;
  const isMarker = !field.quoted && field.text === (nullMarker ?? "");
  if (isMarker && (type.kind !== "STRING" || nullMarker !== undefined)) return null;
  const value = readScalar(type.kind === "STRING" ? field.text : field.text.trim(), type);
  if (value === undefined)
    throw new RecordError(`${place}: Could not parse '${field.text}' as ${type.kind}`);
  return value;
}
