import type { Expr } from "../sql/ast.ts";
import { SqlError, UnsupportedError } from "../sql/error.ts";
import { resolveType } from "./cast.ts";
import { arrayLiteral, coerce, structLiteral, supertype } from "./coerce.ts";
import type { Context } from "./context.ts";
import { impliedName } from "./select-items.ts";
import type { Typed } from "./typed.ts";
import { arrayOf, type Field, INT64, structOf, typeName } from "./types.ts";

export function arrayExpr(node: Extract<Expr, { kind: "array" }>, context: Context): Typed {
  const items = node.items.map((item) => context.analyzer.expr(item, context));
  if (node.type !== undefined) {
    const type = resolveType(node.type);
    if (type.kind !== "ARRAY") throw new SqlError(`Expected an array type`, node.at);
    return arrayLiteral(
      items.map((item, i) => required(item, type.element, node.items[i]?.at ?? node.at)),
      type.element,
    );
  }
  const element = items.length === 0 ? INT64 : supertype(items);
  if (element === undefined)
    throw new SqlError(
      `Array elements of types {${[...new Set(items.map((item) => typeName(item.type)))].join(", ")}} do not have a common supertype`,
      node.at,
    );
  if (element.kind === "ARRAY")
    throw new SqlError(
      "Cannot construct array with element type ARRAY because nested arrays are not supported",
      node.at,
    );
  const made = arrayLiteral(
    items.map((item) => required(item, element, node.at)),
    element,
  );
  // The elements keep their own types, so that the array can still become one of another type.
  return { ...made, items, type: arrayOf(element) };
}

function required(item: Typed, type: Parameters<typeof coerce>[1], at: number): Typed {
  const value = coerce(item, type);
  if (value === undefined)
    throw new SqlError(
      `Array element type ${typeName(item.type)} does not coerce to ${typeName(type)}`,
      at,
    );
  return value;
}

export function structExpr(node: Extract<Expr, { kind: "struct" }>, context: Context): Typed {
  const items = node.fields.map((field) => context.analyzer.expr(field.expr, context));
  if (items.length === 0) throw new UnsupportedError("a STRUCT without fields", node.at);
  if (node.type !== undefined) {
    const type = resolveType(node.type);
    if (type.kind !== "STRUCT" || type.fields.length !== items.length)
      throw new SqlError(
        "STRUCT type has a different number of fields than the constructor",
        node.at,
      );
    return structLiteral(
      items.map((item, i) => {
        const target = type.fields[i].type;
        const value = coerce(item, target);
        if (value === undefined)
          throw new SqlError(
            `Struct field ${i + 1} has type ${typeName(item.type)} which does not coerce to ${typeName(target)}`,
            node.at,
          );
        return value;
      }),
      type,
    );
  }
  const fields = items.map((item, i): Field => {
    const field = node.fields[i];
    const name =
      field?.alias ?? (node.tuple || field === undefined ? undefined : impliedName(field.expr));
    return name === undefined ? { type: item.type } : { name, type: item.type };
  });
  return structLiteral(items, structOf(fields));
}
