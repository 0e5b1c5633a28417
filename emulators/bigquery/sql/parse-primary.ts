import type { Expr, IndexMode, Literal } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { parseCall } from "./parse-call.ts";
import { array, arrayWord, struct } from "./parse-constructors.ts";
import { caseOf, cast, extract, interval, withExpr } from "./parse-forms.ts";
import { parseType } from "./parse-type.ts";

export function parseUnary(c: Cursor): Expr {
  const { at } = c;
  if (!c.isAny("-", "+", "~")) return postfix(c);
  const op = c.advance().text;
  const sign = op === "-" && (c.token.type === "int" || c.token.type === "float");
  const expr = parseUnary(c);
  // -9223372036854775808 is one literal, for its digits alone do not fit.
  if (sign && expr.kind === "literal" && (expr.value.type === "int" || expr.value.type === "float"))
    return { kind: "literal", value: { type: expr.value.type, text: negate(expr.value.text) }, at };
  return { kind: "unary", op, expr, at };
}

const negate = (text: string) => (text.startsWith("-") ? text.slice(1) : `-${text}`);

function postfix(c: Cursor): Expr {
  const bare = c.token.text !== "(";
  let base = primary(c);
  for (;;) {
    const { at } = c;
    if (c.is(".") && c.ahead(1).text !== "*") {
      c.advance();
      if (c.is("(")) {
        base = chained(c, base, chainedName(c));
        continue;
      }
      const nameAt = c.at;
      const name = c.nameAfterDot();
      if (c.is("(")) {
        const path = bare ? pathOf(base) : undefined;
        base =
          path === undefined ? chained(c, base, [name]) : parseCall(c, [...path, name], base.at);
      } else {
        base = { kind: "dot", base, name, at: nameAt };
      }
    } else if (c.accept("[")) {
      base = subscript(c, base, at);
    } else {
      return base;
    }
  }
}

/** The parts of `a.b.c`; undefined for any other expression. */
function pathOf(expr: Expr): string[] | undefined {
  if (expr.kind === "name") return [expr.name];
  const base = expr.kind === "dot" ? pathOf(expr.base) : undefined;
  return base === undefined || expr.kind !== "dot" ? undefined : [...base, expr.name];
}

/** `(x).f(y)` is `f(x, y)`. */
function chained(c: Cursor, base: Expr, path: readonly string[]): Expr {
  const call = parseCall(c, path, base.at);
  return call.kind === "call" ? { ...call, args: [base, ...call.args] } : call;
}

/** A function name of several parts in a chain: `(x).(SAFE.LOG)()`. */
const chainedName = (c: Cursor): string[] =>
  c.parenthesized(() => {
    const parts = [c.nameAfterDot()];
    while (c.accept(".")) parts.push(c.nameAfterDot());
    return parts;
  });

const modes: Readonly<Record<string, IndexMode>> = {
  OFFSET: "offset",
  ORDINAL: "ordinal",
  SAFE_OFFSET: "safe_offset",
  SAFE_ORDINAL: "safe_ordinal",
  KEY: "key",
  SAFE_KEY: "safe_key",
};

function subscript(c: Cursor, base: Expr, at: number): Expr {
  const mode = c.ahead(1).text === "(" ? modes[c.token.upper] : undefined;
  if (mode !== undefined) c.advance();
  const index = mode === undefined ? c.expr() : c.parenthesized(() => c.expr());
  c.expect("]");
  return { kind: "index", base, mode: mode ?? "plain", index, at };
}

