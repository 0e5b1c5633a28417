import type { Expr } from "./ast.ts";
import type { Cursor } from "./cursor.ts";

/** `(name = literal, …)`: the string values by name, others skipped. */
export function options(c: Cursor): Map<string, string> {
  const values = new Map<string, string>();
  c.parenthesized(() => {
    if (c.is(")")) return;
    c.list(() => {
      const name = c.identifier();
      c.expect("=");
      const value: Expr = c.expr();
      if (value.kind === "literal" && value.value.type === "string")
        values.set(name.toUpperCase(), value.value.text);
    });
  });
  return values;
}
