import type { Expr } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseDatePart, parseType } from "./parse-type.ts";

/** `WITH(a AS 1, b AS a + 1, a * b)`. */
export function withExpr(c: Cursor): Expr {
  const { at } = c;
  c.expect("WITH", "(");
  const variables: { name: string; expr: Expr }[] = [];
  while (c.isIdentifier && c.ahead(1).upper === "AS") {
    const name = c.identifier();
    c.expect("AS");
    variables.push({ name, expr: c.expr() });
    c.expect(",");
  }
  const result = c.expr();
  c.expect(")");
  return { kind: "with", variables, result, at };
}

export function caseOf(c: Cursor): Expr {
  const { at } = c;
  c.expect("CASE");
  const operand = c.is("WHEN") ? undefined : c.expr();
  const whens: [Expr, Expr][] = [];
  while (c.accept("WHEN")) {
    const when = c.expr();
    c.expect("THEN");
    whens.push([when, c.expr()]);
  }
  if (whens.length === 0) c.fail("Expected keyword WHEN");
  const otherwise = c.accept("ELSE") ? c.expr() : undefined;
  c.expect("END");
  return {
    kind: "case",
    whens,
    at,
    ...(operand === undefined ? {} : { operand }),
    ...(otherwise === undefined ? {} : { otherwise }),
  };
}

export function cast(c: Cursor): Expr {
  const { at } = c;
  const safe = c.advance().upper === "SAFE_CAST";
  c.expect("(");
  const expr = c.expr();
  c.expect("AS");
  const type = parseType(c);
  const format = c.accept("FORMAT") ? c.expr() : undefined;
  const zone = c.accept("AT", "TIME", "ZONE") ? c.expr() : undefined;
  c.expect(")");
  return {
    kind: "cast",
    expr,
    type,
    safe,
    at,
    ...(format === undefined ? {} : { format }),
    ...(zone === undefined ? {} : { zone }),
  };
}

export function extract(c: Cursor): Expr {
  const { at } = c;
  c.advance();
  c.expect("(");
  const part = parseDatePart(c);
  c.expect("FROM");
  const expr = c.expr();
  const zone = c.accept("AT", "TIME", "ZONE") ? c.expr() : undefined;
  c.expect(")");
  return zone === undefined
    ? { kind: "extract", part, expr, at }
    : { kind: "extract", part, expr, zone, at };
}

export function interval(c: Cursor): Expr {
  const { at } = c;
  c.expect("INTERVAL");
  const value = c.expr();
  const from = parseDatePart(c).name;
  if (!c.accept("TO")) return { kind: "interval", value, from, at };
  return { kind: "interval", value, from, to: parseDatePart(c).name, at };
}
