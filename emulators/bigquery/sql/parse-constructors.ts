import type { Expr } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { SqlError } from "./error.ts";
import { parseType } from "./parse-type.ts";

export function array(c: Cursor, type?: ReturnType<typeof parseType>): Expr {
  const { at } = c;
  c.expect("[");
  const items = c.is("]") ? [] : c.list(() => c.expr());
  c.expect("]");
  return type === undefined ? { kind: "array", items, at } : { kind: "array", type, items, at };
}

export function arrayWord(c: Cursor): Expr {
  const { at } = c;
  if (c.ahead(1).text === "(") {
    c.advance();
    return { kind: "subquery", form: "array", query: c.parenthesized(() => c.query()), at };
  }
  if (c.ahead(1).text === "[") {
    c.advance();
    return array(c);
  }
  const type = parseType(c);
  return array(c, type);
}

export function struct(c: Cursor): Expr {
  const { at } = c;
  const type = c.ahead(1).text === "<" ? parseType(c) : void c.advance();
  c.expect("(");
  const fields = c.is(")")
    ? []
    : c.list(() => {
        const expr = c.expr();
        if (!c.accept("AS")) return { expr };
        if (type !== undefined) throw new SqlError("Syntax error: Unexpected keyword AS", c.at);
        return { expr, alias: c.identifier() };
      });
  c.expect(")");
  return type === undefined
    ? { kind: "struct", fields, tuple: false, at }
    : { kind: "struct", type, fields, tuple: false, at };
}
