import type { Expr } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import type { Context } from "./context.ts";
import { type Typed, typed } from "./typed.ts";
import { arrayOf, BOOL } from "./types.ts";

/** A query as a value: scalar, ARRAY(…) or EXISTS(…). Columns of the query around it can be used inside. */
export function subqueryExpr(node: Extract<Expr, { kind: "subquery" }>, context: Context): Typed {
  const query = context.analyzer.query(node.query, context);
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
