import type { FromItem } from "../sql/ast.ts";
import type { Context, OutputColumn, Relational } from "./context.ts";
import { fieldAt } from "./names.ts";
import { readsOf } from "./partition-filter.ts";
import type { Column, Relation } from "./scope.ts";
import { type Typed, typed } from "./typed.ts";
import type { Type } from "./types.ts";

/** FROM as SQL, with the relations that it brings into scope. */
export interface FromResult {
  readonly sql: string;
  readonly relations: readonly Relation[];
}

/** A subquery in FROM, under a fresh alias. */
export function fromQuery(
  query: Relational,
  alias: string | undefined,
  context: Context,
): FromResult {
  const id = context.session.alias();
  for (const [i, column] of query.columns.entries())
    context.session.partitions.derive(`${id}.c${i}`, readsOf(column));
  return {
    sql: `(${query.sql}) AS ${id}`,
    relations: [relationOf(id, query.columns, query.value, alias)],
  };
}

/** What a pipe operator left, with the tables that it still knows. */
export function fromGiven(
  item: Extract<FromItem, { kind: "given" }>,
  context: Context,
): FromResult {
  const { sql, relations } = fromQuery(item.relational as Relational, item.alias, context);
  const id = sql.slice(sql.lastIndexOf(" ") + 1);
  for (const { columns } of item.tables ?? [])
    for (const { index, reads } of columns)
      context.session.partitions.derive(`${id}.c${index}`, reads);
  const carried = (item.tables ?? []).map(({ alias, columns }): Relation => ({
    alias,
    columns: columns.map(({ name, index, type }) => ({
      name,
      value: typed(`${id}.c${index}`, type as Type),
      qualified: true,
    })),
  }));
  return { sql, relations: [...relations, ...carried] };
}

export function relationOf(
  id: string,
  columns: readonly OutputColumn[],
  value: boolean,
  alias: string | undefined,
): Relation {
  const cells = columns.map((column, i): Column => ({
    name: column.name,
    value: typed(`${id}.c${i}`, column.type),
  }));
  const [only] = cells;
  if (!value || only === undefined) return { alias, columns: cells };
  return { alias, columns: valueColumns(only.value, alias), value: only.value };
}

/** A row that is one value: a struct shows its fields as columns, anything else is a column named by the alias. */
export function valueColumns(value: Typed, alias: string | undefined): Column[] {
  if (value.type.kind !== "STRUCT") return [{ name: alias, value }];
  return value.type.fields.map((field, i) => ({ name: field.name, value: fieldAt(value, i) }));
}
