import type { CarriedTable, FromItem, Pipe, SelectItem } from "../sql/ast.ts";
import type { Context, Relational } from "./context.ts";
import { analyzeFrom } from "./from.ts";
import { readsOf } from "./partition-filter.ts";

/** A column that later operators may still name by its table. */
interface Carried {
  readonly alias: string;
  readonly name: string;
  readonly item: SelectItem;
}

/** After these only the columns are left: no table of before can be named. */
const barriers = new Set(["select", "aggregate", "distinct", "as", "set-operation"]);

/** The columns of the tables in `from` that the pipe operators to come name as `table.column`. */
export function carriedItems(
  from: FromItem,
  rest: readonly Pipe[],
  context: Context,
): readonly Carried[] {
  const named = namesAhead(rest);
  if (named.size === 0) return [];
  const { relations } = analyzeFrom(from, context);
  return relations.flatMap(({ alias, columns }) => {
    if (alias === undefined || !named.has(alias.toUpperCase())) return [];
    const names = columns.flatMap(({ name }) => (name === undefined ? [] : [name.toUpperCase()]));
    return columns.flatMap(({ name }): Carried[] => {
      if (name === undefined || names.filter((n) => n === name.toUpperCase()).length > 1) return [];
      const base = { kind: "name", name: alias, at: from.at } as const;
      const expr = { kind: "dot", base, name, at: from.at } as const;
      return [{ alias, name, item: { kind: "expr", expr, at: from.at } }];
    });
  });
}

/** Takes the carried columns, which come last, out of those that are shown. */
export function splitCarried(
  whole: Relational,
  carried: readonly Carried[],
): { next: Relational; tables: readonly CarriedTable[] } {
  if (carried.length === 0) return { next: whole, tables: [] };
  const shown = whole.columns.length - carried.length;
  const tables = new Map<string, CarriedTable["columns"][number][]>();
  for (const [i, { alias, name }] of carried.entries()) {
    const columns = tables.get(alias) ?? [];
    tables.set(alias, columns);
    const column = whole.columns[shown + i];
    columns.push({ name, index: shown + i, type: column.type, reads: readsOf(column) });
  }
  return {
    next: { ...whole, columns: whole.columns.slice(0, shown), value: false },
    tables: [...tables].map(([alias, columns]) => ({ alias, columns })),
  };
}

/** Names that stand where a table may: `x` in `x.y`, `x.*` and alone, up to the operator that ends all tables. */
function namesAhead(rest: readonly Pipe[]): Set<string> {
  const names = new Set<string>();
  for (const pipe of rest) {
    const read = pipe.kind === "join" ? pipe.make({ kind: "table", path: [], at: pipe.at }) : pipe;
    collect(read, names);
    if (barriers.has(pipe.kind) || "input" in read) break;
  }
  return names;
}

function collect(node: unknown, names: Set<string>): void {
  if (Array.isArray(node)) for (const part of node) collect(part, names);
  if (typeof node !== "object" || node === null) return;
  const { kind, name, path } = node as { kind?: string; name?: unknown; path?: unknown };
  if (kind === "name" && typeof name === "string") names.add(name.toUpperCase());
  if (kind === "table" && Array.isArray(path) && path.length > 1)
    names.add(String(path[0]).toUpperCase());
  for (const part of Object.values(node)) collect(part, names);
}
