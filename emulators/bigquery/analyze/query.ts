import type { Query, QueryBody } from "../sql/ast.ts";
import type { Context, Relational } from "./context.ts";
import { applyPipes } from "./pipe.ts";
import { sortKey } from "./order.ts";
import { limitSql, ordinalOf, type Tail } from "./query-tail.ts";
import { analyzeSelect, starSelect } from "./select.ts";
import { convertColumns, setOperation } from "./set.ts";
import { typed } from "./typed.ts";
import type { Type } from "./types.ts";
import { bindCtes } from "./with.ts";

/** A query as DuckDB SQL. Names of the query around it are seen through `context.scope`. */
export function analyzeQuery(node: Query, around: Context, targets?: readonly Type[]): Relational {
  const { grouping: _g, windows: _w, ...rest } = around;
  const outside: Context = { ...rest, scope: { relations: [], outer: around.scope } };
  const { context, prefix } = bindCtes(node, outside);
  const tail: Tail = { orderBy: node.orderBy, limit: limitSql(node, context) };
  const piped = node.pipes.length > 0;
  let result: Relational;
  if (node.body.kind === "from") {
    result = piped
      ? applyPipes(node.body.from, node.pipes, context)
      : analyzeBody(starSelect(node.body.from, node.at), context, tail, targets);
  } else {
    result = analyzeBody(node.body, context, tail, piped ? undefined : targets);
    if (piped)
      result = applyPipes({ kind: "given", relational: result, at: node.at }, node.pipes, context);
  }
  if (piped && targets !== undefined) result = convertColumns(result, targets, node.at);
  return prefix === "" ? result : { ...result, sql: `${prefix} ${result.sql}` };
}

function analyzeBody(
  body: QueryBody,
  context: Context,
  tail: Tail,
  targets?: readonly Type[],
): Relational {
  switch (body.kind) {
    case "select":
      return analyzeSelect(body, context, tail, targets);
    case "set":
      return withTail(setOperation(body, context, targets, analyzePart), tail, context);
    case "given":
      return withTail(body.relational as Relational, tail, context);
    case "nested": {
      const inner = context.analyzer.query(body.query, context, targets);
      return withTail(inner, tail, context);
    }
    default:
      return analyzeSelect(starSelect(body.from, body.at), context, tail, targets);
  }
}

const noTail: Tail = { orderBy: [], limit: "" };

const analyzePart = (body: QueryBody, context: Context, targets?: readonly Type[]) =>
  analyzeBody(body, context, noTail, targets);

/** ORDER BY and LIMIT over a finished result: only its columns can be sorted by. */
function withTail(result: Relational, tail: Tail, context: Context): Relational {
  if (tail.orderBy.length === 0 && tail.limit === "") return result;
  const id = context.session.alias();
  const columns = result.columns.map((column, i) => ({
    name: column.name,
    value: typed(`${id}.c${i}`, column.type),
  }));
  const scope = {
    relations: [{ alias: undefined, columns }],
    ...(context.scope.outer === undefined ? {} : { outer: context.scope.outer }),
  };
  const inside: Context = { ...context, scope, clause: "ORDER BY clause after set operation" };
  const keys = tail.orderBy.map((item) => {
    const ordinal = ordinalOf(
      item,
      columns.map((c) => c.value),
    );
    return sortKey(ordinal ?? context.analyzer.expr(item.expr, inside), item);
  });
  const order = keys.length === 0 ? "" : ` ORDER BY ${keys.join(", ")}`;
  return { ...result, sql: `SELECT * FROM (${result.sql}) AS ${id}${order}${tail.limit}` };
}
