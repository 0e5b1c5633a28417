import type { OrderItem } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import type { Context } from "./context.ts";
import { rangeKey } from "./range-key.ts";
import type { Typed } from "./typed.ts";
import { isOrderable, typeName } from "./types.ts";

/** One sort key. NULL is the least value; NaN is the least number, where DuckDB has it as the greatest. */
export function orderSql(item: OrderItem, context: Context): string {
  return sortKey(context.analyzer.expr(item.expr, context), item);
}

export function sortKey(value: Typed, item: OrderItem): string {
  if (!isOrderable(value.type))
    throw new SqlError(
      `ORDER BY does not support expressions of type ${typeName(value.type)}`,
      item.expr.at,
    );
  const direction = item.desc ? "DESC" : "ASC";
  const first = item.nulls === undefined ? !item.desc : item.nulls === "first";
  const plain = `${rangeKey(value).sql} ${direction} NULLS ${first ? "FIRST" : "LAST"}`;
  if (value.type.kind !== "FLOAT64") return plain;
  return `isnan(${value.sql}) ${item.desc ? "ASC" : "DESC"} NULLS ${first ? "FIRST" : "LAST"}, ${plain}`;
}
