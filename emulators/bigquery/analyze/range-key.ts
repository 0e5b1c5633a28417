import { type Typed, typed } from "./typed.ts";
import { duckType } from "./types.ts";

/** What a range is ordered by: its start, then its end, an open one before and after all others. */
export function rangeKey({ sql, type }: Typed): Typed {
  if (type.kind !== "RANGE") return typed(sql, type);
  const end = duckType(type.element);
  const part = (place: number, open: string) =>
    `coalesce(struct_extract(${sql}, '_${place}'), CAST('${open}' AS ${end}))`;
  return typed(
    `CASE WHEN ${sql} IS NULL THEN NULL ELSE struct_pack(s := ${part(1, "-infinity")}, e := ${part(2, "infinity")}) END`,
    type,
  );
}
