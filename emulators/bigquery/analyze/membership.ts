import type { Expr, InSet } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { coerce, supertype } from "./coerce.ts";
import { compareSql } from "./compare.ts";
import type { Context } from "./context.ts";
import { like } from "./operators.ts";
import { type Typed, typed } from "./typed.ts";
import { arrayOf, BOOL, type Type, typeName } from "./types.ts";

/** `IN` over a list, an array or a query. NULL when no element is equal and one is unknown. */
export function inExpr(node: Extract<Expr, { kind: "in" }>, context: Context): Typed {
  const value = context.analyzer.expr(node.expr, context);
  const sql = inSql(value, node.set, context, node.at);
  return typed(node.not ? `(NOT ${sql})` : sql, BOOL);
}

function inSql(value: Typed, set: InSet, context: Context, at: number): string {
  if (set.kind === "list") {
    const items = set.items.map((item) => context.analyzer.expr(item, context));
    const [left, ...rest] = unify([value, ...items], at);
    if (areConstants(left, rest)) {
      compareSql("=", left, left, at); // refuses types without equality
      return `(${left.sql} IN (${rest.map((item) => item.sql).join(", ")}))`;
    }
    return `(${rest.map((item) => compareSql("=", left, item, at)).join(" OR ")})`;
  }
  const elements = elementsOf(set, context, at);
  const type = supertype([value, typed("", elements.type)]);
  const left = type && coerce(value, type);
  const element = type && coerce(typed("e.v", elements.type), type);
  if (left === undefined || element === undefined) throw mismatch([value.type, elements.type], at);
  if (left.type.kind !== "STRUCT" && left.type.kind !== "FLOAT64") {
    compareSql("=", left, left, at); // refuses types without equality
    return `(${left.sql} IN (SELECT ${element.sql} FROM (${elements.sql}) AS e(v)))`;
  }
  return anyOf(compareSql("=", left, element, at), elements.sql);
}

/** Whether DuckDB's own IN, which makes a table of a long list of constants, says what `=` says. */
const areConstants = (left: Typed, items: readonly Typed[]): boolean =>
  left.type.kind !== "STRUCT" &&
  left.type.kind !== "RANGE" &&
  items.every(
    ({ literal }) =>
      literal !== undefined && !(typeof literal.value === "number" && Number.isNaN(literal.value)),
  );

/** True when the predicate over `e.v` holds for one element, NULL when for none surely but for one perhaps. */
const anyOf = (predicate: string, elements: string) =>
  `(SELECT CASE WHEN coalesce(bool_or(p), FALSE) THEN TRUE WHEN coalesce(bool_or(p IS NULL), FALSE) THEN NULL ELSE FALSE END FROM (SELECT ${predicate} AS p FROM (${elements}) AS e(v)))`;

const allOf = (predicate: string, elements: string) =>
  `(SELECT CASE WHEN NOT coalesce(bool_and(p), TRUE) THEN FALSE WHEN coalesce(bool_or(p IS NULL), FALSE) THEN NULL ELSE TRUE END FROM (SELECT ${predicate} AS p FROM (${elements}) AS e(v)))`;

function elementsOf(
  set: InSet,
  context: Context,
  at: number,
  pattern?: Typed,
): { sql: string; type: Type } {
  if (set.kind === "query") {
    const query = context.analyzer.query(set.query, context);
    const [column] = query.columns;
    if (column === undefined || query.columns.length > 1)
      throw new SqlError("Subquery of type IN must have only one output column", at);
    return { sql: query.sql, type: column.type };
  }
  if (set.kind === "list") {
    const items = set.items.map((item) => context.analyzer.expr(item, context));
    const values = unify(pattern === undefined ? items : [pattern, ...items], at).slice(
      pattern === undefined ? 0 : 1,
    );
    const [first] = values;
    return {
      sql: values.map((v) => `SELECT ${v.sql}`).join(" UNION ALL "),
      type: first.type,
    };
  }
  const array = context.analyzer.expr(set.array, context);
  const list = array.type.kind === "ARRAY" ? array : coerce(array, arrayOf(array.type));
  if (list?.type.kind !== "ARRAY")
    throw new SqlError(
      `Second argument of IN UNNEST must be an array but was ${typeName(array.type)}`,
      at,
    );
  return { sql: `SELECT unnest(${list.sql})`, type: list.type.element };
}

/** `LIKE ANY (…)`, `LIKE ALL (…)`, over patterns, an array of them or a query. */
export function likeAnyExpr(node: Extract<Expr, { kind: "likeAny" }>, context: Context): Typed {
  const value = context.analyzer.expr(node.expr, context);
  const elements = elementsOf(node.set, context, node.at, value);
  const predicate = like(
    coerce(value, elements.type) ?? value,
    typed("e.v", elements.type),
    node.at,
  );
  // NOT LIKE ANY: one pattern that does not match, and the like for ALL.
  const test = node.not ? `(NOT ${predicate.sql})` : predicate.sql;
  return typed(node.all ? allOf(test, elements.sql) : anyOf(test, elements.sql), BOOL);
}

function unify(values: readonly Typed[], at: number): Typed[] {
  const type = supertype(values);
  const all = values.map((value) => (type === undefined ? undefined : coerce(value, type)));
  if (all.some((v) => v === undefined))
    throw mismatch(
      values.map((v) => v.type),
      at,
    );
  return all as Typed[];
}

const mismatch = (types: readonly Type[], at: number) =>
  new SqlError(
    `No matching signature for operator IN for argument types: ${types.map(typeName).join(" and ")}`,
    at,
  );
