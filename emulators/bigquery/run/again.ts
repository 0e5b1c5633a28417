import { SqlError } from "../sql/error.ts";
import type { Environment } from "./environment.ts";

/**
 * Runs a query, and once more from its text on when a table that it reads was replaced or altered meanwhile: readers see
 * a table before or after a change.
 */
export async function againIfChanged<T>(env: Environment, work: () => Promise<T>): Promise<T> {
  const { engine } = env.store;
  const before = engine.changes;
  try {
    return await work();
  } catch (error) {
    const isStale =
      error instanceof SqlError &&
      /: (?:Catalog|Binder|TransactionContext) Error: /.test(error.message);
    if (!isStale || env.transaction.open) throw error;
    await engine.idle();
    if (engine.changes === before) throw error;
    return work();
  }
}
