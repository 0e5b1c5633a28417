import type { GroupBy, GroupingElement, Select, SelectItem } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { UnsupportedError } from "./error.ts";
import { windowSpec } from "./parse-call.ts";
import { parseFrom } from "./parse-from.ts";

export function parseSelect(c: Cursor): Select {
  const { at } = c;
  if (!c.accept("SELECT")) c.fail();
  if (c.is("WITH") && c.ahead(1).text !== "(")
    throw new UnsupportedError("SELECT WITH options", at);
  const distinct = c.accept("DISTINCT");
  if (!distinct) c.accept("ALL");
  const as = c.accept("AS", "STRUCT") ? "struct" : c.accept("AS", "VALUE") ? "value" : undefined;
  const items = selectList(c);
  const from = c.accept("FROM") ? parseFrom(c) : undefined;
  const where = c.accept("WHERE") ? c.expr() : undefined;
  const groupBy = c.is("GROUP") ? parseGroupBy(c) : undefined;
  const having = c.accept("HAVING") ? c.expr() : undefined;
  const qualify = c.accept("QUALIFY") ? c.expr() : undefined;
  return {
    kind: "select",
    distinct,
    items,
    windows: parseWindows(c),
    at,
    ...(as === undefined ? {} : { as }),
    ...(from === undefined ? {} : { from }),
    ...(where === undefined ? {} : { where }),
    ...(groupBy === undefined ? {} : { groupBy }),
    ...(having === undefined ? {} : { having }),
    ...(qualify === undefined ? {} : { qualify }),
  };
}

export function parseWindows(c: Cursor): Select["windows"] {
  if (!c.accept("WINDOW")) return [];
  return c.list(() => {
    const name = c.identifier();
    c.expect("AS");
    return { name, spec: windowSpec(c) };
  });
}

const listEnd = [
  "FROM",
  "WHERE",
  "GROUP",
  "HAVING",
  "QUALIFY",
  "WINDOW",
  "ORDER",
  "LIMIT",
  "UNION",
  "INTERSECT",
  "|>",
  ")",
  ";",
];

/** Items with the trailing comma that GoogleSQL allows. */
export function selectList(c: Cursor): SelectItem[] {
  const items = [selectItem(c)];
  while (c.accept(",")) {
    if (c.atEnd || c.isAny(...listEnd)) break;
    items.push(selectItem(c));
  }
  return items;
}

function selectItem(c: Cursor): SelectItem {
  const { at } = c;
  if (c.accept("*")) return star(c, at);
  const expr = c.expr();
  if (c.accept(".")) {
    c.expect("*");
    return { ...star(c, at), base: expr };
  }
  const alias = c.alias();
  return alias === undefined ? { kind: "expr", expr, at } : { kind: "expr", expr, alias, at };
}

function star(c: Cursor, at: number): Extract<SelectItem, { kind: "star" }> {
  const except = c.is("EXCEPT", "(")
    ? (c.advance(), c.parenthesized(() => c.list(() => c.identifier())))
    : [];
  const replace = c.accept("REPLACE")
    ? c.parenthesized(() =>
        c.list(() => {
          const expr = c.expr();
          c.accept("AS");
          return { expr, name: c.identifier() };
        }),
      )
    : [];
  return { kind: "star", except, replace, at };
}

export function parseGroupBy(c: Cursor, withAlias = false): GroupBy {
  const { at } = c;
  c.expect("GROUP");
  if (c.accept("AND")) c.expect("ORDER");
  c.expect("BY");
  if (c.accept("ALL")) return { kind: "all", at };
  return { kind: "list", items: c.list(() => grouping(c, withAlias)), at };
}

function grouping(c: Cursor, withAlias: boolean): GroupingElement {
  if (c.is("(", ")")) return (c.advance(), c.advance(), { kind: "empty" });
  if (c.accept("GROUPING", "SETS")) return { kind: "sets", sets: groupingSets(c, withAlias) };
  if (c.is("ROLLUP", "(") || c.is("CUBE", "("))
    return {
      kind: c.advance().upper === "CUBE" ? "cube" : "rollup",
      sets: groupingSets(c, withAlias),
    };
  const expr = c.expr();
  const alias = withAlias ? c.alias() : undefined;
  const order = withAlias
    ? c.accept("DESC")
      ? "desc"
      : c.accept("ASC")
        ? "asc"
        : undefined
    : undefined;
  return {
    kind: "key",
    key: {
      expr,
      ...(alias === undefined ? {} : { alias }),
      ...(order === undefined ? {} : { order }),
    },
  };
}

/** Each entry is one set: `(a, b)` together, or an element alone. */
function groupingSets(c: Cursor, withAlias: boolean): GroupingElement[][] {
  return c.parenthesized(() =>
    c.list((): GroupingElement[] => {
      if (c.is("(", ")")) return (c.advance(), c.advance(), []);
      const element = grouping(c, withAlias);
      if (element.kind !== "key") return [element];
      const { expr } = element.key;
      if (expr.kind !== "struct" || !expr.tuple) return [element];
      return expr.fields.map((field) => ({ kind: "key", key: { expr: field.expr } }));
    }),
  );
}
