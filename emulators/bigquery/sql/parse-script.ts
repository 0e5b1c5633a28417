import type { Expr } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { SqlError, UnsupportedError } from "./error.ts";
import { parseAlter, parseCreate, parseDrop } from "./parse-ddl.ts";
import { parseDelete, parseInsert, parseMerge, parseUpdate } from "./parse-dml.ts";
import { tablePath } from "./parse-from.ts";
import {
  parseCallStatement,
  parseProcedure,
  readProcedure,
  startsProcedure,
} from "./parse-procedure.ts";
import { parseType } from "./parse-type.ts";
import type { Statement } from "./statement.ts";

/** All statements of a script, to the end of the text. */
export function parseScript(c: Cursor): Statement[] {
  const statements = body(c, []);
  if (!c.atEnd) c.fail();
  if (statements.length === 0)
    throw new SqlError("Syntax error: Unexpected end of statement", c.at);
  return statements;
}

/** A stored procedure, from its parameters on. */
export const parseStoredProcedure = (c: Cursor): ReturnType<typeof readProcedure<Statement>> =>
  readProcedure(c, () => begin(c, {}, undefined));

/** Statements up to one of the words that end the body; each is closed by `;`, the last of a script need not be. */
function body(c: Cursor, ends: readonly string[]): Statement[] {
  const statements: Statement[] = [];
  for (;;) {
    while (c.accept(";"));
    if (c.atEnd || c.isAny(...ends)) return statements;
    const next = statement(c);
    if (next.kind === "declare" && statements.some(({ kind }) => kind !== "declare"))
      throw new SqlError(
        "Variable declarations are allowed only at the start of a block or script",
        next.at,
      );
    statements.push(next);
    if (c.atEnd && ends.length === 0) return statements;
    if (!c.is(";")) c.fail(c.atEnd ? 'Expected ";"' : undefined);
  }
}

function statement(c: Cursor): Statement {
  const { at } = c;
  switch (c.token.upper) {
    case "SELECT":
    case "WITH":
    case "FROM":
    case "(":
      return { kind: "query", query: c.query(), at };
    case "CREATE":
      return startsProcedure(c) ? parseProcedure(c, () => begin(c, {}, undefined)) : parseCreate(c);
    case "DROP":
      return parseDrop(c);
    case "ALTER":
      return parseAlter(c);
    case "INSERT":
      return parseInsert(c);
    case "UPDATE":
      return parseUpdate(c);
    case "DELETE":
      return parseDelete(c);
    case "MERGE":
      return parseMerge(c);
    case "TRUNCATE":
      c.advance();
      c.expect("TABLE");
      return { kind: "truncate", path: tablePath(c), at };
    default:
      return procedural(c);
  }
}

function procedural(c: Cursor): Statement {
  const { at } = c;
  const label = c.isIdentifier && c.ahead(1).text === ":" ? c.identifier() : undefined;
  if (label !== undefined) c.advance();
  const named = label === undefined ? {} : { label };
  switch (c.token.upper) {
    case "LOOP": {
      c.advance();
      const inside = body(c, ["END"]);
      end(c, "LOOP", label);
      return { kind: "loop", body: inside, at, ...named };
    }
    case "WHILE": {
      c.advance();
      const condition = c.expr();
      c.expect("DO");
      const inside = body(c, ["END"]);
      end(c, "WHILE", label);
      return { kind: "while", condition, body: inside, at, ...named };
    }
    case "REPEAT": {
      c.advance();
      const inside = body(c, ["UNTIL"]);
      c.expect("UNTIL");
      const until = c.expr();
      end(c, "REPEAT", label);
      return { kind: "repeat", body: inside, until, at, ...named };
    }
    case "FOR": {
      c.advance();
      const name = c.identifier();
      c.expect("IN");
      const query = c.parenthesized(() => c.query());
      c.expect("DO");
      const inside = body(c, ["END"]);
      end(c, "FOR", label);
      return { kind: "for", name, query, body: inside, at, ...named };
    }
    case "BEGIN":
      return begin(c, named, label);
    default:
      if (label !== undefined) c.fail();
      return simple(c);
  }
}

function end(c: Cursor, word: string, label: string | undefined): void {
  c.expect("END", word);
  if (label !== undefined && c.isIdentifier) c.identifier();
}

