import type { Expr, FromItem, Select, WindowSpec } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { expandAggregates } from "./aggregate-routine.ts";
import { containsAggregate, containsAnalytic } from "./call.ts";
import { coerce, structLiteral } from "./coerce.ts";
import type { Context, OutputColumn, Relational } from "./context.ts";
import { analyzeFrom } from "./from.ts";
import { groupBy } from "./group.ts";
import { sortKey } from "./order.ts";
import { noteFilters } from "./partition-filter.ts";
import { ordinalOf, type Tail } from "./query-tail.ts";
import type { Scope } from "./scope.ts";
import { expandItems, type Item } from "./select-items.ts";
import { type Typed, typed } from "./typed.ts";
import { BOOL, type Field, isGroupable, structOf, type Type, typeName } from "./types.ts";

/** `SELECT * FROM …`, what a bare FROM means. */
export const starSelect = (from: FromItem, at: number): Select => ({
  kind: "select",
  distinct: false,
  items: [{ kind: "star", except: [], replace: [], at }],
  from,
  windows: [],
  at,
});

export function analyzeSelect(
  written: Select,
  context: Context,
  asked: Tail,
  targets?: readonly Type[],
): Relational {
  let node = written;
  if (
    node.from === undefined &&
    (node.where ?? node.groupBy ?? node.having ?? node.qualify) !== undefined
  )
    throw new SqlError(
      "Query without FROM clause cannot have a WHERE, GROUP BY, HAVING or QUALIFY clause",
      node.at,
    );
  const from =
    node.from === undefined
      ? { sql: "", relations: [] }
      : analyzeFrom(node.from, { ...context, clause: "FROM clause" });
  const outer = context.scope.outer;
  const scope: Scope = { relations: from.relations, ...(outer === undefined ? {} : { outer }) };
  const rows: Context = { ...context, scope, clause: "WHERE clause" };
  const { from: _from, where: _where, groupBy: _groupBy, ...after } = written;
  node = { ...written, ...expandAggregates(after, rows) };
  const tail = { ...asked, orderBy: expandAggregates(asked.orderBy, rows) };
  const where = node.where === undefined ? "" : ` WHERE ${condition(node.where, rows, "WHERE")}`;
  if (node.where !== undefined) noteFilters(node.where, rows);
  const source = from.sql === "" ? "" : ` FROM ${from.sql.replace(/^LATERAL /, "")}${where}`;
  const items = expandItems(node.items, rows);
  const named = windowsOf(node);
  const grouped =
    node.groupBy !== undefined ||
    node.having !== undefined ||
    [node.items, node.qualify, tail.orderBy, node.windows].some((part) => containsAggregate(part));
  const group = grouped ? groupBy(node, items, rows, source) : undefined;
  const inside: Context = { ...(group?.context ?? rows), windows: named, clause: "SELECT list" };
  const values = items.map((item) => valueOf(item, inside));
  const aliases = aliasesOf(items, values);
  const withAliases: Context = { ...inside, scope: { ...inside.scope, aliases } };
  const { windows: _none, ...noWindows } = withAliases;
  const having =
    node.having === undefined
      ? undefined
      : condition(node.having, { ...noWindows, clause: "HAVING clause" }, "HAVING");
  const qualify =
    node.qualify === undefined
      ? undefined
      : condition(node.qualify, { ...withAliases, clause: "QUALIFY clause" }, "QUALIFY");
  if (node.qualify !== undefined && !containsAnalytic([node.items, node.qualify]))
    throw new SqlError(
      "The QUALIFY clause requires analytic function to be present",
      node.qualify.at,
    );
  const output = outputOf(node, items, values, targets);
  const keys = tail.orderBy.map((item) => ({
    item,
    value:
      ordinalOf(item, values) ??
      context.analyzer.expr(item.expr, { ...withAliases, clause: "ORDER BY clause" }),
  }));
  // The group's SQL is complete only now: every clause above may have asked for an aggregate.
  const base = group === undefined ? source : ` FROM ${group.sql()}`;
  const filter = having === undefined ? "" : ` WHERE ${having}`;
  const list = output.cells.map((cell, i) => `${cell.sql} AS c${i}`).join(", ");
  const body = `${list}${base}${filter}${qualify === undefined ? "" : ` QUALIFY ${qualify}`}`;
  const sql = node.distinct
    ? distinct(body, output, keys, node, context)
    : `SELECT ${body}${orderClause(keys.map(({ item, value }) => sortKey(value, item)))}`;
  return { sql: sql + tail.limit, columns: output.columns, value: node.as !== undefined };
}

const orderClause = (keys: readonly string[]) =>
  keys.length === 0 ? "" : ` ORDER BY ${keys.join(", ")}`;

