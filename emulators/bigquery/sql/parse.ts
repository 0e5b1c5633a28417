import { Cursor, type Grammar } from "./cursor.ts";
import type { Token } from "./lexer.ts";
import { parseExpr } from "./parse-expr.ts";
import { parseQuery } from "./parse-query.ts";

const grammar: Grammar = { expr: parseExpr, query: parseQuery };

/** A cursor at the start of `text`. Throws `SqlError` when the text cannot be read as tokens. */
export function openCursor(text: string, tokens?: readonly Token[]): Cursor {
  return tokens === undefined ? new Cursor(text, grammar) : new Cursor(text, grammar, tokens);
}
