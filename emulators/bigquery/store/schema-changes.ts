import { duckType } from "../analyze/types.ts";
import { quoteName } from "../engine/literal.ts";
import { invalid } from "../rest/api-error.ts";
import { type FieldSchema, type TableSchema, typeOfField } from "./schema.ts";

const isSame = (a: FieldSchema, b: FieldSchema) => a.name.toUpperCase() === b.name.toUpperCase();

const fail = (problem: string) => invalid(`Provided Schema does not match Table. ${problem}`);

/** What ALTER TABLE must do for a schema to become another. Throws when BigQuery does not allow the change. */
export function schemaChanges(before: TableSchema, after: TableSchema): string[] {
  const relaxed = before.fields.flatMap((old) => {
    const field = after.fields.find((f) => isSame(f, old));
    if (field === undefined) throw fail(`Field ${old.name} is missing in new schema`);
    if (duckType(typeOfField(field)) !== duckType(typeOfField(old)))
      throw fail(`Field ${old.name} has changed type from ${old.type} to ${field.type}`);
    if (old.mode === field.mode) return [];
    if (old.mode !== "REQUIRED")
      throw fail(`Field ${old.name} has changed mode from ${old.mode} to ${field.mode}`);
    return [`ALTER COLUMN ${quoteName(old.name)} DROP NOT NULL`];
  });
  const added = after.fields.flatMap((field) => {
    if (before.fields.some((old) => isSame(old, field))) return [];
    if (field.mode === "REQUIRED")
      throw fail(`Cannot add required fields to an existing schema. (field: ${field.name})`);
    return [`ADD COLUMN ${columnSql(field)}`];
  });
  return [...relaxed, ...added];
}

/** A column of DuckDB for a field. */
export const columnSql = (field: FieldSchema): string =>
  `${quoteName(field.name)} ${duckType(typeOfField(field))}${field.mode === "REQUIRED" ? " NOT NULL" : ""}`;
