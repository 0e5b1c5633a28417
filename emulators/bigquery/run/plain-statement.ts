import { analyzeStatement } from "../analyze/analyze.ts";
import { KeptRows } from "../engine/kept-rows.ts";
import type { Type } from "../analyze/types.ts";
import type { Plain } from "../engine/literal.ts";
import type { Query } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import type { Statement } from "../sql/statement.ts";
import { checkNames, type FieldSchema } from "../store/schema.ts";
import { againIfChanged } from "./again.ts";
import { alterTable } from "./alter.ts";
import { bytesOf } from "./bytes.ts";
import { createTable } from "./create-table.ts";
import { createSchema, createView, drop } from "./ddl.ts";
import { runDelete, runInsert, runTruncate, runUpdate } from "./dml.ts";
import { contextOf, type Environment } from "./environment.ts";
import { runMerge } from "./merge.ts";
import { type Outcome, resultSchema } from "./outcome.ts";
import { createProcedure } from "./procedure.ts";
import { createFunction } from "./routine.ts";
import { storedRows } from "./stored-plain.ts";
import { hasArray, nullElement } from "./stored-value.ts";

/** Runs a statement that is not procedural. */
export async function runStatement(env: Environment, statement: Statement): Promise<Outcome> {
  switch (statement.kind) {
    case "query":
      return againIfChanged(env, () => runQuery(env, statement.query));
    case "insert":
      return runInsert(env, statement);
    case "update":
      return runUpdate(env, statement);
    case "delete":
      return runDelete(env, statement);
    case "merge":
      return runMerge(env, statement);
    case "truncate":
      return runTruncate(env, statement);
    case "create table":
      return env.store.change(() => createTable(env, statement));
    case "create view":
      return env.store.change(() => createView(env, statement));
    case "create function":
      return env.store.change(() => createFunction(env, statement));
    case "create procedure":
      return env.store.change(() => createProcedure(env, statement));
    case "create schema":
      return env.store.change(() => createSchema(env, statement));
    case "drop":
      return env.store.change(() => drop(env, statement));
    case "alter table":
      return env.store.change(() => alterTable(env, statement));
    default:
      throw new SqlError(`${statement.kind.toUpperCase()} cannot stand here`, statement.at);
  }
}

async function runQuery(env: Environment, query: Query): Promise<Outcome> {
  const context = contextOf(env);
  const { sql, columns } = analyzeStatement(query, context);
  const types = columns.map((c) => c.type);
  checkNames(resultSchema(columns));
  const [result, bytes] = await Promise.all([
    env.dryRun ? [] : env.store.engine.result(sql, types),
    bytesOf(env, context, sql),
  ]);
  await refuseNullElements(result, resultSchema(columns), types);
  return {
    statementType: "SELECT",
    schema: resultSchema(columns),
    types,
    ...(result instanceof KeptRows ? { kept: result } : { rows: result }),
    bytes,
    referenced: [...context.session.referenced],
  };
}

/** An array in a result has no NULL in it, as in a table. */
async function refuseNullElements(
  result: Plain[][] | KeptRows,
  fields: readonly FieldSchema[],
  types: readonly Type[],
): Promise<void> {
  if (result instanceof KeptRows) {
    for (const [i, type] of types.entries())
      if (hasArray(type) && (await result.hasNullElement(i)))
        throw new SqlError(nullElement(fields[i]?.name));
  } else
    storedRows(
      result,
      types.map((type, i) => ({ name: fields[i]?.name ?? "", type })),
    );
}
