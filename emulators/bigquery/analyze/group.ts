import type { Expr, GroupBy, GroupingElement, Select } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { aggregateSql } from "./aggregate.ts";
import { containsAggregate } from "./call.ts";
import { aggregateClause, type Context, type Grouping } from "./context.ts";
import type { Item } from "./select-items.ts";
import { type Typed, typed } from "./typed.ts";
import { INT64, isGroupable, typeName } from "./types.ts";

export interface Group {
  /** What expressions after grouping see: the keys as columns, aggregates allowed. */
  readonly context: Context;
  /** The grouped rows as a FROM item; to be asked for when all aggregates are known. */
  sql(): string;
}

/** GROUP BY as a subquery that yields its keys (`k0` …) and the aggregates asked for later (`a0` …). */
export function groupBy(
  node: Select,
  items: readonly Item[],
  rows: Context,
  source: string,
): Group {
  const id = rows.session.alias();
  const inner: Context = { ...rows, clause: "GROUP BY clause" };
  const keys = new Map<string, Typed>();
  const add = (expr: Expr | undefined, value: Typed | undefined, at: number): string => {
    const key = value ?? inner.analyzer.expr(expr as Expr, inner);
    if (!isGroupable(key.type))
      throw new SqlError(
        `Grouping by expressions of type ${typeName(key.type)} is not allowed`,
        at,
      );
    if (!keys.has(key.sql)) {
      const after = `${id}.k${keys.size}`;
      rows.session.partitions.derive(after, [key.sql]);
      keys.set(key.sql, typed(after, key.type));
    }
    return key.sql;
  };
  const sets = node.groupBy === undefined ? [[]] : groupingSets(node.groupBy, items, add);
  const aggregates = new Map<string, string>();
  const column = (sql: string) => {
    const known = aggregates.get(sql) ?? `a${aggregates.size}`;
    aggregates.set(sql, known);
    return `${id}.${known}`;
  };
  const grouping: Grouping = {
    inner: { ...rows, clause: aggregateClause },
    keys,
    several: sets.length > 1,
    aggregate: (call) => {
      if (call.name === "GROUPING") return groupingCall(call.args, call.at);
      const value = aggregateSql(call, { ...rows, clause: aggregateClause });
      const collected = column(value.sql);
      return typed(value.finish === undefined ? collected : value.finish(collected), value.type);
    },
  };
  const groupingCall = (args: readonly Expr[], at: number) => {
    const [arg] = args;
    const key =
      arg === undefined || args.length > 1 ? undefined : inner.analyzer.expr(arg, inner).sql;
    if (key === undefined || !keys.has(key))
      throw new SqlError(
        "GROUPING must have an argument that exists within the group-by expression list",
        at,
      );
    return typed(column(`CAST(GROUPING(${key}) AS BIGINT)`), INT64);
  };
  const map = (value: Typed, name: string, at: number): Typed => {
    const key = keys.get(value.sql);
    if (key === undefined)
      throw new SqlError(
        `Expression references column ${name} which is neither grouped nor aggregated`,
        at,
      );
    return key;
  };
  return {
    context: { ...rows, scope: { ...rows.scope, map }, grouping },
    sql: () => {
      const parts = [
        ...[...keys].map(([sql, key]) => `${sql} AS ${key.sql.slice(id.length + 1)}`),
        ...[...aggregates].map(([sql, name]) => `${sql} AS ${name}`),
      ];
      if (parts.length === 0) parts.push("count(*) AS n");
      return `(SELECT ${parts.join(", ")}${source}${groupClause(sets, node.groupBy !== undefined)}) AS ${id}`;
    },
  };
}

function groupClause(sets: readonly (readonly string[])[], present: boolean): string {
  if (!present) return "";
  const [only] = sets;
  if (sets.length === 1 && only !== undefined)
    return only.length === 0 ? "" : ` GROUP BY ${only.join(", ")}`;
  return ` GROUP BY GROUPING SETS (${sets.map((set) => `(${set.join(", ")})`).join(", ")})`;
}

type Add = (expr: Expr | undefined, value: Typed | undefined, at: number) => string;

/** The sets of key SQL to group by: one for a plain GROUP BY, several for ROLLUP, CUBE and GROUPING SETS. */
function groupingSets(node: GroupBy, items: readonly Item[], add: Add): string[][] {
  if (node.kind === "all") {
    const keyed = items.filter(
      (item) =>
        !containsAggregate(item.expr) &&
        !containsAnalytic(item.expr) &&
        item.expr?.kind !== "literal",
    );
    return [keyed.map((item) => add(item.expr, item.value, item.at))];
  }
  const key = (expr: Expr) => keyOf(expr, items, add);
  return node.items.reduce<string[][]>((all, element) => product(all, setsOf(element, key)), [[]]);
}

const product = (a: readonly string[][], b: readonly string[][]): string[][] =>
  a.flatMap((left) => b.map((right) => [...new Set([...left, ...right])]));

function setsOf(element: GroupingElement, key: (expr: Expr) => string): string[][] {
  if (element.kind === "empty") return [[]];
  if (element.kind === "key") return [[key(element.key.expr)]];
  const parts = element.sets.map((set) =>
    set.reduce<string[][]>((all, part) => product(all, setsOf(part, key)), [[]]),
  );
  if (element.kind === "sets") return parts.flat();
  const units = parts.map((part) => part[0] ?? []);
  if (element.kind === "rollup")
    return Array.from({ length: units.length + 1 }, (_, i) =>
      units.slice(0, units.length - i).flat(),
    );
  const masks = Array.from({ length: 2 ** units.length }, (_, i) => 2 ** units.length - 1 - i);
  return masks.map((mask) => units.filter((_, i) => (mask >> (units.length - 1 - i)) & 1).flat());
}

/** A key written as an ordinal, as an alias of the SELECT list, or as an expression. */
function keyOf(expr: Expr, items: readonly Item[], add: Add): string {
  if (expr.kind === "literal" && expr.value.type === "int") {
    const item = items[Number(expr.value.text) - 1];
    if (item === undefined)
      throw new SqlError(
        `GROUP BY is out of SELECT column number range: ${expr.value.text}`,
        expr.at,
      );
    return addItem(item, add, expr.at);
  }
  if (expr.kind === "name") {
    const named = items.filter(
      (item) => item.explicit && item.name?.toUpperCase() === expr.name.toUpperCase(),
    );
    const [item] = named;
    if (named.length > 1)
      throw new SqlError(`Name ${expr.name} in GROUP BY clause is ambiguous`, expr.at);
    if (item !== undefined) return addItem(item, add, expr.at);
  }
  return add(expr, undefined, expr.at);
}

function addItem(item: Item, add: Add, at: number): string {
  if (containsAggregate(item.expr))
    throw new SqlError("Cannot GROUP BY an expression that contains an aggregate function", at);
  return add(item.expr, item.value, at);
}

function containsAnalytic(node: unknown): boolean {
  if (Array.isArray(node)) return node.some((item) => containsAnalytic(item));
  if (typeof node !== "object" || node === null) return false;
  const { kind, over } = node as { kind?: string; over?: unknown };
  if (kind === "subquery") return false;
  return over !== undefined || Object.values(node).some((part) => containsAnalytic(part));
}
