import type { Expr, TypeNode } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { SqlError, UnsupportedError } from "./error.ts";
import { tablePath } from "./parse-from.ts";
import { optionsIfAny } from "./parse-options.ts";
import { parseType } from "./parse-type.ts";
import type { Statement } from "./statement.ts";

interface Parameter {
  readonly name: string;
  readonly type: TypeNode | undefined;
  readonly constant?: true;
}

function parameters(c: Cursor, aggregate: boolean): Parameter[] {
  return c.parenthesized(() =>
    c.is(")")
      ? []
      : c.list((): Parameter => {
          const name = c.identifier();
          if (c.is("TABLE") || c.is("ANY", "TABLE"))
            throw new UnsupportedError("parameters that are tables", c.at);
          const type = c.accept("ANY", "TYPE") ? undefined : parseType(c);
          return aggregate && c.accept("NOT", "AGGREGATE")
            ? { name, type, constant: true }
            : { name, type };
        }),
  );
}

/** `CREATE TABLE FUNCTION name(params) [RETURNS TABLE<…>] AS query`; its body is kept as a subquery. */
export function tableFunction(
  c: Cursor,
  head: { orReplace: boolean; temp: boolean; at: number },
): Statement {
  const ifNotExists = c.accept("IF", "NOT", "EXISTS");
  const path = tablePath(c);
  const params = parameters(c, false);
  if (c.is("RETURNS")) throw new UnsupportedError("RETURNS TABLE", c.at);
  optionsIfAny(c);
  c.expect("AS");
  const from = c.at;
  const query = c.query();
  const text = `(${c.text.slice(from, c.ahead(-1).end)})`;
  const body: Expr = { kind: "subquery", form: "scalar", query, at: from };
  return {
    kind: "create function",
    path,
    ifNotExists,
    params,
    body,
    text,
    ...head,
    yields: "table",
  };
}

/** `CREATE [AGGREGATE] FUNCTION name(params) [RETURNS type] AS (expression)`. */
export function createFunction(
  c: Cursor,
  head: { orReplace: boolean; temp: boolean; at: number; yields: "value" | "aggregate" },
): Statement {
  const ifNotExists = c.accept("IF", "NOT", "EXISTS");
  const path = tablePath(c);
  const params = parameters(c, head.yields === "aggregate");
  const returns = c.accept("RETURNS") ? parseType(c) : undefined;
  if (c.is("LANGUAGE") || c.isAny("DETERMINISTIC", "REMOTE"))
    throw new UnsupportedError("functions in other languages than SQL", c.at);
  c.expect("AS");
  const from = c.at;
  if (!c.is("("))
    throw new SqlError(
      'Syntax error: Expected "(" but got a function body without parentheses',
      c.at,
    );
  const body = c.expr();
  const text = c.text.slice(from, c.ahead(-1).end);
  optionsIfAny(c);
  return {
    kind: "create function",
    path,
    ifNotExists,
    params,
    body,
    text,
    ...head,
    ...(returns === undefined ? {} : { returns }),
  };
}
