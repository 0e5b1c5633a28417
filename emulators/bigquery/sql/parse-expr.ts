import type { Expr, InSet } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { SqlError } from "./error.ts";
import { parseUnary } from "./parse-primary.ts";

/** Expressions by falling precedence: OR, AND, NOT, comparison, |, ^, &, shift, + -, * / ||, unary. */
export function parseExpr(c: Cursor): Expr {
  return binary(c, ["OR"], (c) => binary(c, ["AND"], not));
}

function not(c: Cursor): Expr {
  const { at } = c;
  if (!c.accept("NOT")) return comparison(c);
  return { kind: "unary", op: "NOT", expr: not(c), at };
}

function binary(c: Cursor, operators: readonly string[], next: (c: Cursor) => Expr): Expr {
  let left = next(c);
  while (c.isAny(...operators)) {
    const { start: at, upper: op } = c.advance();
    left = { kind: "binary", op, left, right: next(c), at };
  }
  return left;
}

const multiplicative = (c: Cursor) => binary(c, ["*", "/", "||"], parseUnary);
const additive = (c: Cursor) => binary(c, ["+", "-"], multiplicative);
const shift = (c: Cursor) => binary(c, ["<<", ">>"], additive);
const bitAnd = (c: Cursor) => binary(c, ["&"], shift);
const bitXor = (c: Cursor) => binary(c, ["^"], bitAnd);
const bitOr = (c: Cursor): Expr => binary(c, ["|"], bitXor);

/** Comparison operators do not associate: `a = b = c` is an error. */
function comparison(c: Cursor): Expr {
  let left = bitOr(c);
  let compared = false;
  for (;;) {
    const next = compare(c, left);
    if (next === undefined) return left;
    if (compared && next.kind === "binary")
      throw new SqlError(`Syntax error: Unexpected "${next.op}"`, next.at);
    compared = true;
    left = next;
  }
}

function compare(c: Cursor, left: Expr): Expr | undefined {
  const { at } = c;
  if (c.isAny("=", "<", ">", "<=", ">=", "<>", "!=")) {
    const op = c.advance().upper;
    return { kind: "binary", op: op === "<>" ? "!=" : op, left, right: bitOr(c), at };
  }
  if (c.accept("IS")) return is(c, left, at);
  const negated = c.is("NOT") && /^(?:IN|LIKE|BETWEEN)$/.test(c.ahead(1).upper);
  if (negated) c.advance();
  if (c.accept("BETWEEN")) {
    const low = bitOr(c);
    c.expect("AND");
    return { kind: "between", expr: left, low, high: bitOr(c), not: negated, at };
  }
  if (c.accept("IN")) return { kind: "in", expr: left, set: inSet(c), not: negated, at };
  if (c.accept("LIKE")) {
    if (c.isAny("ANY", "SOME", "ALL")) {
      const all = c.advance().upper === "ALL";
      return { kind: "likeAny", expr: left, all, set: inSet(c), not: negated, at };
    }
    const like: Expr = { kind: "binary", op: "LIKE", left, right: bitOr(c), at };
    return negated ? { kind: "unary", op: "NOT", expr: like, at } : like;
  }
  return undefined;
}

function is(c: Cursor, expr: Expr, at: number): Expr {
  const not = c.accept("NOT");
  if (c.accept("DISTINCT", "FROM"))
    return {
      kind: "binary",
      op: not ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM",
      left: expr,
      right: bitOr(c),
      at,
    };
  if (!c.isAny("NULL", "TRUE", "FALSE")) c.fail("Expected NULL, TRUE, FALSE or DISTINCT");
  return { kind: "is", expr, what: c.advance().upper as "NULL" | "TRUE" | "FALSE", not, at };
}

function inSet(c: Cursor): InSet {
  if (c.accept("UNNEST")) return { kind: "unnest", array: c.parenthesized(() => c.expr()) };
  if (c.token.type === "param") return { kind: "unnest", array: bitOr(c) };
  return c.parenthesized((): InSet => {
    const { index, positional } = c;
    if (startsQuery(c)) {
      const query = c.query();
      if (!c.is(",")) return { kind: "query", query };
      // `((SELECT 1), 2)` is a list.
      c.index = index;
      c.positional = positional;
    }
    return { kind: "list", items: c.list(() => c.expr()) };
  });
}

/** Whether a query starts here, parentheses before it skipped. */
export function startsQuery(c: Cursor): boolean {
  let depth = 0;
  while (c.ahead(depth).text === "(") depth += 1;
  const { upper } = c.ahead(depth);
  if (upper === "WITH") return c.ahead(depth + 1).text !== "(";
  return upper === "SELECT" || upper === "FROM";
}
