import type { Call, Expr, TypeNode } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { coerce } from "./coerce.ts";
import type { Context } from "./context.ts";
import { type Type, typeName } from "./types.ts";

/** The same tree with each call of a SQL aggregate function replaced by its body over the call's arguments. */
export function expandAggregates<T>(node: T, rows: Context): T {
  if (Array.isArray(node)) {
    const parts = node.map((part: unknown) => expandAggregates(part, rows));
    return parts.some((part, i) => part !== node[i]) ? (parts as T) : node;
  }
  if (typeof node !== "object" || node === null) return node;
  const { kind } = node as { kind?: string };
  if (kind === "subquery" || kind === "query") return node; // it is a select of its own
  let changed = false;
  const entries = Object.entries(node).map(([key, part]): [string, unknown] => {
    const next: unknown = expandAggregates(part as unknown, rows);
    changed ||= next !== part;
    return [key, next];
  });
  const whole = changed ? (Object.fromEntries(entries) as T) : node;
  return kind === "call" ? (expandCall(whole as Call, rows) as T) : whole;
}

function expandCall(call: Call, rows: Context): Expr {
  const routine = rows.session.catalog.routine(call.path);
  if (routine?.yields !== "aggregate") return call;
  if (call.over !== undefined || call.distinct || call.star || call.orderBy.length > 0)
    throw new SqlError(`Aggregate function ${routine.name} takes only arguments`, call.at);
  const values = new Map<string, Expr>();
  const types = call.args.map((arg) => rows.analyzer.expr(arg, rows));
  if (
    types.length !== routine.params.length ||
    routine.params.some(({ type }, i) => type !== undefined && coerce(types[i], type) === undefined)
  )
    throw new SqlError(
      `No matching signature for aggregate function ${routine.name} for argument types: ${types.map(({ type }) => typeName(type)).join(", ")}`,
      call.at,
    );
  for (const [i, { name, type }] of routine.params.entries()) {
    const arg = call.args[i];
    values.set(name.toUpperCase(), type === undefined ? arg : castOf(arg, type));
  }
  const body = substitute(routine.body, values);
  return routine.result === undefined ? body : castOf(body, routine.result);
}

const castOf = (expr: Expr, type: Type): Expr => ({
  kind: "cast",
  expr,
  type: nodeOf(type, expr.at),
  safe: false,
  at: expr.at,
});

function nodeOf(type: Type, at: number): TypeNode {
  if (type.kind === "ARRAY" || type.kind === "RANGE")
    return {
      kind: type.kind === "ARRAY" ? "array" : "range",
      element: nodeOf(type.element, at),
      at,
    };
  if (type.kind !== "STRUCT") return { kind: "simple", name: type.kind, params: [], at };
  const fields = type.fields.map(({ name, type: field }) =>
    name === undefined ? { type: nodeOf(field, at) } : { name, type: nodeOf(field, at) },
  );
  return { kind: "struct", fields, at };
}

function substitute<T>(node: T, values: ReadonlyMap<string, Expr>): T {
  if (Array.isArray(node)) return node.map((part: unknown) => substitute(part, values)) as T;
  if (typeof node !== "object" || node === null) return node;
  const { kind, name } = node as { kind?: string; name?: string };
  const value = kind === "name" && name !== undefined ? values.get(name.toUpperCase()) : undefined;
  if (value !== undefined) return value as T;
  return Object.fromEntries(
    Object.entries(node).map(([key, part]) => [key, substitute(part as unknown, values)]),
  ) as T;
}
