import { limitSql } from "../analyze/type-limits.ts";
import { duckType, type Type } from "../analyze/types.ts";
import { quote } from "../engine/literal.ts";
import { type FieldSchema, typeOfField } from "../store/schema.ts";

/**
 * A value as a column keeps it: no NULL arrays, no NULL in an array, also in structs, and within the limits of the
 * column's type (documentation, "Array type": NULLs are an error when they are written).
 */
export function stored(sql: string, field: FieldSchema): string {
  const type = typeOfField(field);
  if (hasArray(type)) return storedNested(sql, type, field.name, 0);
  const number = (name: string) =>
    field[name] === undefined ? {} : { [name]: Number(field[name]) };
  return limitSql(sql, type, {
    ...number("maxLength"),
    ...number("precision"),
    ...number("scale"),
  });
}

/** Whether values of the type are arrays or have arrays in them. */
export const hasArray = (type: Type): boolean =>
  type.kind === "ARRAY" ||
  (type.kind === "STRUCT" && type.fields.some((field) => hasArray(field.type)));

/** BigQuery's words for an array that cannot be written or returned. */
export const nullElement = (field: string | undefined): string =>
  `Array cannot have a null element; error in writing field ${field}`;

function storedNested(sql: string, type: Type, name: string, depth: number): string {
  if (!hasArray(type)) return sql;
  const v = `v${depth}`;
  if (type.kind === "ARRAY") {
    const element = storedNested(v, type.element, name, depth + 1);
    const refusal = `CASE WHEN gsql_error(${quote(nullElement(name))}) IS NULL THEN NULL END`;
    return `list_transform(coalesce(${sql}, CAST([] AS ${duckType(type)})), lambda ${v}: CASE WHEN ${v} IS NULL THEN ${refusal} ELSE ${element} END)`;
  }
  if (type.kind !== "STRUCT") return sql;
  const parts = type.fields.map(
    (f, i) =>
      `"_${i + 1}" := ${storedNested(`struct_extract(${v}, '_${i + 1}')`, f.type, f.name ?? name, depth + 1)}`,
  );
  // A list of one gives the struct a name, so that its expression is written and computed once.
  return `list_transform([${sql}], lambda ${v}: CASE WHEN ${v} IS NOT NULL THEN struct_pack(${parts.join(", ")}) END)[1]`;
}
