import type { Option } from "./ast.ts";
import type { Cursor } from "./cursor.ts";

/** `(name = value, …)`. */
export function options(c: Cursor): Option[] {
  return c.parenthesized(() => {
    if (c.is(")")) return [];
    return c.list(() => {
      const { at } = c;
      const name = c.identifier();
      c.expect("=");
      return { name, expr: c.expr(), at };
    });
  });
}

/** OPTIONS where they may stand. */
export const optionsIfAny = (c: Cursor): Option[] => (c.accept("OPTIONS") ? options(c) : []);