function begin(c: Cursor, named: { label?: string }, label: string | undefined): Statement {
  const { at } = c;
  c.advance();
  if (c.accept("TRANSACTION") || c.is(";") || c.atEnd)
    return { kind: "transaction", action: "begin", at };
  const inside = body(c, ["END", "EXCEPTION"]);
  const handled = c.accept("EXCEPTION", "WHEN", "ERROR", "THEN");
  const handler = handled ? body(c, ["END"]) : undefined;
  c.expect("END");
  if (label !== undefined && c.isIdentifier) c.identifier();
  return {
    kind: "block",
    body: inside,
    at,
    ...named,
    ...(handler === undefined ? {} : { handler }),
  };
}

function simple(c: Cursor): Statement {
  const { at } = c;
  const { upper } = c.token;
  if (upper === "COMMIT" || upper === "ROLLBACK") {
    c.advance();
    c.accept("TRANSACTION");
    return { kind: "transaction", action: upper === "COMMIT" ? "commit" : "rollback", at };
  }
  if (upper === "CALL") return parseCallStatement(c);
  if (upper === "EXPORT" || upper === "LOAD" || upper === "GRANT" || upper === "REVOKE")
    throw new UnsupportedError(`the ${upper} statement`, at);
  if (c.accept("DECLARE")) return declare(c, at);
  if (c.accept("SET")) return set(c, at);
  if (c.accept("IF")) return ifStatement(c, at);
  if (c.accept("CASE")) return caseStatement(c, at);
  if (c.accept("RETURN")) return { kind: "return", at };
  if (c.accept("BREAK") || c.accept("LEAVE")) return { kind: "leave", at, ...optionalLabel(c) };
  if (c.accept("CONTINUE") || c.accept("ITERATE"))
    return { kind: "continue", at, ...optionalLabel(c) };
  if (c.accept("RAISE")) {
    if (!c.accept("USING", "MESSAGE")) return { kind: "raise", at };
    c.expect("=");
    return { kind: "raise", message: c.expr(), at };
  }
  if (c.accept("ASSERT")) {
    const condition = c.expr();
    return c.accept("AS")
      ? { kind: "assert", condition, message: c.expr(), at }
      : { kind: "assert", condition, at };
  }
  if (c.accept("EXECUTE", "IMMEDIATE")) return execute(c, at);
  return c.fail();
}

const optionalLabel = (c: Cursor): { label?: string } =>
  c.isIdentifier ? { label: c.identifier() } : {};

function declare(c: Cursor, at: number): Statement {
  const names = c.list(() => c.identifier());
  const type = c.is("DEFAULT") ? undefined : parseType(c);
  const value = c.accept("DEFAULT") ? c.expr() : undefined;
  return {
    kind: "declare",
    names,
    at,
    ...(type === undefined ? {} : { type }),
    ...(value === undefined ? {} : { value }),
  };
}

function variable(c: Cursor): string {
  if (c.token.type === "sysvar") throw new UnsupportedError("setting a system variable", c.at);
  return c.identifier();
}

function set(c: Cursor, at: number): Statement {
  const tuple = c.is("(");
  const names = tuple ? c.parenthesized(() => c.list(() => variable(c))) : [variable(c)];
  c.expect("=");
  return { kind: "set", names, tuple, value: c.expr(), at };
}

function ifStatement(c: Cursor, at: number): Statement {
  const branches: { condition?: Expr; body: Statement[] }[] = [];
  const branch = () => {
    const condition = c.expr();
    c.expect("THEN");
    branches.push({ condition, body: body(c, ["ELSEIF", "ELSE", "END"]) });
  };
  branch();
  while (c.accept("ELSEIF")) branch();
  if (c.accept("ELSE")) branches.push({ body: body(c, ["END"]) });
  c.expect("END", "IF");
  return { kind: "if", branches, at };
}

/** CASE as a statement is IF with its conditions. */
function caseStatement(c: Cursor, at: number): Statement {
  const operand = c.is("WHEN") ? undefined : c.expr();
  const branches: { condition?: Expr; body: Statement[] }[] = [];
  while (c.accept("WHEN")) {
    const when = c.expr();
    c.expect("THEN");
    const condition: Expr =
      operand === undefined
        ? when
        : { kind: "binary", op: "=", left: operand, right: when, at: when.at };
    branches.push({ condition, body: body(c, ["WHEN", "ELSE", "END"]) });
  }
  if (c.accept("ELSE")) branches.push({ body: body(c, ["END"]) });
  c.expect("END", "CASE");
  return { kind: "if", branches, at };
}

function execute(c: Cursor, at: number): Statement {
  const text = c.expr();
  const into = c.accept("INTO") ? c.list(() => c.identifier()) : [];
  const using = c.accept("USING")
    ? c.list(() => {
        const expr = c.expr();
        return c.accept("AS") ? { expr, alias: c.identifier() } : { expr };
      })
    : [];
  return { kind: "execute", text, into, using, at };
}
