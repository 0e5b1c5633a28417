import type { OrderItem, Query } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { coerce } from "./coerce.ts";
import type { Context } from "./context.ts";
import type { Typed } from "./typed.ts";
import { INT64 } from "./types.ts";

/** ORDER BY and LIMIT of a query, which a SELECT takes in to sort by what it does not show. */
export interface Tail {
  readonly orderBy: readonly OrderItem[];
  readonly limit: string;
}

/** `ORDER BY 2`: the second column. */
export function ordinalOf(item: OrderItem, columns: readonly Typed[]): Typed | undefined {
  const { expr } = item;
  if (expr.kind !== "literal" || expr.value.type !== "int") return undefined;
  const column = columns[Number(expr.value.text) - 1];
  if (column === undefined)
    throw new SqlError(
      `ORDER BY is out of SELECT column number range: ${expr.value.text}`,
      expr.at,
    );
  return column;
}

export function limitSql(node: Pick<Query, "limit" | "offset">, context: Context): string {
  const count = (which: "limit" | "offset") => {
    const expr = node[which];
    if (expr === undefined) return "";
    const value = coerce(context.analyzer.expr(expr, context), INT64)?.literal?.value;
    if (typeof value !== "bigint")
      throw new SqlError(`${which.toUpperCase()} expects an integer literal or parameter`, expr.at);
    if (value < 0n) throw new SqlError(`Negative value found in ${which.toUpperCase()}`, expr.at);
    return ` ${which.toUpperCase()} ${value}`;
  };
  return count("limit") + count("offset");
}
