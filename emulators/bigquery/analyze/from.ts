import { quoteName } from "../engine/literal.ts";
import type { Expr, FromItem } from "../sql/ast.ts";
import { SqlError, UnsupportedError } from "../sql/error.ts";
import { pathExpr } from "../sql/parse-from.ts";
import { coerce } from "./coerce.ts";
import type { Context, CteBinding, Relational } from "./context.ts";
import { fromGiven, type FromResult, fromQuery, relationOf, valueColumns } from "./from-query.ts";
import { usingJoin } from "./from-using.ts";
import { noteFilters } from "./partition-filter.ts";
import { pivotItem, unpivotItem } from "./pivot.ts";
import { tableCall } from "./routine.ts";
import type { Column, Relation } from "./scope.ts";
import { lookup, lookupQualified } from "./scope.ts";
import { typed } from "./typed.ts";
import { BOOL, INT64, typeName } from "./types.ts";

export function analyzeFrom(item: FromItem, context: Context): FromResult {
  switch (item.kind) {
    case "table":
      return table(item, context);
    case "query": {
      // A subquery in FROM does not see the tables beside it.
      const scope = { ...context.scope, relations: [] };
      const query = context.analyzer.query(item.query, { ...context, scope });
      return fromQuery(query, item.alias, context);
    }
    case "given":
      return fromGiven(item, context);
    case "table call": {
      const routine = context.session.catalog.routine(item.path);
      if (routine?.yields !== "table")
        throw new SqlError(`Table-valued function not found: ${item.path.join(".")}`, item.at);
      const scope = { ...context.scope, relations: [] };
      return fromQuery(tableCall(routine, item, { ...context, scope }), item.alias, context);
    }
    case "unnest":
      return unnest(item, context);
    case "join":
      return join(item, context);
    case "pivot":
      return pivotItem(item, context, analyzeFrom);
    case "unpivot":
      return unpivotItem(item, context, analyzeFrom);
    default: {
      const size = context.analyzer.expr(item.percent, context).literal?.value;
      // Which blocks a sample takes is chance; the whole is not.
      if (size !== 100n && size !== 100) throw new UnsupportedError("TABLESAMPLE", item.at);
      return analyzeFrom(item.input, context);
    }
  }
}

function table(item: Extract<FromItem, { kind: "table" }>, context: Context): FromResult {
  const [first = ""] = item.path;
  const alias = item.alias ?? item.path.at(-1) ?? "";
  const id = context.session.alias();
  const cte = item.path.length === 1 ? context.ctes.get(first.toUpperCase()) : undefined;
  if (cte !== undefined) return fromCte(cte, id, alias, context);
  // A path that starts with a table of this FROM, or of the query around, is an array in it.
  if (item.path.length > 1 && isCorrelated(item.path, context))
    return unnest(
      { kind: "unnest", array: pathExpr(item.path, item.at), alias, at: item.at },
      context,
    );
  if (item.asOf !== undefined && !isNow(item.asOf))
    throw new UnsupportedError("FOR SYSTEM_TIME AS OF a time of before", item.at);
  const found = context.session.catalog.table(item.path, item.at);
  context.session.referenced.add(found.id);
  if (found.kind === "view")
    return fromQuery(viewQuery(found.query, found.id, context, item.at), alias, context);
  const columns = found.columns.map((c): Column => ({
    name: c.name,
    value: typed(`${id}.${quoteName(c.name)}`, c.type),
  }));
  if (found.kind === "table" && found.filterOn !== undefined)
    context.session.partitions.require(
      `${id}.${quoteName(found.filterOn)}`,
      found.id.slice(found.id.indexOf(":") + 1),
      found.filterOn,
    );
  return { sql: `${found.sql} AS ${id}`, relations: [{ alias, columns }] };
}

const isNow = (expr: Expr) =>
  (expr.kind === "call" || expr.kind === "name") && expr.name.toUpperCase() === "CURRENT_TIMESTAMP";

function viewQuery(text: string, id: string, context: Context, at: number): Relational {
  const { session } = context;
  if (session.depth.views > 15)
    throw new SqlError(`View ${id} is nested too deeply or refers to itself`, at);
  session.depth.views += 1;
  try {
    return session.view(text);
  } catch (error) {
    if (error instanceof SqlError)
      throw new SqlError(`Error in view ${id}: ${error.message}`, at, error.reason);
    throw error;
  } finally {
    session.depth.views -= 1;
  }
}

function fromCte(cte: CteBinding, id: string, alias: string, { session }: Context): FromResult {
  for (const [i, reads] of cte.reads.entries()) session.partitions.derive(`${id}.c${i}`, reads);
  return {
    sql: `${cte.id} AS ${id}`,
    relations: [relationOf(id, cte.columns, cte.value, alias)],
  };
}

function isCorrelated([first = "", second = ""]: readonly string[], { scope }: Context): boolean {
  return (
    scope.relations.some((r) => r.alias?.toUpperCase() === first.toUpperCase()) ||
    (scope.outer !== undefined &&
      (lookupQualified(scope.outer, first, second, 0) !== undefined ||
        lookup(scope.outer, first, 0) !== undefined))
  );
}

