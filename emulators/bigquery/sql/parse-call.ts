import type { Call, Expr, FrameBound, WindowSpec } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { isDatePart, parseDatePart } from "./parse-type.ts";

/** A function call; the cursor stands at its opening parenthesis. */
export function parseCall(c: Cursor, written: readonly string[], at: number): Expr {
  const safe = written.length > 1 && written[0]?.toUpperCase() === "SAFE";
  const path = safe ? written.slice(1) : written;
  c.expect("(");
  const star = c.is("*") && c.ahead(1).text === ")" && c.accept("*");
  const distinct = c.accept("DISTINCT");
  const args: Expr[] = [];
  const named: { name: string; expr: Expr }[] = [];
  if (!star && !c.isAny(")", "ORDER", "LIMIT"))
    c.list(() => {
      if (c.isIdentifier && c.ahead(1).text === "=>") {
        const name = c.identifier();
        c.advance();
        named.push({ name: name.toUpperCase(), expr: argument(c) });
      } else {
        args.push(argument(c));
      }
    });
  const nulls = c.accept("IGNORE", "NULLS")
    ? "ignore"
    : c.accept("RESPECT", "NULLS")
      ? "respect"
      : undefined;
  const having = c.accept("HAVING") ? readHaving(c) : undefined;
  const orderBy = c.accept("ORDER", "BY") ? c.orderBy() : [];
  const limit = c.accept("LIMIT") ? c.expr() : undefined;
  c.expect(")");
  // The window functions also take it after the parenthesis in other dialects; GoogleSQL does not.
  const over = c.accept("OVER") ? windowSpec(c) : undefined;
  const call: Call = {
    kind: "call",
    name: path.map((part) => part.toUpperCase()).join("."),
    path,
    safe,
    args,
    named,
    star,
    distinct,
    orderBy,
    at,
    ...(nulls === undefined ? {} : { nulls }),
    ...(having === undefined ? {} : { having }),
    ...(limit === undefined ? {} : { limit }),
    ...(over === undefined ? {} : { over }),
  };
  return call;
}

function argument(c: Cursor): Expr {
  const { at } = c;
  if (isDatePart(c)) return { kind: "datePart", part: parseDatePart(c), at };
  const expr = c.expr();
  // STRUCT-less named arguments such as `x AS y` belong to ML functions and are not read.
  return expr;
}

function readHaving(c: Cursor): NonNullable<Call["having"]> {
  const kind = c.accept("MAX") ? "max" : "min";
  if (kind === "min") c.expect("MIN");
  return { kind, expr: c.expr() };
}

/** What follows OVER or a WINDOW name: a name, or `([name] [PARTITION BY] [ORDER BY] [frame])`. */
export function windowSpec(c: Cursor): WindowSpec {
  const { at } = c;
  if (!c.is("(")) return { base: c.identifier(), partitionBy: [], orderBy: [], at };
  return c.parenthesized(() => {
    const base = c.isIdentifier ? c.identifier() : undefined;
    const partitionBy = c.accept("PARTITION", "BY") ? c.list(() => c.expr()) : [];
    const orderBy = c.accept("ORDER", "BY") ? c.orderBy() : [];
    const frame = c.isAny("ROWS", "RANGE") ? readFrame(c) : undefined;
    return {
      partitionBy,
      orderBy,
      at,
      ...(base === undefined ? {} : { base }),
      ...(frame === undefined ? {} : { frame }),
    };
  });
}

function readFrame(c: Cursor): NonNullable<WindowSpec["frame"]> {
  const unit = c.advance().upper as "ROWS" | "RANGE";
  if (!c.accept("BETWEEN")) return { unit, from: bound(c), to: { kind: "current" } };
  const from = bound(c);
  c.expect("AND");
  return { unit, from, to: bound(c) };
}

function bound(c: Cursor): FrameBound {
  if (c.accept("UNBOUNDED", "PRECEDING")) return { kind: "unbounded preceding" };
  if (c.accept("UNBOUNDED", "FOLLOWING")) return { kind: "unbounded following" };
  if (c.accept("CURRENT", "ROW")) return { kind: "current" };
  const offset = c.expr();
  if (c.accept("PRECEDING")) return { kind: "preceding", offset };
  c.expect("FOLLOWING");
  return { kind: "following", offset };
}
