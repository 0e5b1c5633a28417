import type { DuckDBAppender, DuckDBConnection, DuckDBResult } from "@duckdb/node-api";
import { duckType, type Type } from "../analyze/types.ts";
import type { Plain } from "./literal.ts";

type Query = (sql: string, types: readonly Type[]) => Promise<Plain[][]>;

/** The database in which results are kept, compressed and never in a file of the warehouse. */
export const resultsDatabase = "results";

/** A large result: its rows are in DuckDB and come out page by page. */
export class KeptRows {
  readonly length: number;
  private readonly table: string;
  private readonly types: readonly Type[];
  private readonly query: Query;

  constructor(table: string, length: number, types: readonly Type[], query: Query) {
    this.table = table;
    this.length = length;
    this.types = types;
    this.query = query;
  }

  /** So many rows from there, fewer at the end. */
  page(start: number, count: number): Promise<Plain[][]> {
    const range = `rowid >= ${start} AND rowid < ${start + count}`;
    return this.query(`SELECT * FROM ${this.table} WHERE ${range} ORDER BY rowid`, this.types);
  }

  /** Whether an array of this column has a NULL in it, in structs too. */
  async hasNullElement(column: number): Promise<boolean> {
    const filter = nullElementIn(`c${column}`, this.types[column], 0);
    const sql = `SELECT count(*) FROM (SELECT 1 FROM ${this.table} WHERE ${filter} LIMIT 1)`;
    const [row] = await this.query(sql, [{ kind: "INT64" }]);
    return row?.[0] === 1n;
  }

  async release(): Promise<void> {
    await this.query(`DROP TABLE ${this.table}`, []);
  }
}

/** SQL that is TRUE when an array in the value has a NULL in it. */
function nullElementIn(sql: string, type: Type, depth: number): string {
  if (type.kind === "ARRAY") {
    const e = `e${depth}`;
    const inside = `${e} IS NULL OR ${nullElementIn(e, type.element, depth + 1)}`;
    return `(len(list_filter(${sql}, lambda ${e}: ${inside})) > 0)`;
  }
  if (type.kind !== "STRUCT") return "FALSE";
  const parts = type.fields.map((f, i) =>
    nullElementIn(`struct_extract(${sql}, '_${i + 1}')`, f.type, depth),
  );
  return `(${["FALSE", ...parts].join(" OR ")})`;
}

let sequence = 0;

/**
 * Runs a query into a table of its own: whole in DuckDB, for chunks that pass through here are freed late; or chunk by
 * chunk where the query is seen by another connection than the one that can keep its rows.
 */
export async function keepRows(
  reader: DuckDBConnection,
  keeper: DuckDBConnection,
  sql: string,
  types: readonly Type[],
): Promise<{ table: string; length: number }> {
  sequence += 1;
  const name = `result_${sequence}`;
  const table = `${resultsDatabase}.${name}`;
  if (reader === keeper) {
    const names = types.map((_, i) => `c${i}`).join(", ");
    await keeper.run(`CREATE TABLE ${table} AS SELECT * FROM (${sql}) AS r(${names})`);
  } else {
    const columns = types.map((type, i) => `c${i} ${duckType(type)}`).join(", ");
    await keeper.run(`CREATE TABLE ${table} (${columns})`);
    try {
      const appender = await keeper.createAppender(name, "main", resultsDatabase);
      await copyChunks(await reader.stream(sql), appender);
    } catch (error) {
      await keeper.run(`DROP TABLE ${table}`);
      throw error;
    }
  }
  const counted = await keeper.runAndReadAll(`SELECT count(*) FROM ${table}`);
  return { table, length: Number(counted.value(0, 0)) };
}

async function copyChunks(from: DuckDBResult, to: DuckDBAppender): Promise<void> {
  try {
    for (;;) {
      const chunk = await from.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      to.appendDataChunk(chunk);
    }
  } finally {
    to.closeSync();
  }
}
