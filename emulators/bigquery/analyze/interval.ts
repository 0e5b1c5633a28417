import { quote } from "../engine/literal.ts";
import type { Expr } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { coerce } from "./coerce.ts";
import type { Context } from "./context.ts";
import { type Typed, typed } from "./typed.ts";
import { INT64, INTERVAL, STRING, typeName } from "./types.ts";

/** `INTERVAL 5 DAY` and `INTERVAL '1-2' YEAR TO MONTH`. */
export function intervalOf(node: Extract<Expr, { kind: "interval" }>, context: Context): Typed {
  const value = context.analyzer.expr(node.value, context);
  if (node.to !== undefined || value.type.kind === "STRING") {
    const text = coerce(value, STRING);
    if (text === undefined || text.literal === undefined)
      throw new SqlError(
        `Invalid interval literal. Expected STRING literal, found ${typeName(value.type)}`,
        node.at,
      );
    return typed(
      `gsql_interval_from_text(${text.sql}, ${quote(node.from)}, ${quote(node.to ?? "")})`,
      INTERVAL,
    );
  }
  const count = coerce(value, INT64);
  if (count === undefined)
    throw new SqlError(
      `Interval value must be coercible to INT64 type, but has type ${typeName(value.type)}`,
      node.at,
    );
  return typed(`gsql_interval_of(${count.sql}, ${quote(node.from)})`, INTERVAL);
}
