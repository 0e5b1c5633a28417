import { type DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import { nodeType, writer } from "../engine/plain.ts";
import { quoteName, type Plain } from "../engine/literal.ts";
import { writeInsertIds } from "../store/saved.ts";
import { typeOfField } from "../store/schema.ts";
import type { Store, StoredTable } from "../store/store.ts";
import { ApiError, invalid } from "./api-error.ts";
import { row, type TimestampFormat } from "./cells.ts";
import { readRow, type RowError } from "./insert-rows.ts";
import { etagOf } from "./resource.ts";
import { type Call, record, type Routes } from "./router.ts";

/** Quotas, "Streaming inserts": rows and bytes of one request. */
const mostRows = 50_000;
const mostBytes = 10 * 1024 * 1024;

async function insertAll({ store, path, body, raw }: Call): Promise<unknown> {
  const table = store.table(path["dataset"] ?? "", path["table"] ?? "");
  if (table.physical === undefined) throw invalid(`Cannot add rows to a view`);
  const rows = body["rows"];
  if (!Array.isArray(rows) || rows.length === 0) throw invalid("No rows present in the request.");
  if (raw.length > mostBytes)
    throw new ApiError(
      413,
      "invalid",
      `Request payload size exceeds the limit: ${mostBytes} bytes.`,
    );
  if (rows.length > mostRows)
    throw invalid(
      `too many rows present in the request, limit: ${mostRows} row count: ${rows.length}.`,
    );
  const { fields } = table.schema;
  if (fields.length === 0) throw invalid("The destination table has no schema.");
  const insertErrors: { index: number; errors: RowError[] }[] = [];
  const good: { index: number; values: Plain[]; insertId: string | undefined }[] = [];
  for (const [index, item] of rows.entries()) {
    const { json, insertId } = record(item);
    const read = readRow(json, fields, body["ignoreUnknownValues"] === true);
    if ("errors" in read) insertErrors.push({ index, errors: read.errors });
    else
      good.push({
        index,
        values: read.values,
        insertId: typeof insertId === "string" && insertId !== "" ? insertId : undefined,
      });
  }
  const skip = body["skipInvalidRows"] === true;
  if (insertErrors.length > 0 && !skip) {
    for (const { index } of good)
      insertErrors.push({
        index,
        errors: [{ reason: "stopped", location: "", debugInfo: "", message: "" }],
      });
    insertErrors.sort((a, b) => a.index - b.index);
  } else {
    await append(
      store,
      table,
      good.map(({ values }) => values),
      good.map(({ insertId }) => insertId),
    );
  }
  return {
    kind: "bigquery#tableDataInsertAllResponse",
    ...(insertErrors.length > 0 ? { insertErrors } : {}),
  };
}

/** DuckDB's vectors hold so many values. */
const chunkRows = 2048;

/** Adds all rows or none. A row whose insertId was stored a short time ago is left out. */
export async function append(
  store: Store,
  table: StoredTable,
  rows: readonly (readonly Plain[])[],
  insertIds: readonly (string | undefined)[] = [],
): Promise<void> {
  if (rows.length === 0 || table.physical === undefined) return;
  const { physical } = table;
  const noted: string[] = [];
  const isNew = (id: string | undefined) => {
    if (id === undefined) return true;
    if (!store.insertIds.add(physical, id)) return false;
    noted.push(id);
    return true;
  };
  await store.engine.transaction(
    async (connection) => {
      const fresh = rows.filter((_, i) => isNew(insertIds[i]));
      await appendRows(connection, table, physical, fresh);
      if (store.durable) await writeInsertIds(connection, physical, noted);
    },
    () => {
      for (const id of noted) store.insertIds.delete(physical, id);
    },
  );
  table.modified = Math.max(Date.now(), table.modified);
}

async function appendRows(
  connection: DuckDBConnection,
  table: StoredTable,
  physical: string,
  rows: readonly (readonly Plain[])[],
): Promise<void> {
  if (rows.length === 0) return;
  const types = table.schema.fields.map((f) => typeOfField(f));
  const writers = types.map((type) => writer(type));
  const nodeTypes = types.map((type) => nodeType(type));
  const appender = await connection.createAppender(physical);
  for (let from = 0; from < rows.length; from += chunkRows) {
    const part = rows.slice(from, from + chunkRows);
    const chunk = DuckDBDataChunk.create(nodeTypes, part.length);
    chunk.setColumns(writers.map((write, i) => part.map((values) => write(values[i] ?? null))));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

export function timestampFormat(query: { get(name: string): string | null }): TimestampFormat {
  const output = query.get("formatOptions.timestampOutputFormat");
  if (output === "ISO8601_STRING") return "iso";
  if (output === "INT64") return "int64";
  return query.get("formatOptions.useInt64Timestamp") === "true" ? "int64" : "float";
}

async function list({ store, path, query }: Call): Promise<unknown> {
  const table = store.table(path["dataset"] ?? "", path["table"] ?? "");
  if (table.physical === undefined) throw invalid("Cannot list a table of type VIEW.");
  const selected = query
    .get("selectedFields")
    ?.split(",")
    .map((name) => name.trim().toLowerCase());
  const fields = table.schema.fields.filter(
    (f) => selected?.includes(f.name.toLowerCase()) ?? true,
  );
  const types = fields.map((f) => typeOfField(f));
  const start = Number(query.get("pageToken") ?? query.get("startIndex") ?? 0);
  const size = Number(query.get("maxResults") ?? 50_000);
  if (!Number.isInteger(start) || start < 0 || !Number.isInteger(size) || size < 0)
    throw invalid("Invalid page of tabledata.list");
  const total = (
    await store.engine.query(`SELECT count(*) FROM ${table.physical}`, [{ kind: "INT64" }])
  )[0]?.[0] as bigint;
  const columns = fields.map((f) => quoteName(f.name)).join(", ");
  const rows =
    fields.length === 0
      ? []
      : await store.engine.query(
          `SELECT ${columns} FROM ${table.physical} ORDER BY rowid LIMIT ${size} OFFSET ${start}`,
          types,
        );
  const end = start + rows.length;
  const format = timestampFormat(query);
  return {
    kind: "bigquery#tableDataList",
    etag: etagOf(table.modified, table.id),
    totalRows: String(total),
    ...(rows.length > 0 ? { rows: rows.map((values) => row(values, types, format)) } : {}),
    ...(BigInt(end) < total && rows.length > 0 ? { pageToken: String(end) } : {}),
  };
}

const one = "/projects/:project/datasets/:dataset/tables/:table";

export const tabledataRoutes: Routes = {
  [`POST ${one}/insertAll`]: insertAll,
  [`GET ${one}/data`]: list,
};
