import { analyzeStatement, openSession, parseWhole } from "../analyze/analyze.ts";
import type { Typed } from "../analyze/typed.ts";
import { SqlError, withPosition } from "../sql/error.ts";
import { openCatalog } from "../store/catalog.ts";
import type { Store } from "../store/store.ts";
import { type Outcome, resultSchema } from "./outcome.ts";

export interface RunOptions {
  readonly params: ReadonlyMap<string, Typed>;
  readonly defaultDataset?: string | undefined;
  readonly dryRun?: boolean;
}

/** Runs a statement. Errors say where, as `at [line:column]`. */
export async function run(store: Store, text: string, options: RunOptions): Promise<Outcome> {
  try {
    const context = openSession({
      catalog: openCatalog(store, { defaultDataset: options.defaultDataset }),
      params: options.params,
      now: BigInt(Date.now()) * 1000n,
    });
    const { sql, columns } = analyzeStatement(parseWhole(text), context);
    const types = columns.map((c) => c.type);
    const rows = options.dryRun === true ? [] : await store.engine.query(sql, types);
    return {
      statementType: "SELECT",
      schema: resultSchema(columns),
      types,
      rows,
      referenced: [...context.session.referenced],
    };
  } catch (error) {
    if (error instanceof SqlError && error.offset !== undefined)
      throw new SqlError(withPosition(error.message, text, error.offset), undefined, error.reason);
    throw error;
  }
}
