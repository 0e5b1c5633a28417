import type { Type } from "../analyze/types.ts";
import type { Plain } from "../engine/literal.ts";
import { readRows } from "../engine/read-rows.ts";
import type { Environment } from "./environment.ts";

/** Rows of a query; inside of a transaction it sees what that has written. */
export async function readRowsOf(
  { store: { engine }, transaction }: Environment,
  sql: string,
  types: readonly Type[],
): Promise<Plain[][]> {
  if (!transaction.open) return engine.query(sql, types);
  return engine.transaction(async (connection) => (await readRows(connection, sql, types)) ?? []);
}
