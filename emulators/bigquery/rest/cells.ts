import type { Type } from "../analyze/types.ts";
import { decimalText, type Plain, type PlainInterval } from "../engine/literal.ts";
import { intervalText } from "../functions/interval-text.ts";
import { dateText, datetimeText, timeText } from "../functions/time-zone.ts";

export type TimestampFormat = "float" | "int64" | "iso";

interface Cell {
  readonly v: unknown;
}

/** A value as query results and tabledata.list encode it: every scalar a string, `{v}` and `{f}` around. */
function cell(value: Plain, type: Type, format: TimestampFormat): Cell {
  return { v: encode(value, type, format) };
}

export const row = (
  values: readonly Plain[],
  types: readonly Type[],
  format: TimestampFormat,
): { f: Cell[] } => ({
  f: types.map((type, i) => cell(values[i] ?? null, type, format)),
});

function encode(value: Plain, type: Type, format: TimestampFormat): unknown {
  if (type.kind === "ARRAY")
    return ((value ?? []) as Plain[]).map((item) => cell(item, type.element, format));
  if (value === null) return null;
  switch (type.kind) {
    case "STRUCT":
      return row(
        value as Plain[],
        type.fields.map((f) => f.type),
        format,
      );
    case "RANGE": {
      const [start = null, end = null] = value as Plain[];
      const text = (bound: Plain) =>
        bound === null ? "UNBOUNDED" : String(encode(bound, type.element, format));
      return `[${text(start)}, ${text(end)})`;
    }
    case "INT64":
      return (value as bigint).toString();
    case "FLOAT64":
      return floatCell(value as number);
    case "NUMERIC":
      return decimalText(value as bigint, 9);
    case "BIGNUMERIC":
      return decimalText(value as bigint, 38);
    case "BOOL":
      return value === true ? "true" : "false";
    case "BYTES":
      return Buffer.from(value as Uint8Array).toString("base64");
    case "DATE":
      return dateText(value as number);
    case "TIME":
      return fixed(timeText(value as bigint));
    case "DATETIME":
      return fixed(datetimeText(value as bigint, "T"));
    case "TIMESTAMP":
      return timestampCell(value as bigint, format);
    case "INTERVAL":
      return intervalText(value as PlainInterval);
    default:
      return value;
  }
}

/** The API writes all six digits of a fraction, or none. */
const fixed = (text: string) =>
  text.replace(/\.(\d{1,6})$/, (_, digits: string) => `.${digits.padEnd(6, "0")}`);

function floatCell(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  const text = String(value).replace("e+", "E").replace("e-", "E-");
  return Number.isInteger(value) && !text.includes("E") ? `${text}.0` : text;
}

function timestampCell(micros: bigint, format: TimestampFormat): string {
  if (format === "int64") return micros.toString();
  if (format === "iso") return `${fixed(datetimeText(micros, "T"))}Z`;
  const sign = micros < 0n ? "-" : "";
  const absolute = micros < 0n ? -micros : micros;
  const fraction = String(absolute % 1_000_000n)
    .padStart(6, "0")
    .replace(/0+$/, "");
  return `${sign}${absolute / 1_000_000n}.${fraction === "" ? "0" : fraction}`;
}
