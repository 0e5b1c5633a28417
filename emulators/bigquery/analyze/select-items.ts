import type { Expr, SelectItem } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import type { Context } from "./context.ts";
import { fieldAt } from "./names.ts";
import type { Column } from "./scope.ts";
import type { Typed } from "./typed.ts";
import { typeName } from "./types.ts";

/** One column of a SELECT list: an expression, or a column that a `*` stands for. */
export interface Item {
  readonly expr?: Expr;
  readonly value?: Typed;
  readonly name: string | undefined;
  /** Named with AS, and not after its column. */
  readonly explicit: boolean;
  readonly at: number;
}

export function expandItems(items: readonly SelectItem[], context: Context): Item[] {
  return items.flatMap((item): Item[] => {
    if (item.kind === "star") return expandStar(item, context);
    const name = item.alias ?? impliedName(item.expr);
    return [{ expr: item.expr, name, explicit: item.alias !== undefined, at: item.at }];
  });
}

/** The name that a column gets from its expression: a column's or a field's own. */
export function impliedName(expr: Expr): string | undefined {
  if (expr.kind === "name" || expr.kind === "dot") return expr.name;
  return expr.kind === "datePart" ? expr.part.name : undefined;
}

function expandStar(item: Extract<SelectItem, { kind: "star" }>, context: Context): Item[] {
  const columns =
    item.base === undefined ? allColumns(context, item.at) : columnsOf(item.base, context, item.at);
  const except = new Set(item.except.map((name) => name.toUpperCase()));
  const replace = new Map(item.replace.map(({ name, expr }) => [name.toUpperCase(), expr]));
  const known = new Set(columns.map((c) => c.name?.toUpperCase()));
  for (const name of [...except, ...replace.keys()])
    if (!known.has(name))
      throw new SqlError(
        `Column ${name} in SELECT * EXCEPT or REPLACE list does not exist`,
        item.at,
      );
  refuseTwice(item.except, "EXCEPT", item.at);
  refuseTwice(
    item.replace.map(({ name }) => name),
    "REPLACE",
    item.at,
  );
  const both = [...replace.keys()].find((name) => except.has(name));
  if (both !== undefined)
    throw new SqlError(
      `Column ${both} in SELECT * REPLACE list does not exist after EXCEPT`,
      item.at,
    );
  const kept = columns.filter((c) => !except.has(c.name?.toUpperCase() ?? ""));
  if (kept.length === 0)
    throw new SqlError("SELECT * EXCEPT expands to zero columns after applying EXCEPT", item.at);
  return kept.map((column): Item => {
    const expr = replace.get(column.name?.toUpperCase() ?? "");
    const base = { name: column.name, explicit: false, at: item.at };
    return expr === undefined ? { ...base, value: column.value } : { ...base, expr };
  });
}

function refuseTwice(names: readonly string[], list: string, at: number): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.toUpperCase()))
      throw new SqlError(`Duplicate column ${name} in SELECT * ${list} list`, at);
    seen.add(name.toUpperCase());
  }
}

function allColumns({ scope }: Context, at: number): Column[] {
  if (scope.relations.length === 0) throw new SqlError("SELECT * must have a FROM clause", at);
  return scope.relations
    .flatMap((r) => r.columns)
    .filter((c) => c.hidden !== true && c.qualified !== true);
}

function columnsOf(base: Expr, context: Context, at: number): readonly Column[] {
  if (base.kind === "name") {
    for (
      let scope: Context["scope"] | undefined = context.scope;
      scope !== undefined;
      scope = scope.outer
    ) {
      const found = scope.relations.find((r) => r.alias?.toUpperCase() === base.name.toUpperCase());
      if (found !== undefined) return found.columns.map((c) => ({ name: c.name, value: c.value }));
    }
  }
  const value = context.analyzer.expr(base, context);
  if (value.type.kind !== "STRUCT")
    throw new SqlError(`Dot-star is not supported for type ${typeName(value.type)}`, at);
  return value.type.fields.map((field, i) => ({ name: field.name, value: fieldAt(value, i) }));
}
