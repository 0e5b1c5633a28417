import type { CatalogRoutine, CatalogTable } from "../analyze/catalog.ts";
import type { Context } from "../analyze/context.ts";
import type { TypeLimits } from "../analyze/type-limits.ts";
import { openSession } from "../analyze/analyze.ts";
import { literal, type Typed, typed } from "../analyze/typed.ts";
import { INT64, STRING, type Type } from "../analyze/types.ts";
import { typeOfField } from "../store/schema.ts";
import { openCatalog } from "../store/catalog.ts";
import type { Store, StoredTable } from "../store/store.ts";

/** A variable of a script, with the parameters of its type: `STRING(10)`. */
export interface Variable extends Typed {
  readonly limits?: TypeLimits;
}

/** What the statements of one script share: its variables, temporary tables and functions. */
export interface Environment {
  readonly store: Store;
  readonly params: ReadonlyMap<string, Typed>;
  readonly defaultDataset: string | undefined;
  readonly dryRun: boolean;
  /** Variables of the blocks that are open, the innermost last. */
  readonly scopes: Map<string, Variable>[];
  readonly temporaryTables: Map<string, StoredTable>;
  readonly temporaryRoutines: Map<string, CatalogRoutine>;
  readonly systemVariables: Map<string, Typed>;
  /** Whether BEGIN TRANSACTION has been said; `failed` after an error has taken it back. */
  readonly transaction: { open: boolean; failed: boolean };
  /** How many procedures are being called, one inside of another. */
  readonly depth: { calls: number };
  /** Why the script must stop, when a caller asked for it. */
  readonly deadline: number;
}

/** The context in which a statement is analyzed, as of now. */
export function contextOf(env: Environment, params = env.params): Context {
  const tables = new Map<string, CatalogTable>();
  for (const [name, table] of env.temporaryTables) tables.set(name, tableAsCatalog(table, name));
  const variables = new Map<string, Typed>();
  for (const scope of env.scopes) for (const [name, value] of scope) variables.set(name, value);
  return openSession({
    catalog: openCatalog(env.store, {
      defaultDataset: env.defaultDataset,
      temporary: { tables, routines: env.temporaryRoutines },
    }),
    params,
    variables,
    systemVariables: systemVariablesOf(env),
    now: BigInt(Date.now()) * 1000n,
  });
}

const value = (plain: string | null, type: Type = STRING): Typed =>
  typed(literal(plain, type).sql, type);

/** Documentation, "System variables reference": those that are known here. */
function systemVariablesOf(env: Environment): Map<string, Typed> {
  return new Map([
    ["PROJECT_ID", value(env.store.projectId)],
    ["DATASET_ID", value(env.defaultDataset ?? null)],
    ["DATASET_PROJECT_ID", value(null)],
    ["TIME_ZONE", value("UTC")],
    ["ROW_COUNT", value(null, INT64)],
    ["ERROR.MESSAGE", value(null)],
    ...env.systemVariables,
  ]);
}

/** What outlives the script cannot know its variables, parameters, temporary tables and functions. */
export const plainContextOf = (env: Environment): Context =>
  contextOf({
    ...env,
    scopes: [],
    params: new Map(),
    temporaryTables: new Map(),
    temporaryRoutines: new Map(),
  });

const tableAsCatalog = (table: StoredTable, name: string): CatalogTable => ({
  kind: "table",
  sql: table.physical ?? "",
  columns: table.schema.fields.map((f) => ({ name: f.name, type: typeOfField(f) })),
  id: name,
});
