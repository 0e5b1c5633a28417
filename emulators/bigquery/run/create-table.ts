import { analyzeStatement } from "../analyze/analyze.ts";
import { quoteName } from "../engine/literal.ts";
import { SqlError } from "../sql/error.ts";
import type { StatementOf as Of } from "../sql/statement.ts";
import { checkSchema, typeOfField } from "../store/schema.ts";
import { checkTableId } from "../store/store.ts";
import { bytesOf, noBytes } from "./bytes.ts";
import { checkKeys, fieldOf, namedFields } from "./columns.ts";
import { done, exists } from "./ddl.ts";
import { checkDefaults } from "./defaults.ts";
import { contextOf, type Environment, plainContextOf } from "./environment.ts";
import { withOptions } from "./options.ts";
import type { Outcome } from "./outcome.ts";
import { layoutOf } from "./partitioning.ts";
import { stored } from "./stored-value.ts";
import { placeOf, type Target, targetOf } from "./target.ts";

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
  checkTableId(place?.name ?? temporaryName ?? "");
  const context = contextOf(env);
  const source =
    statement.from === undefined ? undefined : targetOf(env, statement.from.path, "copy");
  const columns = statement.columns?.map((column) => fieldOf(env, column));
  const defined = source?.fields ?? (columns && (await Promise.all(columns)));
  const query = statement.query;
  const first = query === undefined ? undefined : analyzeStatement(query, context);
  if (first !== undefined && defined !== undefined && first.columns.length !== defined.length)
    throw new SqlError(
      `Number of columns in the column definition list does not match the query`,
      statement.at,
    );
  const fields = checkSchema({
    fields: defined ?? namedFields(first?.columns ?? [], "TABLE", statement.at),
  }).fields;
  checkDefaults(fields, plainContextOf(env));
  checkKeys(statement.keys, fields);
  const resource = await withOptions(
    env,
    "table",
    source?.table.resource ?? layoutOf(statement.options, fields),
    statement.options.list,
  );
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
    resource,
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
