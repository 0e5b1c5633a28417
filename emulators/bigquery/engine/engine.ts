import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { Type } from "../analyze/types.ts";
import { allUdfs } from "../functions/index.ts";
import { SqlError } from "../sql/error.ts";
import { duckError } from "./duck-error.ts";
import { interruptible } from "./interrupt.ts";
import type { Plain } from "./literal.ts";
import { reader } from "./plain.ts";
import { registerUdfs } from "./udf.ts";

/** DuckDB as this emulator uses it: in memory, with no way out of it. */
export interface Engine {
  /** Rows of a query whose columns have these types. */
  query(sql: string, types: readonly Type[]): Promise<Plain[][]>;
  /** Runs statements for their effect, one writer at a time; gives the number of changed rows of the last. */
  execute(sql: string): Promise<number>;
  /** Runs `work` alone among writers, in one transaction that is taken back when it throws. */
  transaction<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T>;
  close(): void;
}

const settings = {
  enable_external_access: "false",
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  allow_unsigned_extensions: "false",
  threads: "2",
} as const;

export async function openEngine(): Promise<Engine> {
  const instance = await DuckDBInstance.create(":memory:", settings);
  const writer = await instance.connect();
  registerUdfs(writer, allUdfs());
  await writer.run("SET TimeZone = 'UTC'");
  await writer.run("SET lock_configuration = true");
  let turn: Promise<unknown> = Promise.resolve();
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined); // the next writer does not care why this one failed
    return mine;
  };
  return {
    async query(sql, types) {
      const connection = await instance.connect();
      try {
        return await interruptible(connection, () => readRows(connection, sql, types));
      } catch (error) {
        throw duckError(error);
      } finally {
        connection.closeSync();
      }
    },
    execute: (sql) =>
      alone(async () => {
        try {
          return (await interruptible(writer, () => writer.run(sql))).rowsChanged;
        } catch (error) {
          throw duckError(error);
        }
      }),
    transaction: (work) =>
      alone(async () => {
        await writer.run("BEGIN TRANSACTION");
        try {
          const result = await interruptible(writer, () => work(writer));
          await writer.run("COMMIT");
          return result;
        } catch (error) {
          // A failed COMMIT has ended the transaction itself.
          await writer.run("ROLLBACK").catch(() => undefined);
          throw duckError(error);
        }
      }),
    close() {
      writer.closeSync();
      instance.closeSync();
    },
  };
}

/** Results are held whole: so many values fit into the memory of a process with room to spare. */
const cellLimit = 20_000_000;

async function readRows(
  connection: DuckDBConnection,
  sql: string,
  types: readonly Type[],
): Promise<Plain[][]> {
  const result = await connection.stream(sql);
  const readers = types.map((type) => reader(type));
  const rows: Plain[][] = [];
  let cells = 0;
  if (result.columnCount !== types.length)
    throw new SqlError(`internal: ${result.columnCount} columns for ${types.length} types`);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return rows;
    cells += chunk.rowCount * types.length;
    if (cells > cellLimit)
      throw new SqlError(
        "Response too large to return. Consider specifying a destination table in your job configuration.",
        undefined,
        "responseTooLarge",
      );
    const columns = types.map((_, i) => chunk.getColumnVector(i));
    for (let row = 0; row < chunk.rowCount; row += 1)
      rows.push(columns.map((column, i) => readers[i](column.getItem(row))));
  }
}
