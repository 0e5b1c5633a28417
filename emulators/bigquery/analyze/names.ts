import type { Expr } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import type { Context } from "./context.ts";
import { jsonField } from "./json-access.ts";
import { lookup, lookupQualified } from "./scope.ts";
import { type Typed, typed } from "./typed.ts";
import { typeName } from "./types.ts";

export function nameExpr(name: string, at: number, context: Context): Typed {
  const found =
    lookup(context.scope, name, at) ?? context.session.variables.get(name.toUpperCase());
  if (found !== undefined) return found;
  if (/^CURRENT_(?:DATE|TIME|DATETIME|TIMESTAMP)$/i.test(name))
    return context.analyzer.expr(bareCall(name, at), context);
  throw new SqlError(`Unrecognized name: ${name}`, at);
}

/** The functions of the current time do without parentheses. */
const bareCall = (name: string, at: number): Expr => ({
  kind: "call",
  name: name.toUpperCase(),
  path: [name],
  safe: false,
  args: [],
  named: [],
  star: false,
  distinct: false,
  orderBy: [],
  at,
});

/** `alias.column`, `column.field`, `struct.field`, `json.field`. */
export function dotExpr(node: Extract<Expr, { kind: "dot" }>, context: Context): Typed {
  if (node.base.kind === "name") {
    const column = lookupQualified(context.scope, node.base.name, node.name, node.base.at);
    if (column !== undefined) return column;
  }
  return fieldOf(context.analyzer.expr(node.base, context), node.name, node.at);
}

/** A struct's field by name, whatever the letters' case. */
function fieldOf(base: Typed, name: string, at: number): Typed {
  if (base.type.kind === "JSON") return jsonField(base, name);
  if (base.type.kind !== "STRUCT")
    throw new SqlError(
      `Cannot access field ${name} on a value with type ${typeName(base.type)}`,
      at,
    );
  const matches = base.type.fields.flatMap((field, i) =>
    field.name?.toUpperCase() === name.toUpperCase() ? [i] : [],
  );
  const [index] = matches;
  if (index === undefined)
    throw new SqlError(`Field name ${name} does not exist in ${typeName(base.type)}`, at);
  if (matches.length > 1)
    throw new SqlError(`Field name ${name} is ambiguous in ${typeName(base.type)}`, at);
  return fieldAt(base, index);
}

export function fieldAt(base: Typed, index: number): Typed {
  const type = base.type.kind === "STRUCT" ? base.type.fields[index]?.type : undefined;
  if (type === undefined) throw new RangeError(`no field ${index}`);
  return typed(`struct_extract(${base.sql}, '_${index + 1}')`, type);
}
