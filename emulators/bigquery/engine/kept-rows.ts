import type { DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import type { Type } from "../analyze/types.ts";
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

  /** Whether an array of this column has a NULL in it. */
  async hasNullElement(column: number): Promise<boolean> {
    const filter = `len(list_filter(c${column}, lambda e: e IS NULL)) > 0`;
    const sql = `SELECT count(*) FROM (SELECT 1 FROM ${this.table} WHERE ${filter} LIMIT 1)`;
    const [row] = await this.query(sql, [{ kind: "INT64" }]);
    return row?.[0] === 1n;
  }

  async release(): Promise<void> {
    await this.query(`DROP TABLE ${this.table}`, []);
  }
}

let sequence = 0;

/** Keeps chunks of the result of `sql`, and gives the table and the number of its rows. */
export async function keepRows(
  connection: DuckDBConnection,
  sql: string,
  columns: number,
  chunks: AsyncIterable<DuckDBDataChunk>,
): Promise<{ table: string; length: number }> {
  sequence += 1;
  const name = `result_${sequence}`;
  const table = `${resultsDatabase}.${name}`;
  const names = Array.from({ length: columns }, (_, i) => `c${i}`).join(", ");
  await connection.run(`CREATE TABLE ${table} AS SELECT * FROM (${sql}) AS r(${names}) LIMIT 0`);
  let length = 0;
  try {
    const appender = await connection.createAppender(name, "main", resultsDatabase);
    for await (const chunk of chunks) {
      appender.appendDataChunk(chunk);
      length += chunk.rowCount;
    }
    appender.closeSync();
  } catch (error) {
    await connection.run(`DROP TABLE ${table}`);
    throw error;
  }
  return { table, length };
}
