import type { TypeNode } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { UnsupportedError } from "./error.ts";
import { tablePath } from "./parse-from.ts";
import { parseType } from "./parse-type.ts";
import type { Statement } from "./statement.ts";

type Parameter = Extract<Statement, { kind: "create procedure" }>["params"][number];

export const startsProcedure = (c: Cursor): boolean =>
  c.is("CREATE", "PROCEDURE") || c.is("CREATE", "OR", "REPLACE", "PROCEDURE");

/** `CREATE [OR REPLACE] PROCEDURE [IF NOT EXISTS] name(params) [OPTIONS (…)] BEGIN … END`; `block` reads the last. */
export function parseProcedure(c: Cursor, block: (c: Cursor) => unknown): Statement {
  const { at } = c;
  c.expect("CREATE");
  const orReplace = c.accept("OR", "REPLACE");
  c.expect("PROCEDURE");
  const ifNotExists = c.accept("IF", "NOT", "EXISTS");
  const path = tablePath(c);
  const from = c.at;
  const { params } = readProcedure(c, block);
  const text = c.text.slice(from, c.ahead(-1).end);
  return { kind: "create procedure", path, orReplace, ifNotExists, params, text, at };
}

/** `(params) BEGIN … END`: the parameters, and what `block` makes of the rest. */
export function readProcedure<T>(
  c: Cursor,
  block: (c: Cursor) => T,
): { params: readonly Parameter[]; body: T } {
  const params = c.parenthesized(() => (c.is(")") ? [] : c.list(() => parameter(c))));
  if (c.is("OPTIONS")) throw new UnsupportedError("OPTIONS of a procedure", c.at);
  if (!c.is("BEGIN")) c.fail("Expected keyword BEGIN");
  return { params, body: block(c) };
}

function parameter(c: Cursor): Parameter {
  const mode = c.accept("OUT")
    ? "out"
    : c.accept("INOUT")
      ? "inout"
      : (c.is("IN") && c.accept("IN"), "in");
  const name = c.identifier();
  const type: TypeNode | undefined = c.accept("ANY", "TYPE") ? undefined : parseType(c);
  return { name, type, mode };
}

/** `CALL name(arguments)`. */
export function parseCallStatement(c: Cursor): Statement {
  const { at } = c;
  c.expect("CALL");
  const path = tablePath(c);
  const args = c.parenthesized(() => (c.is(")") ? [] : c.list(() => c.expr())));
  return { kind: "call", path, args, at };
}
