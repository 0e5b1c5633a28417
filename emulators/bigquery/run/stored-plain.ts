import type { Type } from "../analyze/types.ts";
import type { Plain } from "../engine/literal.ts";
import { SqlError } from "../sql/error.ts";
import { hasArray, nullElement } from "./stored-value.ts";

/** The rows as a table keeps them: like `stored`, for values that are here and not in DuckDB. */
export function storedRows(
  rows: readonly (readonly Plain[])[],
  columns: readonly { readonly name: string; readonly type: Type }[],
): readonly (readonly Plain[])[] {
  if (!columns.some(({ type }) => hasArray(type))) return rows;
  return rows.map((row) => columns.map(({ name, type }, i) => plain(row[i] ?? null, type, name)));
}

/** Throws for a NULL in an array. */
function plain(value: Plain, type: Type, name: string): Plain {
  if (type.kind === "ARRAY")
    return ((value ?? []) as readonly Plain[]).map((item) => {
      if (item === null) throw new SqlError(nullElement(name));
      return plain(item, type.element, name);
    });
  if (type.kind !== "STRUCT" || value === null || !hasArray(type)) return value;
  return (value as readonly Plain[]).map((item, i) => {
    const field = type.fields[i];
    return plain(item, field.type, field.name ?? name);
  });
}
