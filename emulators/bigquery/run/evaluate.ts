import { analyzeStatement } from "../analyze/analyze.ts";
import { coerce } from "../analyze/coerce.ts";
import { limitSql, type TypeLimits } from "../analyze/type-limits.ts";
import { literal } from "../analyze/typed.ts";
import { type Type, typeName } from "../analyze/types.ts";
import type { Plain } from "../engine/literal.ts";
import type { Expr, Query } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { contextOf, type Environment, type Variable } from "./environment.ts";

/** A variable reads as an expression of its type; only its value is put in. */
export const variable = (value: Plain, type: Type, limits: TypeLimits = {}): Variable => ({
  sql: literal(value, type).sql,
  type,
  limits,
});

/** The value within the limits of a variable's type: a decimal rounded. Throws where it does not fit. */
export async function limited(
  env: Environment,
  value: Plain,
  type: Type,
  limits: TypeLimits | undefined,
): Promise<Plain> {
  const { sql } = literal(value, type);
  const checked = limits === undefined ? sql : limitSql(sql, type, limits);
  if (checked === sql) return value;
  const [row] = await env.store.engine.query(`SELECT ${checked} AS c0`, [type]);
  return row?.[0] ?? null;
}

/** The innermost block that has a variable of this name. */
export const scopeOf = (env: Environment, name: string): Map<string, Variable> | undefined =>
  env.scopes.findLast((scope) => scope.has(name.toUpperCase()));

/** The value of an expression now, in type `wanted` when one is given. */
export async function evaluate(
  env: Environment,
  node: Expr,
  wanted: Type | undefined,
): Promise<{ value: Plain; type: Type }> {
  const context = contextOf(env);
  const found = context.analyzer.expr(node, { ...context, clause: "this expression" });
  const value = wanted === undefined ? found : coerce(found, wanted);
  if (value === undefined)
    throw new SqlError(
      `Cannot coerce expression of type ${typeName(found.type)} to type ${typeName(wanted as Type)}`,
      node.at,
    );
  context.session.partitions.check(value.sql);
  const [row] = await env.store.engine.query(`SELECT ${value.sql} AS c0`, [value.type]);
  return { value: row?.[0] ?? null, type: value.type };
}

export const valueOf = async (env: Environment, node: Expr, type: Type): Promise<Plain> =>
  (await evaluate(env, node, type)).value;

/** The rows of a query, and the type of each as a struct. */
export async function rowsOf(
  env: Environment,
  query: Query,
): Promise<{ type: Type; rows: Plain[][] }> {
  const context = contextOf(env);
  const { sql, columns } = analyzeStatement(query, context);
  context.session.partitions.check(sql);
  const fields = columns.map(({ name, type }) => (name === undefined ? { type } : { name, type }));
  const rows = await env.store.engine.query(
    sql,
    columns.map((c) => c.type),
  );
  return { type: { kind: "STRUCT", fields }, rows };
}
