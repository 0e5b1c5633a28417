import { analyzeStatement, parseWhole } from "../analyze/analyze.ts";
import { resolveType } from "../analyze/cast.ts";
import type { Context, OutputColumn } from "../analyze/context.ts";
import { limitsOf, type TypeLimits } from "../analyze/type-limits.ts";
import { SqlError } from "../sql/error.ts";
import type { ResourceOptions } from "../sql/parse-options.ts";
import type { ColumnDef, StatementOf as Of } from "../sql/statement.ts";
import { checkSchema, type FieldSchema, fieldOfType, typeOfField } from "../store/schema.ts";
import type { Resource, Store, StoredTable } from "../store/store.ts";
import { type Bytes, bytesOf, noBytes } from "./bytes.ts";
import { checkDefaults } from "./defaults.ts";
import { contextOf, type Environment, plainContextOf } from "./environment.ts";
import type { Outcome } from "./outcome.ts";
import { resultSchema } from "./outcome.ts";
import { placeOf, type Target, targetOf } from "./target.ts";
import { stored } from "./stored-value.ts";
import { quoteName } from "../engine/literal.ts";

export function fieldOf(column: ColumnDef): FieldSchema {
  const type = resolveType(column.type);
  return {
    ...fieldOfType(column.name, type),
    ...restLimits(limitsOf(column.type, type)),
    ...(column.required ? { mode: "REQUIRED" } : {}),
    ...(column.defaultValue === undefined ? {} : { defaultValueExpression: column.defaultValue }),
    ...(column.description === undefined ? {} : { description: column.description }),
  };
}

/** The API writes these numbers as strings. */
const restLimits = (limits: TypeLimits): Record<string, string> =>
  Object.fromEntries(Object.entries(limits).map(([name, value]) => [name, String(value)]));

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

/** Columns of a CREATE TABLE … AS: each needs a name. */
function namedFields(columns: readonly OutputColumn[], at: number): FieldSchema[] {
  return columns.map(({ name, type }, i) => {
    if (name === undefined)
      throw new SqlError(`CREATE TABLE columns must be named, but column ${i + 1} has no name`, at);
    return fieldOfType(name, type);
  });
}

export async function createTable(
  env: Environment,
  statement: Of<"create table">,
): Promise<Outcome> {
  const { store } = env;
  const temporaryName = statement.temp ? statement.path.at(-1)?.toUpperCase() : undefined;
  const place = temporaryName === undefined ? placeOf(env, statement.path) : undefined;
  const tables = place === undefined ? undefined : store.dataset(place.dataset).tables;
  const existing =
    place === undefined ? env.temporaryTables.get(temporaryName ?? "") : tables?.get(place.name);
  const statementType = statement.query === undefined ? "CREATE_TABLE" : "CREATE_TABLE_AS_SELECT";
  const target = place === undefined ? undefined : { dataset: place.dataset, table: place.name };
  if (existing !== undefined && statement.ifNotExists)
    return done("SKIP", statementType, undefined, target);
  if (existing !== undefined && !statement.orReplace) throw exists(store, place, statement);
  const context = contextOf(env);
  const source =
    statement.from === undefined ? undefined : targetOf(env, statement.from.path, "copy");
  const defined = source?.fields ?? statement.columns?.map((column) => fieldOf(column));
  const query = statement.query;
  const first = query === undefined ? undefined : analyzeStatement(query, context);
  if (first !== undefined && defined !== undefined && first.columns.length !== defined.length)
    throw new SqlError(
      `Number of columns in the column definition list does not match the query`,
      statement.at,
    );
  const fields = checkSchema({
    fields: defined ?? namedFields(first?.columns ?? [], statement.at),
  }).fields;
  checkDefaults(fields, plainContextOf(env));
  const types = fields.map((f) => typeOfField(f));
  const typed =
    query === undefined || defined === undefined
      ? first
      : context.analyzer.query(query, context, types);
  const copied =
    source !== undefined && statement.from?.rows === true ? copySql(source) : undefined;
  const rows = copied ?? typed?.sql;
  // Copying a table is free.
  const bytes = copied === undefined ? await bytesOf(env, context, rows ?? "") : noBytes;
  if (env.dryRun) return done("CREATE", statementType, context, target, bytes);
  const physical = await store.createPhysical({ fields });
  if (rows !== undefined) {
    const cells = fields.map((field, i) => stored(`s.c${i}`, field)).join(", ");
    await store.engine.execute(`INSERT INTO ${physical} SELECT ${cells} FROM (${rows}) AS s`);
  }
  if (existing !== undefined) await store.dropPhysical(existing);
  const made = {
    physical,
    schema: { fields },
    view: undefined,
    resource: withOptions(
      source?.table.resource ?? partitioningOf(statement.options),
      statement.options.resource,
    ),
  };
  if (place === undefined) {
    const now = Date.now();
    env.temporaryTables.set(temporaryName ?? "", {
      id: temporaryName ?? "",
      created: now,
      modified: now,
      ...made,
    });
  } else store.addTable(place.dataset, place.name, made);
  const ddl = existing === undefined ? "CREATE" : "REPLACE";
  return done(ddl, statementType, context, target, bytes);
}

