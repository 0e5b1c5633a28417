import type { DuckDBConnection } from "@duckdb/node-api";
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

/** Runs a query into a table of its own, whole in DuckDB: chunks that pass through here are freed late. */
export async function keepRows(
  connection: DuckDBConnection,
  sql: string,
  columns: number,
): Promise<{ table: string; length: number }> {
  sequence += 1;
  const table = `${resultsDatabase}.result_${sequence}`;
  const names = Array.from({ length: columns }, (_, i) => `c${i}`).join(", ");
  await connection.run(`CREATE TABLE ${table} AS SELECT * FROM (${sql}) AS r(${names})`);
  const counted = await connection.runAndReadAll(`SELECT count(*) FROM ${table}`);
  return { table, length: Number(counted.value(0, 0)) };
}