function primary(c: Cursor): Expr {
  const { token, at } = c;
  if (token.type === "int" || token.type === "float" || token.type === "string") {
    c.advance();
    if (token.type !== "string")
      return { kind: "literal", value: { type: token.type, text: token.text }, at };
    // Adjacent string literals join, as in the specification of literals.
    return { kind: "literal", value: { type: "string", text: token.text }, at };
  }
  if (token.bytes !== undefined) {
    c.advance();
    return { kind: "literal", value: { type: "bytes", bytes: token.bytes }, at };
  }
  if (token.type === "param") {
    c.advance();
    return { kind: "param", name: token.text, index: -1, at };
  }
  if (token.type === "sysvar") {
    c.advance();
    return { kind: "sysvar", name: token.text, at };
  }
  if (c.accept("?")) {
    c.positional += 1;
    return { kind: "param", name: undefined, index: c.positional - 1, at };
  }
  if (token.text === "(" && token.type === "op") return group(c);
  if (token.text === "[") return array(c);
  if (token.type === "qid") return name(c);
  if (token.type === "id") return word(c);
  return c.fail();
}

function name(c: Cursor): Expr {
  const { at } = c;
  const text = c.advance().text;
  return c.is("(") ? parseCall(c, [text], at) : { kind: "name", name: text, at };
}

function group(c: Cursor): Expr {
  const { at } = c;
  const query = tryQuery(c);
  if (query !== undefined) return query;
  c.expect("(");
  const first = c.expr();
  if (!c.is(",")) {
    c.expect(")");
    return first;
  }
  const fields = [{ expr: first }];
  while (c.accept(",")) fields.push({ expr: c.expr() });
  c.expect(")");
  return { kind: "struct", fields, tuple: true, at };
}

/** `(SELECT …)`; `((SELECT 1) + 2)` starts the same way, so a failed reading is taken back. */
function tryQuery(c: Cursor): Expr | undefined {
  const { at, index } = c;
  let depth = 0;
  while (c.ahead(depth).text === "(") depth += 1;
  const { upper } = c.ahead(depth);
  if (upper !== "SELECT" && upper !== "FROM" && upper !== "WITH") return undefined;
  const positional = c.positional;
  try {
    const query = c.parenthesized(() => c.query());
    return { kind: "subquery", form: "scalar", query, at };
  } catch (error) {
    if (depth === 1) throw error;
    c.index = index;
    c.positional = positional;
    return undefined;
  }
}

const literal = (value: Literal, at: number): Expr => ({ kind: "literal", value, at });
const typedLiterals =
  /^(?:DATE|TIME|DATETIME|TIMESTAMP|NUMERIC|DECIMAL|BIGNUMERIC|BIGDECIMAL|JSON)$/;

function word(c: Cursor): Expr {
  const { at } = c;
  const { upper } = c.token;
  const following = c.ahead(1);
  if (upper === "NULL") return (c.advance(), literal({ type: "null" }, at));
  if (upper === "TRUE" || upper === "FALSE")
    return (c.advance(), literal({ type: "bool", value: upper === "TRUE" }, at));
  if (typedLiterals.test(upper) && following.type === "string") {
    const type = parseType(c);
    return { kind: "typed", type, text: c.advance().text, at };
  }
  if (upper === "RANGE" && following.text === "<") {
    const type = parseType(c);
    if (c.token.type !== "string") c.fail("Expected string literal");
    return { kind: "typed", type, text: c.advance().text, at };
  }
  if (upper === "CASE") return caseOf(c);
  if (upper === "DEFAULT") return (c.advance(), { kind: "default", at });
  if (upper === "CAST" || upper === "SAFE_CAST") return cast(c);
  if (upper === "EXTRACT" && following.text === "(") return extract(c);
  if (upper === "INTERVAL") return interval(c);
  if (upper === "EXISTS" && following.text === "(") {
    c.advance();
    return { kind: "subquery", form: "exists", query: c.parenthesized(() => c.query()), at };
  }
  if (upper === "WITH" && following.text === "(") return withExpr(c);
  if (upper === "ARRAY") return arrayWord(c);
  if (upper === "STRUCT") return struct(c);
  if (following.text === "(" && /^(?:IF|LEFT|RIGHT|GROUPING|RANGE|ANY|CONTAINS)$/.test(upper))
    return name(c);
  if (!c.isIdentifier) c.fail();
  return name(c);
}