const copySql = ({ fields, physical }: Target) =>
  `SELECT ${fields.map((field, i) => `${quoteName(field.name)} AS c${i}`).join(", ")} FROM ${physical}`;

function exists(
  store: Store,
  place: { dataset: string; name: string } | undefined,
  { path }: { path: readonly string[] },
): SqlError {
  const name =
    place === undefined ? path.join(".") : `${store.projectId}:${place.dataset}.${place.name}`;
  return new SqlError(`Already Exists: Table ${name}`, undefined, "duplicate");
}

/** A resource with what OPTIONS says. */
export const withOptions = (resource: Resource, options: ResourceOptions): Resource =>
  Object.fromEntries(
    Object.entries({ ...resource, ...options }).filter(([, value]) => value !== null),
  );

function partitioningOf({
  partition,
  cluster,
}: Of<"create table">["options"]): Record<string, unknown> {
  return {
    ...(partition === undefined
      ? {}
      : {
          timePartitioning: partition.field.startsWith("_PARTITION")
            ? { type: partition.type }
            : partition,
        }),
    ...(cluster === undefined ? {} : { clustering: { fields: cluster } }),
  };
}

export function createView(env: Environment, statement: Of<"create view">): Outcome {
  const { store } = env;
  const { dataset, name } = placeOf(env, statement.path);
  const existing = store.dataset(dataset).tables.get(name);
  const target = { dataset, table: name };
  if (existing !== undefined && statement.ifNotExists)
    return done("SKIP", "CREATE_VIEW", undefined, target);
  if (existing !== undefined && (!statement.orReplace || existing.view === undefined))
    throw exists(store, { dataset, name }, statement);
  const context = contextOf(env);
  const { columns } = analyzeStatement(parseWhole(statement.text), plainContextOf(env));
  if (statement.columns !== undefined)
    throw new SqlError(
      "Not supported by the local BigQuery: a column list of a view",
      statement.at,
      "notImplemented",
    );
  const schema = { fields: resultSchema(columns) };
  if (!env.dryRun)
    store.addTable(dataset, name, {
      physical: undefined,
      schema,
      view: statement.text,
      resource: withOptions({}, statement.options),
    });
  return done(existing === undefined ? "CREATE" : "REPLACE", "CREATE_VIEW", context, target);
}

export function createSchema(
  env: Environment,
  { path, ifNotExists, options }: Of<"create schema">,
): Outcome {
  const name = path.at(-1) ?? "";
  if (env.store.datasets.has(name) && ifNotExists) return done("SKIP", "CREATE_SCHEMA");
  if (!env.dryRun) env.store.createDataset(name, withOptions({}, options));
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
