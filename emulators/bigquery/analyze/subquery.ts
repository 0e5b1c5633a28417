import type { Expr } from "../sql/ast.ts";
import { SqlError, tooComplex } from "../sql/error.ts";
import type { Context, Relational } from "./context.ts";
import { type Typed, typed } from "./typed.ts";
import { arrayOf, BOOL } from "./types.ts";

/** A query as a value: scalar, ARRAY(…) or EXISTS(…). Columns of the query around it can be used inside. */
export function subqueryExpr(node: Extract<Expr, { kind: "subquery" }>, context: Context): Typed {
  const query = nested(node, context);
  if (node.form === "exists") return typed(`EXISTS (${query.sql})`, BOOL);
  const [column] = query.columns;
  const what = node.form === "array" ? "ARRAY subquery" : "Scalar subquery";
  if (column === undefined || query.columns.length > 1)
    throw new SqlError(
      `${what} cannot have more than one column unless using SELECT AS STRUCT to build STRUCT values`,
      node.at,
    );
  if (node.form === "scalar") return typed(`(${query.sql})`, column.type);
  if (column.type.kind === "ARRAY")
    throw new SqlError(
      "Cannot use array subquery with column of type ARRAY because nested arrays are not supported",
      node.at,
    );
  return typed(`coalesce(ARRAY(${query.sql}), [])`, arrayOf(column.type));
}

/**
 * DuckDB plans expressions that are queries inside each other in a time that doubles with each, and doubles twice with
 * those that are arrays or read a table; no interrupt ends that. So many doublings take half a second.
 */
const mostDoublings = 16;

function nested(node: Extract<Expr, { kind: "subquery" }>, context: Context): Relational {
  const { depth } = context.session;
  const { body } = node.query;
  const reads = body.kind !== "select" || body.from !== undefined;
  const cost = node.form === "exists" || (node.form === "scalar" && !reads) ? 1 : 2;
  if (depth.subqueries + cost > mostDoublings) throw tooComplex(node.at);
  depth.subqueries += cost;
  try {
    return context.analyzer.query(node.query, context);
  } finally {
    depth.subqueries -= cost;
  }
}
