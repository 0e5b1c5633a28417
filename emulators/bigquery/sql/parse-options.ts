import type { Expr } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { SqlError } from "./error.ts";

/** What OPTIONS says of a resource, under the API's names; null takes a member away. */
export interface ResourceOptions {
  readonly description?: string | null;
  readonly friendlyName?: string | null;
  readonly labels?: Readonly<Record<string, string>> | null;
  readonly requirePartitionFilter?: boolean | null;
}

type Value = ResourceOptions[keyof ResourceOptions];

const text = (expr: Expr): string | undefined =>
  expr.kind === "literal" && expr.value.type === "string" ? expr.value.text : undefined;

const bool = (expr: Expr): boolean | undefined =>
  expr.kind === "literal" && expr.value.type === "bool" ? expr.value.value : undefined;

/** `[("key", "value"), …]`, each key once. */
function labels(expr: Expr): Record<string, string> | undefined {
  if (expr.kind !== "array") return undefined;
  const found = new Map<string, string>();
  for (const item of expr.items) {
    const pair = item.kind === "struct" ? item.fields.map((field) => text(field.expr)) : [];
    const [key, value] = pair;
    if (pair.length !== 2 || key === undefined || value === undefined || found.has(key))
      return undefined;
    found.set(key, value);
  }
  return Object.fromEntries(found);
}

const known: Readonly<
  Record<string, readonly [keyof ResourceOptions, (expr: Expr) => Value | undefined]>
> = {
  DESCRIPTION: ["description", text],
  FRIENDLY_NAME: ["friendlyName", text],
  LABELS: ["labels", labels],
  REQUIRE_PARTITION_FILTER: ["requirePartitionFilter", bool],
};

/** `(name = value, …)`: those that are kept in the resource; others are passed over. */
export function options(c: Cursor): ResourceOptions {
  const values: Record<string, Value> = {};
  c.parenthesized(() => {
    if (c.is(")")) return;
    c.list(() => {
      const name = c.identifier();
      c.expect("=");
      const expr = c.expr();
      const [member, read] = known[name.toUpperCase()] ?? [];
      if (member === undefined || read === undefined) return;
      const isNull = expr.kind === "literal" && expr.value.type === "null";
      const value = isNull ? null : read(expr);
      if (value === undefined) throw new SqlError(`Invalid value for option: ${name}`, expr.at);
      values[member] = value;
    });
  });
  return values;
}

/** OPTIONS where they may stand. */
export const optionsIfAny = (c: Cursor): ResourceOptions => (c.accept("OPTIONS") ? options(c) : {});
