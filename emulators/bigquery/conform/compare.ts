import type { Type } from "../analyze/types.ts";
import { decimalText, type Plain, type PlainInterval } from "../engine/literal.ts";
import { intervalText } from "../functions/interval-text.ts";
import { dateText, datetimeText, timeText } from "../functions/time-zone.ts";

const trimmed = (text: string) => text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");

/** A value as a corpus writes it. */
export function encode(value: Plain, type: Type): unknown {
  if (type.kind === "ARRAY")
    return ((value ?? []) as Plain[]).map((item) => encode(item, type.element));
  if (value === null) return null;
  switch (type.kind) {
    case "STRUCT":
      return Object.fromEntries(
        type.fields.map((field, i) => [
          field.name ?? `_field_${i + 1}`,
          encode((value as Plain[])[i] ?? null, field.type),
        ]),
      );
    case "RANGE":
      return (value as Plain[]).map((end) => encode(end, type.element));
    case "INT64":
      return BigInt(Number(value)) === value && Number.isSafeInteger(Number(value))
        ? Number(value)
        : (value as number | bigint).toString();
    case "FLOAT64":
      return Number.isFinite(value) ? value : (value as number | bigint).toString();
    case "NUMERIC":
      return decimalText(value as bigint, 9);
    case "BIGNUMERIC":
      return decimalText(value as bigint, 38);
    case "BYTES":
      return Buffer.from(value as Uint8Array).toString("base64");
    case "DATE":
      return dateText(value as number);
    case "TIME":
      return trimmed(timeText(value as bigint));
    case "DATETIME":
      return trimmed(datetimeText(value as bigint, "T"));
    case "TIMESTAMP":
      return `${trimmed(datetimeText(value as bigint, "T"))}Z`;
    case "INTERVAL":
      return trimmed(intervalText(value as PlainInterval));
    case "JSON":
      return JSON.parse(value as string) as unknown;
    default:
      return value;
  }
}

/** Equal, doubles to one part in 10^9; structs by the order of their fields. */
function sameValue(a: unknown, b: unknown, arraysUnordered = false): boolean {
  if (typeof a === "number" && typeof b === "number")
    return a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
  if (Array.isArray(a) && Array.isArray(b))
    return sameLists(a, b, !arraysUnordered, arraysUnordered);
  if (typeof a === "object" && typeof b === "object" && a !== null && b !== null) {
    const [x, y] = [Object.entries(a), Object.entries(b)];
    return (
      x.length === y.length &&
      x.every(
        ([name, value], i) => name === y[i]?.[0] && sameValue(value, y[i]?.[1], arraysUnordered),
      )
    );
  }
  return a === b || String(a) === String(b);
}

export function sameLists(
  a: readonly unknown[],
  b: readonly unknown[],
  ordered: boolean,
  arraysUnordered = false,
): boolean {
  if (a.length !== b.length) return false;
  if (ordered) return a.every((item, i) => sameValue(item, b[i], arraysUnordered));
  const left = [...b];
  return a.every((item) => {
    const index = left.findIndex((other) => sameValue(item, other, arraysUnordered));
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
}
