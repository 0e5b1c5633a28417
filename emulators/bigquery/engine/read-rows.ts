import type { DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import type { Type } from "../analyze/types.ts";
import { SqlError } from "../sql/error.ts";
import type { Plain } from "./literal.ts";
import { reader } from "./plain.ts";

/** So many values are at most held as values of JavaScript. */
const cellLimit = 20_000_000;

/** A result with more values is better kept in DuckDB. */
export const keptAbove = 400_000;

/** The rows of a query; undefined when they have more values than `most`. */
export async function readRows(
  connection: DuckDBConnection,
  sql: string,
  types: readonly Type[],
  most?: number,
): Promise<Plain[][] | undefined> {
  const result = await connection.stream(sql);
  if (result.columnCount !== types.length && types.length > 0)
    throw new SqlError(`internal: ${result.columnCount} columns for ${types.length} types`);
  const chunks: DuckDBDataChunk[] = [];
  let cells = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return toRows(chunks, types);
    chunks.push(chunk);
    cells += chunk.rowCount * types.length;
    if (most !== undefined && cells > most) return undefined;
    if (cells > cellLimit)
      throw new SqlError(
        "Response too large to return. Consider specifying a destination table in your job configuration.",
        undefined,
        "responseTooLarge",
      );
  }
}

function toRows(chunks: readonly DuckDBDataChunk[], types: readonly Type[]): Plain[][] {
  const readers = types.map((type) => reader(type));
  const rows: Plain[][] = [];
  for (const chunk of chunks) {
    const columns = types.map((_, i) => chunk.getColumnVector(i));
    for (let row = 0; row < chunk.rowCount; row += 1)
      rows.push(columns.map((column, i) => readers[i](column.getItem(row))));
  }
  return rows;
}
