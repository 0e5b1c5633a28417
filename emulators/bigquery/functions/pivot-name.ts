import type { Typed } from "../analyze/typed.ts";
import { decimalText } from "../engine/literal.ts";
import { dateText } from "./time-zone.ts";

/** The column name that PIVOT makes of a value: `_100`, `NULL`, `minus_1`, `1_5` with points as `_point_`. */
export function civilName({ literal, type }: Typed): string {
  const value = literal?.value ?? null;
  if (value === null) return "NULL";
  if (type.kind === "STRING") return value as string;
  if (type.kind === "DATE") return `_${dateText(value as number).replaceAll("-", "_")}`;
  const text =
    typeof value === "bigint" && (type.kind === "NUMERIC" || type.kind === "BIGNUMERIC")
      ? decimalText(value, type.kind === "NUMERIC" ? 9 : 38)
      : (value as bigint).toString();
  const plain = text.replace("-", "minus_").replace(".", "_point_");
  return /^\d/.test(plain) ? `_${plain}` : plain;
}
