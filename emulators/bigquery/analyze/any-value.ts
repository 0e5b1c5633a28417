import { quote } from "../engine/literal.ts";
import { jsonString } from "../functions/json-text.ts";
import type { Type } from "./types.ts";

/** SQL of the JSON text of a value of any type; `'null'` for NULL. Numbers beyond a double are `strings`, or stay numbers. */
export function jsonSql(sql: string, type: Type, strings = true): string {
  if (type.kind === "ARRAY") {
    const item = jsonSql("x", type.element, strings);
    return `CASE WHEN ${sql} IS NULL THEN 'null' ELSE '[' || array_to_string(list_transform(${sql}, lambda x: ${item}), ',') || ']' END`;
  }
  if (type.kind === "STRUCT") {
    const fields = type.fields.map((field, i) => {
      const name = quote(`${jsonString(field.name ?? "")}:`);
      return `${name} || ${jsonSql(`struct_extract(${sql}, '_${i + 1}')`, field.type, strings)}`;
    });
    return `CASE WHEN ${sql} IS NULL THEN 'null' ELSE '{' || ${fields.join(" || ',' || ")} || '}' END`;
  }
  if (!strings && /^(?:INT64|NUMERIC|BIGNUMERIC)$/.test(type.kind))
    return `gsql_json_number_${type.kind.toLowerCase()}(${sql})`;
  if (type.kind === "RANGE") return `gsql_json_of_range_${type.element.kind.toLowerCase()}(${sql})`;
  return `gsql_json_of_${type.kind.toLowerCase()}(${sql})`;
}

/** SQL of the text of a value, as FORMAT's `%t` writes it, or as a literal as `%T` does. */
export function textSql(sql: string, type: Type, literal: boolean): string {
  if (type.kind === "ARRAY") {
    const item = textSql("x", type.element, literal);
    return `CASE WHEN ${sql} IS NULL THEN 'NULL' ELSE '[' || array_to_string(list_transform(${sql}, lambda x: ${item}), ', ') || ']' END`;
  }
  if (type.kind === "STRUCT") {
    const fields = type.fields.map((field, i) =>
      textSql(`struct_extract(${sql}, '_${i + 1}')`, field.type, literal),
    );
    const open = literal && fields.length < 2 ? "STRUCT(" : "(";
    return `CASE WHEN ${sql} IS NULL THEN 'NULL' ELSE '${open}' || ${fields.join(" || ', ' || ")} || ')' END`;
  }
  if (type.kind === "RANGE")
    return `gsql_text_of_range_${type.element.kind.toLowerCase()}(${sql}, ${literal})`;
  return `gsql_text_of_${type.kind.toLowerCase()}(${sql}, ${literal})`;
}
