import type { Cursor } from "./cursor.ts";
import type { Expr } from "./ast.ts";
import { parseFrom, tablePath } from "./parse-from.ts";
import type { Assignment, InsertSource, MergeWhen, Statement } from "./statement.ts";

const names = (c: Cursor) => c.parenthesized(() => c.list(() => c.identifier()));
const valueRow = (c: Cursor): Expr[] => c.parenthesized(() => c.list(() => c.expr()));

export function parseInsert(c: Cursor): Statement {
  const { at } = c;
  c.expect("INSERT");
  c.accept("INTO");
  const path = tablePath(c);
  const columns =
    c.is("(") && !/^(?:SELECT|WITH|FROM)$/.test(c.ahead(1).upper) ? names(c) : undefined;
  const source: InsertSource = c.accept("VALUES")
    ? { kind: "values", rows: c.list(() => valueRow(c)) }
    : { kind: "query", query: c.query() };
  return { kind: "insert", path, source, at, ...(columns === undefined ? {} : { columns }) };
}

function alias(c: Cursor): { alias?: string } {
  const found = c.isAny("SET", "WHERE", "USING") ? undefined : c.alias();
  return found === undefined ? {} : { alias: found };
}

function assignments(c: Cursor): Assignment[] {
  return c.list(() => {
    const { at } = c;
    const path = [c.identifier()];
    while (c.accept(".")) path.push(c.nameAfterDot());
    c.expect("=");
    return { path, value: c.expr(), at };
  });
}

export function parseUpdate(c: Cursor): Statement {
  const { at } = c;
  c.expect("UPDATE");
  const path = tablePath(c);
  const named = alias(c);
  c.expect("SET");
  const set = assignments(c);
  const from = c.accept("FROM") ? parseFrom(c) : undefined;
  if (!c.accept("WHERE")) c.fail("UPDATE must have a WHERE clause");
  return {
    kind: "update",
    path,
    set,
    where: c.expr(),
    at,
    ...named,
    ...(from === undefined ? {} : { from }),
  };
}

export function parseDelete(c: Cursor): Statement {
  const { at } = c;
  c.expect("DELETE");
  c.accept("FROM");
  const path = tablePath(c);
  const named = alias(c);
  if (!c.accept("WHERE")) c.fail("DELETE must have a WHERE clause");
  return { kind: "delete", path, where: c.expr(), at, ...named };
}

export function parseMerge(c: Cursor): Statement {
  const { at } = c;
  c.expect("MERGE");
  c.accept("INTO");
  const path = tablePath(c);
  const named = alias(c);
  c.expect("USING");
  const source = parseFrom(c);
  c.expect("ON");
  const on = c.expr();
  const whens: MergeWhen[] = [];
  while (c.is("WHEN")) whens.push(mergeWhen(c));
  if (whens.length === 0) c.fail("Expected keyword WHEN");
  return { kind: "merge", path, source, on, whens, at, ...named };
}

function mergeWhen(c: Cursor): MergeWhen {
  const { at } = c;
  c.expect("WHEN");
  const not = c.accept("NOT");
  c.expect("MATCHED");
  const bySource = not && c.accept("BY", "SOURCE");
  if (not && !bySource && c.accept("BY")) c.expect("TARGET");
  const on = bySource ? "not matched by source" : not ? "not matched" : "matched";
  const condition = c.accept("AND") ? c.expr() : undefined;
  c.expect("THEN");
  const inserts = c.is("INSERT");
  if (inserts !== (on === "not matched"))
    c.fail(
      inserts ? "Expected UPDATE or DELETE" : on === "not matched" ? "Expected INSERT" : undefined,
    );
  return { on, action: mergeAction(c), at, ...(condition === undefined ? {} : { condition }) };
}

function mergeAction(c: Cursor): MergeWhen["action"] {
  if (c.accept("DELETE")) return { kind: "delete" };
  if (c.accept("UPDATE")) {
    c.expect("SET");
    return { kind: "update", set: assignments(c) };
  }
  c.expect("INSERT");
  const columns = c.is("(") ? { columns: names(c) } : {};
  if (c.accept("ROW")) return { kind: "insert", ...columns };
  c.expect("VALUES");
  return { kind: "insert", ...columns, values: valueRow(c) };
}
