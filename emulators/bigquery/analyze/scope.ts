import { SqlError } from "../sql/error.ts";
import type { Typed } from "./typed.ts";
import { typed } from "./typed.ts";
import { structOf, type Type } from "./types.ts";

export interface Column {
  readonly name: string | undefined;
  readonly value: Typed;
  /** Reachable by name and not shown by `*`: an input of USING, which the merged column stands for. */
  readonly hidden?: boolean;
  /** Reachable by its table's name only: a column as it was before a pipe operator changed it. */
  readonly qualified?: boolean;
}

/** A table expression in FROM: its alias and columns; `value` is set where a row is one value (UNNEST). */
export interface Relation {
  readonly alias: string | undefined;
  readonly columns: readonly Column[];
  readonly value?: Typed;
}

/** Names that an expression can see. A scope with `outer` is that of a subquery. */
export interface Scope {
  readonly relations: readonly Relation[];
  /** Names that go before those of FROM: aliases of the SELECT list, in ORDER BY and the like. */
  readonly aliases?: ReadonlyMap<string, Typed | "ambiguous">;
  readonly outer?: Scope;
  /** What a found column becomes: after grouping, the group's column, or an error. */
  readonly map?: (value: Typed, name: string, at: number) => Typed;
}

export const emptyScope: Scope = { relations: [] };

const same = (a: string | undefined, b: string) => a?.toUpperCase() === b.toUpperCase();

/** Finds a name of one part; undefined when there is none. */
export function lookup(scope: Scope, name: string, at: number): Typed | undefined {
  const alias = scope.aliases?.get(name.toUpperCase());
  if (alias === "ambiguous") throw ambiguous(name, at);
  if (alias !== undefined) return alias;
  const found = lookupColumn(scope, name, at) ?? lookupRow(scope, name, at);
  if (found !== undefined) return found;
  return scope.outer === undefined ? undefined : lookup(scope.outer, name, at);
}

function lookupColumn(scope: Scope, name: string, at: number): Typed | undefined {
  const columns = scope.relations
    .flatMap((r) => r.columns)
    .filter((c) => c.qualified !== true && same(c.name, name));
  const shown = columns.filter((c) => c.hidden !== true);
  const found = shown.length > 0 ? shown : columns;
  if (found.length > 1) throw ambiguous(name, at);
  const [column] = found;
  if (column === undefined) return undefined;
  return scope.map === undefined ? column.value : scope.map(column.value, name, at);
}

function lookupRow(scope: Scope, name: string, at: number): Typed | undefined {
  const relations = scope.relations.filter((r) => same(r.alias, name));
  if (relations.length > 1) throw ambiguous(name, at);
  const [relation] = relations;
  if (relation === undefined) return undefined;
  const value = relation.value ?? rowOf(relation);
  return scope.map === undefined ? value : scope.map(value, name, at);
}

/** `alias.column`: tried before a field of a column named like the alias. */
export function lookupQualified(
  scope: Scope,
  alias: string,
  name: string,
  at: number,
): Typed | undefined {
  if (scope.aliases?.has(alias.toUpperCase()) === true) return undefined;
  const relations = scope.relations.filter((r) => same(r.alias, alias));
  if (relations.length > 1) throw ambiguous(alias, at);
  const [relation] = relations;
  if (relation === undefined) {
    if (lookupColumn({ relations: scope.relations }, alias, at) !== undefined) return undefined;
    return scope.outer === undefined ? undefined : lookupQualified(scope.outer, alias, name, at);
  }
  const columns = relation.columns.filter((c) => same(c.name, name));
  if (columns.length > 1) throw ambiguous(name, at);
  const [column] = columns;
  if (column === undefined) {
    if (relation.value !== undefined) return undefined;
    throw new SqlError(`Name ${name} not found inside ${alias}`, at);
  }
  return scope.map === undefined ? column.value : scope.map(column.value, `${alias}.${name}`, at);
}

/** A whole row as a struct; NULL where an outer join found no row is not told apart from a row of NULLs. */
function rowOf(relation: Relation): Typed {
  const columns = relation.columns;
  const fields = columns.map((c) =>
    c.name === undefined ? { type: c.value.type } : { name: c.name, type: c.value.type },
  );
  const type: Type = structOf(fields);
  const parts = columns.map((c, i) => `"_${i + 1}" := ${c.value.sql}`);
  return typed(`struct_pack(${parts.join(", ")})`, type);
}

const ambiguous = (name: string, at: number) =>
  new SqlError(`Column name ${name} is ambiguous`, at);
