import type { Query, QueryBody } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { SqlError } from "./error.ts";
import { parseFrom } from "./parse-from.ts";
import { parseWith } from "./parse-with.ts";
import { parsePipes } from "./parse-pipe.ts";
import { parseSelect } from "./parse-select.ts";
import { readSetOperation } from "./parse-set.ts";

export function parseQuery(c: Cursor): Query {
  const { at } = c;
  const recursive = c.is("WITH", "RECURSIVE");
  const ctes = c.is("WITH") ? parseWith(c) : [];
  const body = setOperations(c);
  const orderBy = c.accept("ORDER", "BY") ? c.orderBy() : [];
  const limit = c.accept("LIMIT") ? c.expr() : undefined;
  const offset = limit !== undefined && c.accept("OFFSET") ? c.expr() : undefined;
  const pipes = parsePipes(c);
  return {
    with: ctes,
    recursive,
    body,
    orderBy,
    pipes,
    at,
    ...(limit === undefined ? {} : { limit }),
    ...(offset === undefined ? {} : { offset }),
  };
}

/** Set operations of one level; GoogleSQL wants parentheses to mix different ones. */
function setOperations(c: Cursor): QueryBody {
  let left = primary(c);
  let previous: string | undefined;
  for (;;) {
    const { at } = c;
    const operation = readSetOperation(c);
    if (operation === undefined) return left;
    const key = `${operation.op} ${operation.all ? "ALL" : "DISTINCT"}`;
    if (previous !== undefined && previous !== key)
      throw new SqlError(
        "Syntax error: Different set operations cannot be used in the same query without using parentheses for grouping",
        at,
      );
    previous = key;
    left = { kind: "set", ...operation, left, right: primary(c), at };
  }
}

function primary(c: Cursor): QueryBody {
  const { at } = c;
  if (c.is("(")) return { kind: "nested", query: c.parenthesized(() => c.query()), at };
  if (c.accept("FROM")) return { kind: "from", from: parseFrom(c), at };
  return parseSelect(c);
}
