import { analyzeStatement, parseWhole } from "../analyze/analyze.ts";
import type { Context } from "../analyze/context.ts";
import { SqlError } from "../sql/error.ts";
import type { StatementOf as Of } from "../sql/statement.ts";
import { checkSchema } from "../store/schema.ts";
import { checkTableId, type Store, type StoredTable } from "../store/store.ts";
import { type Bytes, noBytes } from "./bytes.ts";
import { namedFields } from "./columns.ts";
import { contextOf, type Environment, plainContextOf } from "./environment.ts";
import { withOptions } from "./options.ts";
import type { Outcome } from "./outcome.ts";
import { placeOf } from "./target.ts";

export const done = (
  ddl: string,
  statementType: string,
  context?: Context,
  target?: Outcome["target"],
  bytes: Bytes = noBytes,
): Outcome => ({
  statementType,
  ddl,
  bytes,
  referenced: context === undefined ? [] : [...context.session.referenced],
  ...(target === undefined ? {} : { target }),
});

export function exists(
  store: Store,
  place: { dataset: string; name: string } | undefined,
  { path }: { path: readonly string[] },
): SqlError {
  const name =
    place === undefined ? path.join(".") : `${store.projectId}:${place.dataset}.${place.name}`;
  return new SqlError(`Already Exists: Table ${name}`, undefined, "duplicate");
}

export async function createView(env: Environment, statement: Of<"create view">): Promise<Outcome> {
  const { store } = env;
  const { dataset, name } = placeOf(env, statement.path);
  const existing = store.dataset(dataset).tables.get(name);
  const target = { dataset, table: name };
  if (existing !== undefined && statement.ifNotExists)
    return done("SKIP", "CREATE_VIEW", undefined, target);
  if (existing !== undefined && (!statement.orReplace || existing.view === undefined))
    throw exists(store, { dataset, name }, statement);
  checkTableId(name);
  const context = contextOf(env);
  const { columns } = analyzeStatement(parseWhole(statement.text), plainContextOf(env));
  if (statement.columns !== undefined)
    throw new SqlError(
      "Not supported by the local BigQuery: a column list of a view",
      statement.at,
      "notImplemented",
    );
  const schema = checkSchema({ fields: namedFields(columns, "VIEW", statement.at) });
  const resource = await withOptions(env, "view", {}, statement.options);
  if (!env.dryRun)
    store.addTable(dataset, name, {
      physical: undefined,
      schema,
      view: statement.text,
      resource,
    });
  return done(existing === undefined ? "CREATE" : "REPLACE", "CREATE_VIEW", context, target);
}

export async function createSchema(
  env: Environment,
  { path, ifNotExists, options }: Of<"create schema">,
): Promise<Outcome> {
  const name = path.at(-1) ?? "";
  if (env.store.datasets.has(name) && ifNotExists) return done("SKIP", "CREATE_SCHEMA");
  const resource = await withOptions(env, "schema", {}, options);
  if (!env.dryRun) env.store.createDataset(name, resource);
  return done("CREATE", "CREATE_SCHEMA");
}

export async function drop(env: Environment, statement: Of<"drop">): Promise<Outcome> {
  const { store } = env;
  const { what, path, ifExists } = statement;
  const statementType = `DROP_${what}`;
  const name = path.at(-1) ?? "";
  if (what === "SCHEMA") {
    if (!store.datasets.has(name) && ifExists) return done("SKIP", statementType);
    if (!env.dryRun) await store.deleteDataset(name, statement.cascade);
    return done("DROP", statementType);
  }
  if (path.length === 1 && what !== "VIEW") {
    const own = what === "TABLE" ? env.temporaryTables : env.temporaryRoutines;
    const found = own.get(name.toUpperCase());
    if (found !== undefined) {
      if (what === "TABLE") await store.dropPhysical(found as StoredTable);
      own.delete(name.toUpperCase());
      return done("DROP", statementType);
    }
  }
  const place = placeOf(env, path);
  const dataset = store.datasets.get(place.dataset);
  const routine = dataset?.routines.get(place.name);
  const table = dataset?.tables.get(place.name);
  const found = what === "FUNCTION" ? routine : table;
  if (found === undefined) {
    if (ifExists) return done("SKIP", statementType);
    const kind = what === "FUNCTION" ? "Routine" : "Table";
    throw new SqlError(
      `Not found: ${kind} ${store.projectId}:${place.dataset}.${place.name}`,
      undefined,
      "notFound",
    );
  }
  if (
    table !== undefined &&
    what !== "FUNCTION" &&
    (table.view === undefined) !== (what === "TABLE")
  )
    throw new SqlError(
      `${store.projectId}:${place.dataset}.${place.name} is not allowed for this operation because it is not a ${what}`,
    );
  if (env.dryRun) return done("DROP", statementType);
  if (what === "FUNCTION") dataset?.routines.delete(place.name);
  else await store.deleteTable(place.dataset, place.name);
  return done("DROP", statementType, undefined, { dataset: place.dataset, table: place.name });
}
