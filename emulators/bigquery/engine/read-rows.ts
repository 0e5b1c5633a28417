import type { DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import type { Type } from "../analyze/types.ts";
import { SqlError } from "../sql/error.ts";
import type { Plain } from "./literal.ts";
import { reader } from "./plain.ts";

/** Where the rows of a result are that is too large for memory. */
export type Keep = (chunks: AsyncIterable<DuckDBDataChunk>) => Promise<void>;

/** So many values are at most held as values of JavaScript. */
const cellLimit = 20_000_000;
const keptAbove = 400_000;

/** The rows of a query. With `keep`, a larger result goes there, and the rows are undefined. */
export async function readRows(
  connection: DuckDBConnection,
  sql: string,
  types: readonly Type[],
  keep?: Keep,
): Promise<Plain[][] | undefined> {
  const result = await connection.stream(sql);
  if (result.columnCount !== types.length && types.length > 0)
    throw new SqlError(`internal: ${result.columnCount} columns for ${types.length} types`);
  const next = async () => {
    const chunk = await result.fetchChunk();
    return chunk === null || chunk.rowCount === 0 ? undefined : chunk;
  };
  const limit = keep === undefined ? cellLimit : keptAbove;
  const held: DuckDBDataChunk[] = [];
  let cells = 0;
  for (let chunk = await next(); chunk !== undefined; chunk = await next()) {
    held.push(chunk);
    cells += chunk.rowCount * types.length;
    if (cells <= limit) continue;
    if (keep === undefined)
      throw new SqlError(
        "Response too large to return. Consider specifying a destination table in your job configuration.",
        undefined,
        "responseTooLarge",
      );
    await keep(rest(held, next));
    return undefined;
  }
  return toRows(held, types);
}

async function* rest(
  held: readonly DuckDBDataChunk[],
  next: () => Promise<DuckDBDataChunk | undefined>,
): AsyncGenerator<DuckDBDataChunk> {
  yield* held;
  for (let chunk = await next(); chunk !== undefined; chunk = await next()) yield chunk;
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
