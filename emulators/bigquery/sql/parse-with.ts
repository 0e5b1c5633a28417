import type { Cte } from "./ast.ts";
import type { Cursor } from "./cursor.ts";

/** `WITH [RECURSIVE] name AS (query), …`. */
export function parseWith(c: Cursor): Cte[] {
  c.expect("WITH");
  c.accept("RECURSIVE");
  return c.list(() => cte(c));
}

function cte(c: Cursor): Cte {
  const { at } = c;
  const name = c.identifier();
  c.expect("AS");
  return { name, query: c.parenthesized(() => c.query()), at };
}
