import { coerce } from "../analyze/coerce.ts";
import type { Context } from "../analyze/context.ts";
import { literal, type Typed } from "../analyze/typed.ts";
import { typeName } from "../analyze/types.ts";
import { SqlError } from "../sql/error.ts";
import { openCursor } from "../sql/parse.ts";
import { type FieldSchema, typeOfField } from "../store/schema.ts";

/** The value of a column that a statement leaves out or sets to DEFAULT. */
export function defaultOf(field: FieldSchema, context: Context): Typed {
  const type = typeOfField(field);
  const text = field.defaultValueExpression;
  if (text === undefined) return literal(null, type);
  const value = analyzed(field.name, text, context);
  const converted = coerce(value, type);
  if (converted === undefined)
    throw new SqlError(
      `Invalid default value expression of column ${field.name}: a value of type ${typeName(value.type)} cannot be assigned to ${typeName(type)}`,
    );
  return converted;
}

function analyzed(name: string, text: string, context: Context): Typed {
  try {
    const cursor = openCursor(text);
    const node = cursor.expr();
    if (!cursor.atEnd) cursor.fail();
    return context.analyzer.expr(node, { ...context, clause: "a default value expression" });
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    // Its place is one in the expression's own text.
    throw new SqlError(
      `Invalid default value expression of column ${name}: ${error.message}`,
      undefined,
      error.reason,
    );
  }
}

/** Refuses a default that no row could take, when a table is made or changed. */
export function checkDefaults(fields: readonly FieldSchema[], context: Context): void {
  for (const field of fields) defaultOf(field, context);
}