function condition(expr: Expr, context: Context, clause: string): string {
  const value = context.analyzer.expr(expr, context);
  const bool = coerce(value, BOOL);
  if (bool === undefined)
    throw new SqlError(
      `${clause} clause should return type BOOL, but returns ${typeName(value.type)}`,
      expr.at,
    );
  return bool.sql;
}

function windowsOf(node: Select): ReadonlyMap<string, WindowSpec> {
  const map = new Map<string, WindowSpec>();
  for (const { name, spec } of node.windows) {
    if (map.has(name.toUpperCase())) throw new SqlError(`Duplicate window alias ${name}`, spec.at);
    map.set(name.toUpperCase(), spec);
  }
  return map;
}

function valueOf(item: Item, context: Context): Typed {
  if (item.expr !== undefined) return context.analyzer.expr(item.expr, context);
  const { map } = context.scope;
  const value = item.value as Typed; // an item is an expression or a column
  return map === undefined ? value : map(value, item.name ?? "", item.at);
}

function aliasesOf(
  items: readonly Item[],
  values: readonly Typed[],
): Map<string, Typed | "ambiguous"> {
  const aliases = new Map<string, Typed | "ambiguous">();
  for (const [i, { name }] of items.entries()) {
    if (name === undefined) continue;
    const key = name.toUpperCase();
    const before = aliases.get(key);
    const value = values[i];
    aliases.set(
      key,
      before === undefined || (before !== "ambiguous" && before.sql === value.sql)
        ? value
        : "ambiguous",
    );
  }
  return aliases;
}

interface Output {
  readonly cells: readonly Typed[];
  readonly columns: readonly OutputColumn[];
}

function outputOf(
  node: Select,
  items: readonly Item[],
  values: readonly Typed[],
  targets: readonly Type[] | undefined,
): Output {
  if (node.as === "value" && values.length !== 1)
    throw new SqlError("SELECT AS VALUE query must have exactly one column", node.at);
  if (node.as === "struct") {
    const fields = values.map((value, i): Field => {
      const name = items[i]?.name;
      return name === undefined ? { type: value.type } : { name, type: value.type };
    });
    const made = { ...structLiteral(values, structOf(fields)) };
    const target = targets?.[0];
    const cell =
      target === undefined ? made : (coerce(made, target) ?? mismatch(made, target, node.at));
    return { cells: [cell], columns: [{ name: undefined, type: cell.type }] };
  }
  const cells = values.map((value, i) => {
    const target = targets?.[i];
    return target === undefined
      ? value
      : (coerce(value, target) ?? mismatch(value, target, items[i]?.at ?? node.at));
  });
  const columns = cells.map((cell, i): OutputColumn => ({
    name: node.as === "value" ? undefined : items[i]?.name,
    type: cell.type,
    value: cell,
  }));
  return { cells, columns };
}

function mismatch(value: Typed, target: Type, at: number): never {
  throw new SqlError(
    `Column of type ${typeName(value.type)} does not coerce to ${typeName(target)}`,
    at,
  );
}

/** ORDER BY of an expression that only reads columns which SELECT DISTINCT shows. */
function overDistinct(expr: Expr, id: string, { cells, columns }: Output, context: Context): Typed {
  const shown = cells.map((cell, i) => ({
    name: columns[i]?.name,
    value: typed(`${id}.c${i}`, cell.type),
  }));
  const scope: Scope = { relations: [{ alias: undefined, columns: shown }] };
  try {
    return context.analyzer.expr(expr, { ...context, scope, clause: "ORDER BY clause" });
  } catch (cause) {
    if (!(cause instanceof SqlError)) throw cause;
    throw new SqlError(
      "ORDER BY clause expression references a column which is not visible after SELECT DISTINCT",
      expr.at,
    );
  }
}

function distinct(
  body: string,
  output: Output,
  keys: readonly { readonly item: Tail["orderBy"][number]; readonly value: Typed }[],
  node: Select,
  context: Context,
): string {
  const { cells } = output;
  for (const cell of cells)
    if (!isGroupable(cell.type))
      throw new SqlError(
        `Column of type ${typeName(cell.type)} cannot be used in SELECT DISTINCT`,
        node.at,
      );
  const id = context.session.alias();
  const order = keys.map(({ item, value }) => {
    const index = cells.findIndex((cell) => cell.sql === value.sql);
    if (index >= 0) return sortKey(typed(`${id}.c${index}`, value.type), item);
    return sortKey(overDistinct(item.expr, id, output, context), item);
  });
  return `SELECT * FROM (SELECT DISTINCT ${body}) AS ${id}${orderClause(order)}`;
}
