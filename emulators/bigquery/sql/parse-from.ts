import type { Expr, FromItem } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { UnsupportedError } from "./error.ts";
import { startsQuery } from "./parse-expr.ts";

export function parseFrom(c: Cursor): FromItem {
  let left = joined(c);
  while (c.is(",")) {
    const { at } = c;
    c.advance();
    left = { kind: "join", type: "comma", left, right: joined(c), at };
  }
  return left;
}

function joined(c: Cursor): FromItem {
  let left = source(c);
  // `a JOIN b JOIN c ON … ON …` keeps its inputs until the conditions come.
  for (;;) {
    const join = readJoin(c);
    if (join === undefined) return left;
    left = join(left);
  }
}

/** A join operator with its right side and condition, to be applied to a left side. */
export function readJoin(c: Cursor): ((left: FromItem) => FromItem) | undefined {
  const { at, index } = c;
  const natural = c.accept("NATURAL");
  const type = c.accept("CROSS")
    ? "cross"
    : c.accept("LEFT")
      ? "left"
      : c.accept("RIGHT")
        ? "right"
        : c.accept("FULL")
          ? "full"
          : (c.accept("INNER"), "inner");
  if (type !== "cross" && type !== "inner") c.accept("OUTER");
  if (!c.accept("JOIN")) {
    c.index = index;
    return undefined;
  }
  if (natural) throw new UnsupportedError("NATURAL JOIN", at);
  const right = source(c);
  if (type === "cross") return (left) => ({ kind: "join", type, left, right, at });
  if (c.accept("ON")) {
    const on = c.expr();
    return (left) => ({ kind: "join", type, left, right, on, at });
  }
  if (c.accept("USING")) {
    const using = c.parenthesized(() => c.list(() => c.identifier()));
    return (left) => ({ kind: "join", type, left, right, using, at });
  }
  const nested = readJoin(c);
  if (nested === undefined && (type === "inner" || (type === "left" && right.kind !== "query")))
    return (left) => ({ kind: "join", type, left, right, at });
  if (nested === undefined) c.fail("Expected keyword ON or keyword USING");
  const inner = nested(right);
  if (c.accept("ON")) {
    const on = c.expr();
    return (left) => ({ kind: "join", type, left, right: inner, on, at });
  }
  c.expect("USING");
  const using = c.parenthesized(() => c.list(() => c.identifier()));
  return (left) => ({ kind: "join", type, left, right: inner, using, at });
}

function source(c: Cursor): FromItem {
  let item = plainSource(c);
  for (;;) {
    const { at } = c;
    if (c.is("PIVOT", "(")) item = pivot(c, item, at);
    else if (c.is("UNPIVOT")) item = unpivot(c, item, at);
    else if (c.is("TABLESAMPLE")) item = sample(c, item);
    else return item;
  }
}

/** `TABLESAMPLE SYSTEM (n PERCENT)` over what stands before it. */
export function sample(c: Cursor, input: FromItem): Extract<FromItem, { kind: "sample" }> {
  const { at } = c;
  c.expect("TABLESAMPLE");
  c.expect("SYSTEM");
  const percent = c.parenthesized(() => {
    const size = c.expr();
    c.expect("PERCENT");
    return size;
  });
  return { kind: "sample", input, percent, at };
}

/** An alias that is not the start of the next clause. */
function fromAlias(c: Cursor): string | undefined {
  if (c.accept("AS")) return c.identifier();
  if (
    c.is("PIVOT", "(") ||
    (c.is("UNPIVOT") && c.ahead(1).type !== "op" && c.ahead(1).text !== ",")
  )
    return undefined;
  if (c.is("UNPIVOT", "(")) return undefined;
  return c.isIdentifier ? c.advance().text : undefined;
}

const withAlias = (alias: string | undefined) => (alias === undefined ? {} : { alias });