function unnest(item: Extract<FromItem, { kind: "unnest" }>, context: Context): FromResult {
  const array = context.analyzer.expr(item.array, { ...context, clause: "UNNEST" });
  if (array.type.kind !== "ARRAY")
    throw new SqlError(
      `Values referenced in UNNEST must be arrays. UNNEST contains expression of type ${typeName(array.type)}`,
      item.at,
    );
  const id = context.session.alias();
  const value = typed(`${id}.c0`, array.type.element);
  const alias =
    item.alias ??
    (item.array.kind === "name" || item.array.kind === "dot" ? item.array.name : undefined);
  const offset = item.offset === undefined ? "" : `, generate_subscripts(a, 1) - 1 AS c1`;
  const sql = `(SELECT unnest(a) AS c0${offset} FROM (SELECT ${array.sql} AS a)) AS ${id}`;
  const columns = valueColumns(value, item.alias);
  const relations: Relation[] = [{ alias, columns, value }];
  if (item.offset !== undefined)
    relations.push({
      alias: item.offset,
      columns: [{ name: item.offset, value: typed(`CAST(${id}.c1 AS BIGINT)`, INT64) }],
      value: typed(`CAST(${id}.c1 AS BIGINT)`, INT64),
    });
  return { sql: `LATERAL ${sql}`, relations };
}

const kinds = {
  inner: "JOIN",
  cross: "CROSS JOIN",
  comma: "CROSS JOIN",
  left: "LEFT JOIN",
  right: "RIGHT JOIN",
  full: "FULL JOIN",
} as const;

function join(item: Extract<FromItem, { kind: "join" }>, context: Context): FromResult {
  const left = analyzeFrom(item.left, context);
  const scope = { ...context.scope, relations: [...context.scope.relations, ...left.relations] };
  const right = analyzeFrom(item.right, { ...context, scope });
  if (
    right.sql.startsWith("LATERAL") &&
    (item.type === "right" || item.type === "full") &&
    correlated(item.right, left, context)
  )
    throw new SqlError(`Array scan is not allowed with ${item.type.toUpperCase()} JOIN`, item.at);
  const rightSql =
    item.type === "right" || item.type === "full" ? right.sql.replace(/^LATERAL /, "") : right.sql;
  refuseSameAlias(left, right, item.at);
  const relations = [...left.relations, ...right.relations];
  const head = `${left.sql} ${kinds[item.type]} ${nested(item.right, rightSql)}`;
  if (item.using !== undefined) return usingJoin(item, item.using, left, right, head);
  if (item.on === undefined) {
    if (item.type === "left" && !right.sql.startsWith("LATERAL"))
      throw new SqlError("Syntax error: Expected keyword ON or keyword USING", item.at);
    const bare = item.type === "cross" || item.type === "comma";
    return { sql: bare ? head : `${head} ON TRUE`, relations };
  }
  const inside = {
    ...context,
    scope: { ...context.scope, relations: [...context.scope.relations, ...relations] },
    clause: "JOIN ON",
  };
  const on = coerce(context.analyzer.expr(item.on, inside), BOOL);
  if (on === undefined) throw new SqlError("JOIN ON condition must be a BOOL", item.at);
  noteFilters(item.on, inside);
  if (item.type === "full" && !hasEquality(item.on, left, right, inside))
    throw new SqlError(
      "FULL OUTER JOIN cannot be used without a condition that is an equality of fields from both sides of the join.",
      item.on.at,
    );
  return { sql: `${head} ON ${on.sql}`, relations };
}

const mentions = (sql: string, { relations }: FromResult) =>
  relations.some(({ columns }) => columns.some(({ value }) => sql.includes(value.sql)));

/** Whether one of the conditions that AND joins is an equality between the two sides. */
function hasEquality(on: Expr, left: FromResult, right: FromResult, context: Context): boolean {
  if (on.kind !== "binary") return false;
  if (on.op === "AND")
    return [on.left, on.right].some((part) => hasEquality(part, left, right, context));
  if (on.op !== "=" && on.op !== "IS NOT DISTINCT FROM") return false;
  const isOf = (node: Expr, own: FromResult, other: FromResult) => {
    const { sql } = context.analyzer.expr(node, context);
    return mentions(sql, own) && !mentions(sql, other);
  };
  return (
    (isOf(on.left, left, right) && isOf(on.right, right, left)) ||
    (isOf(on.left, right, left) && isOf(on.right, left, right))
  );
}

const nested = (item: FromItem, sql: string) => (item.kind === "join" ? `(${sql})` : sql);

/** Whether the right side cannot be read without the left. */
function correlated(item: FromItem, left: FromResult, context: Context): boolean {
  if (item.kind === "table" && item.path.length > 1) return true;
  if (item.kind !== "unnest") return false;
  try {
    context.analyzer.expr(item.array, context);
    return false;
  } catch {
    return left.relations.length > 0; // its names are those of the left side
  }
}

function refuseSameAlias(left: FromResult, right: FromResult, at: number): void {
  const names = new Set(
    left.relations.flatMap((r) => (r.alias === undefined ? [] : [r.alias.toUpperCase()])),
  );
  const twice = right.relations.find(
    (r) => r.alias !== undefined && names.has(r.alias.toUpperCase()),
  );
  if (twice !== undefined)
    throw new SqlError(`Duplicate table alias ${twice.alias} in the same FROM clause`, at);
}
