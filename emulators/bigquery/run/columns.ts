import { resolveType } from "../analyze/cast.ts";
import type { OutputColumn } from "../analyze/context.ts";
import { limitsOf, type TypeLimits } from "../analyze/type-limits.ts";
import type { TypeNode } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import type { ColumnDef, KeyDef } from "../sql/statement.ts";
import { type FieldSchema, fieldOfType } from "../store/schema.ts";
import type { Environment } from "./environment.ts";
import { withOptions } from "./options.ts";

/** A column of DDL as a field of a schema. */
export async function fieldOf(env: Environment, column: ColumnDef): Promise<FieldSchema> {
  const type = resolveType(column.type);
  if (column.required && type.kind === "ARRAY")
    throw new SqlError(
      `NOT NULL cannot be applied to ARRAY field ${column.name}: an array is never NULL in a table`,
      column.type.at,
    );
  const field: FieldSchema = {
    ...(await withFieldOptions(env, fieldOfType(column.name, type), column.type)),
    ...restLimits(limitsOf(column.type, type)),
    ...(column.required ? { mode: "REQUIRED" } : {}),
    ...(column.defaultValue === undefined ? {} : { defaultValueExpression: column.defaultValue }),
  };
  return withOptions(env, "column", field, column.options);
}

/** The API writes these numbers as strings. */
const restLimits = (limits: TypeLimits): Record<string, string> =>
  Object.fromEntries(Object.entries(limits).map(([name, value]) => [name, String(value)]));

/** The fields of structs with their own OPTIONS. */
async function withFieldOptions(
  env: Environment,
  field: FieldSchema,
  node: TypeNode,
): Promise<FieldSchema> {
  if (node.kind === "array") return withFieldOptions(env, field, node.element);
  if (node.kind !== "struct" || field.fields === undefined) return field;
  const fields = await Promise.all(
    field.fields.map(async (inner, i) => {
      const { type, options = [] } = node.fields[i];
      return withOptions(env, "column", await withFieldOptions(env, inner, type), options);
    }),
  );
  return { ...field, fields };
}

/** Columns of a CREATE … AS: each needs a name of its own. */
export function namedFields(
  columns: readonly OutputColumn[],
  what: "TABLE" | "VIEW",
  at: number,
): FieldSchema[] {
  return columns.map(({ name, type }, i) => {
    if (name === undefined)
      throw new SqlError(
        `CREATE ${what} columns must be named, but column ${i + 1} has no name`,
        at,
      );
    return fieldOfType(name, type);
  });
}

/** Keys are promises that nothing checks, but over columns that are there. */
export function checkKeys(keys: readonly KeyDef[], fields: readonly FieldSchema[]): void {
  const names = new Set(fields.map((field) => field.name.toUpperCase()));
  const [, second] = keys.filter(({ kind }) => kind === "primary");
  if (second !== undefined) throw new SqlError("A table can have only one PRIMARY KEY", second.at);
  for (const { kind, columns, at } of keys) {
    const missing = columns.find((name) => !names.has(name.toUpperCase()));
    if (missing !== undefined)
      throw new SqlError(
        `Unsupported ${kind} key column ${missing} either does not exist or is a pseudocolumn`,
        at,
      );
    if (new Set(columns.map((name) => name.toUpperCase())).size < columns.length)
      throw new SqlError(`Duplicate column specified in ${kind} key of table`, at);
  }
}
