import type { FieldSchema } from "../store/schema.ts";

const hasJson = ({ type, fields = [] }: FieldSchema): boolean =>
  type === "JSON" || fields.some((field) => hasJson(field));

const known = new WeakMap<readonly FieldSchema[], boolean>();

/**
 * A line of a load job with its JSON columns as text. In files an object or a list stands for itself there, as an
 * extract job writes it; streaming inserts take text only.
 */
export function jsonAsText(line: unknown, fields: readonly FieldSchema[]): unknown {
  const some = known.get(fields) ?? fields.some((field) => hasJson(field));
  known.set(fields, some);
  return some ? record(line, fields) : line;
}

function record(value: unknown, fields: readonly FieldSchema[]): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const types = new Map(fields.map((field) => [field.name.toLowerCase(), field]));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const field = types.get(name.toLowerCase());
      return [name, field === undefined ? inner : cell(inner, field)];
    }),
  );
}

function cell(value: unknown, field: FieldSchema): unknown {
  if (field.mode === "REPEATED" && Array.isArray(value))
    return value.map((item) => cell(item, { ...field, mode: "NULLABLE" }));
  if (field.type !== "JSON") return record(value, field.fields ?? []);
  return typeof value === "string" || value === null ? value : JSON.stringify(value);
}
