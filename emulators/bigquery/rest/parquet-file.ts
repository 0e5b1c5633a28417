import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBDataChunk, DuckDBInstance } from "@duckdb/node-api";
import { duckType, type Type } from "../analyze/types.ts";
import { interruptible } from "../engine/interrupt.ts";
import { type Plain, quote, quoteName } from "../engine/literal.ts";
import { nodeType, reader, writer } from "../engine/plain.ts";
import { type FieldSchema, fieldOfType, type TableSchema, typeOfField } from "../store/schema.ts";
import { invalid } from "./api-error.ts";
import {
  convertColumn,
  type ParquetOptions,
  schemaTree,
  type SchemaElement,
} from "./parquet-schema.ts";

/**
 * Runs `work` on a DuckDB of its own that reaches the files of one new folder and nothing else:
 * the one that answers queries has no way to any file.
 */
async function withFolder<T>(
  work: (connection: DuckDBConnection, file: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "bigquery-parquet-"));
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    threads: "1",
  });
  const connection = await instance.connect();
  try {
    for (const setting of [
      "TimeZone = 'UTC'",
      `allowed_directories = [${quote(folder)}]`,
      "enable_external_access = false",
      "lock_configuration = true",
    ])
      await connection.run(`SET ${setting}`);
    return await interruptible(connection, () => work(connection, join(folder, "data.parquet")));
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}

export interface ParquetRows {
  readonly schema: TableSchema;
  readonly rows: Plain[][];
}

/** The rows of a Parquet file, and the columns it says it has. `wanted` are those of the table to load into. */
export function readParquet(
  content: Buffer,
  options: ParquetOptions,
  wanted: readonly FieldSchema[],
): Promise<ParquetRows> {
  return withFolder(async (connection, file) => {
    await writeFile(file, content);
    const elements = await schemaElements(connection, file);
    const columns = schemaTree(elements).map((node) => {
      const known = wanted.find((f) => f.name.toUpperCase() === node.name.toUpperCase());
      const column = convertColumn(node, options, known && typeOfField(known));
      return { name: node.name, ...column };
    });
    const list = columns.map(
      ({ name, type, convert }) => `CAST(${convert(`f.${quoteName(name)}`)} AS ${duckType(type)})`,
    );
    const sql = `SELECT ${list.join(", ")} FROM read_parquet(${quote(file)}, binary_as_string = false) AS f`;
    const result = await connection.stream(sql).catch(unreadable);
    const readers = columns.map(({ type }) => reader(type));
    const rows: Plain[][] = [];
    for (;;) {
      const chunk = await result.fetchChunk().catch(unreadable);
      if (chunk === null || chunk.rowCount === 0) break;
      const vectors = columns.map((_, i) => chunk.getColumnVector(i));
      for (let row = 0; row < chunk.rowCount; row += 1)
        rows.push(vectors.map((vector, i) => readers[i](vector.getItem(row))));
    }
    const fields = columns.map(({ name, type, required }) =>
      fieldOfType(name, type, required ? "REQUIRED" : "NULLABLE"),
    );
    return { schema: { fields }, rows };
  });
}

const text = (value: unknown) => (typeof value === "string" ? value : null);

async function schemaElements(
  connection: DuckDBConnection,
  file: string,
): Promise<SchemaElement[]> {
  const result = await connection
    .runAndReadAll(
      `SELECT name, type, repetition_type, coalesce(num_children, 0), converted_type, logical_type, coalesce(scale, 0), coalesce(precision, 0) FROM parquet_schema(${quote(file)})`,
    )
    .catch(unreadable);
  return result.getRows().map((row): SchemaElement => {
    const [name, type, repetition, children, converted, logical, scale, precision] = row;
    return {
      name: text(name) ?? "",
      type: Number(children) > 0 ? null : text(type),
      repetition: text(repetition),
      children: Number(children),
      converted: text(converted),
      logical: text(logical),
      scale: Number(scale),
      precision: Number(precision),
    };
  });
}

function unreadable(cause: unknown): never {
  const detail = cause instanceof Error ? (cause.message.split("\n", 1)[0] ?? "") : "";
  throw invalid(
    `Error while reading data, error message: Failed to read Parquet data: ${detail.replaceAll(/["'][^"']*data\.parquet["']/g, "the file")}`,
  );
}

/** DuckDB's vectors hold so many values. */
const chunkRows = 2048;

/** A Parquet file of these rows; `codec` is DuckDB's name of the compression. */
export function writeParquet(
  fields: readonly FieldSchema[],
  rows: readonly (readonly Plain[])[],
  codec: string,
): Promise<Buffer> {
  const types = fields.map((f) => typeOfField(f));
  for (const [i, type] of types.entries())
    if (/"kind":"(?:BIGNUMERIC|RANGE|INTERVAL)"/.test(JSON.stringify(type)))
      throw invalid(`Field ${fields[i].name} has a type that cannot be written as Parquet here`);
  return withFolder(async (connection, file) => {
    const columns = types.map((type, i) => `c${i} ${duckType(type)}`);
    await connection.run(`CREATE TABLE t (${columns.join(", ")})`);
    const appender = await connection.createAppender("t");
    const writers = types.map((type) => writer(type));
    for (let from = 0; from < rows.length; from += chunkRows) {
      const part = rows.slice(from, from + chunkRows);
      const chunk = DuckDBDataChunk.create(
        types.map((type) => nodeType(type)),
        part.length,
      );
      chunk.setColumns(writers.map((write, i) => part.map((row) => write(row[i] ?? null))));
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
    const list = fields.map((f, i) => `${named(`c${i}`, types[i])} AS ${quoteName(f.name)}`);
    await connection.run(
      `COPY (SELECT ${list.join(", ")} FROM t) TO ${quote(file)} (FORMAT parquet, COMPRESSION ${codec})`,
    );
    return readFile(file);
  });
}

/** The value with its struct fields under their own names, and instants as instants. */
function named(x: string, type: Type): string {
  if (type.kind === "TIMESTAMP") return `CAST(${x} AS TIMESTAMPTZ)`;
  if (type.kind === "ARRAY") return `list_transform(${x}, lambda e: ${named("e", type.element)})`;
  if (type.kind !== "STRUCT") return x;
  const parts = type.fields.map(
    (f, i) => `${quoteName(f.name ?? `_field_${i + 1}`)} := ${named(`${x}._${i + 1}`, f.type)}`,
  );
  return `CASE WHEN ${x} IS NULL THEN NULL ELSE struct_pack(${parts.join(", ")}) END`;
}