function plainSource(c: Cursor): FromItem {
  const { at } = c;
  if (c.is("UNNEST", "(")) {
    c.advance();
    return unnest(
      c,
      c.parenthesized(() => c.expr()),
      at,
    );
  }
  if (c.is("(")) {
    if (startsQuery(c)) {
      const { index } = c;
      try {
        const query = c.parenthesized(() => c.query());
        return { kind: "query", query, ...withAlias(fromAlias(c)), at };
      } catch (error) {
        if (c.ahead(0).type === "eof" || c.tokens[index + 1]?.text !== "(") throw error;
        c.index = index; // `((SELECT 1) JOIN …)`
      }
    }
    return c.parenthesized(() => parseFrom(c));
  }
  const path = tablePath(c);
  if (c.accept("(")) {
    const args = c.is(")") ? [] : c.list(() => tableArgument(c));
    c.expect(")");
    return { kind: "table call", path, args, ...withAlias(fromAlias(c)), at };
  }
  const before = c.accept("FOR") ? systemTime(c) : undefined;
  const alias = fromAlias(c);
  const asOf = before ?? (c.accept("FOR") ? systemTime(c) : undefined);
  if (c.accept("WITH", "OFFSET")) {
    const offset = c.alias() ?? "offset";
    return {
      kind: "unnest",
      array: pathExpr(path, at),
      alias: alias ?? path.at(-1) ?? "",
      offset,
      at,
    };
  }
  return { kind: "table", path, ...withAlias(alias), ...(asOf === undefined ? {} : { asOf }), at };
}

function tableArgument(c: Cursor): Expr {
  if (c.is("TABLE") || startsQuery(c) || c.ahead(1).text === "=>")
    throw new UnsupportedError("tables and names as arguments of a table function", c.at);
  return c.expr();
}

function systemTime(c: Cursor): Expr {
  c.expect("SYSTEM_TIME", "AS", "OF");
  return c.expr();
}

function unnest(c: Cursor, array: Expr, at: number): FromItem {
  const alias = fromAlias(c);
  const offset = c.accept("WITH", "OFFSET") ? (c.alias() ?? "offset") : undefined;
  return {
    kind: "unnest",
    array,
    ...withAlias(alias),
    ...(offset === undefined ? {} : { offset }),
    at,
  };
}

export function pathExpr(path: readonly string[], at: number): Expr {
  const [first = "", ...rest] = path;
  return rest.reduce<Expr>((base, name) => ({ kind: "dot", base, name, at }), {
    kind: "name",
    name: first,
    at,
  });
}

/** `project-with-dashes.dataset.table`, in or out of backticks, split at its dots. */
export function tablePath(c: Cursor): string[] {
  const parts = [pathPart(c, true)];
  while (c.accept(".")) parts.push(pathPart(c, false));
  return parts.flat();
}

function pathPart(c: Cursor, first: boolean): string[] {
  if (c.token.type === "qid") return c.advance().text.split(".");
  if (c.token.type === "int") return [c.advance().text];
  let name = first ? c.identifier() : c.nameAfterDot();
  if (!first) return [name];
  // Dashes join only without spaces: `my-project.dataset`.
  while (
    c.token.text === "-" &&
    c.token.start === c.ahead(-1).end &&
    c.ahead(1).start === c.token.end
  ) {
    c.advance();
    name += `-${c.advance().text}`;
  }
  return [name];
}

export function pivot(c: Cursor, input: FromItem, at: number): FromItem {
  c.expect("PIVOT", "(");
  const aliased = () => {
    const expr = c.expr();
    const alias = c.alias();
    return alias === undefined ? { expr } : { expr, alias };
  };
  const aggregates = c.list(aliased);
  c.expect("FOR");
  // The input column is read by itself: `y IN (1, 2)` would otherwise be one expression.
  const on = pathExpr(tablePath(c), at);
  c.expect("IN");
  const values = c.parenthesized(() => c.list(aliased));
  c.expect(")");
  return { kind: "pivot", input, aggregates, on, values, ...withAlias(fromAlias(c)), at };
}

export function unpivot(c: Cursor, input: FromItem, at: number): FromItem {
  c.expect("UNPIVOT");
  const includeNulls = c.accept("INCLUDE", "NULLS");
  if (!includeNulls) c.accept("EXCLUDE", "NULLS");
  const names = () =>
    c.is("(") ? c.parenthesized(() => c.list(() => c.identifier())) : [c.identifier()];
  c.expect("(");
  const values = names();
  c.expect("FOR");
  const name = c.identifier();
  c.expect("IN");
  const column = () => tablePath(c).at(-1) ?? "";
  const columns = c.parenthesized(() =>
    c.list(() => {
      const start = c.at;
      const columns = c.is("(") ? c.parenthesized(() => c.list(column)) : [column()];
      const label =
        c.accept("AS") || c.token.type === "string" || c.token.type === "int"
          ? c.expr()
          : undefined;
      return label === undefined ? { columns, at: start } : { columns, label, at: start };
    }),
  );
  c.expect(")");
  return {
    kind: "unpivot",
    input,
    includeNulls,
    values,
    name,
    columns,
    ...withAlias(fromAlias(c)),
    at,
  };
}
