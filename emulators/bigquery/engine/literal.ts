import { duckType, type Type } from "../analyze/types.ts";

/**
 * A value outside of DuckDB. INT64 is a bigint, FLOAT64 a number, NUMERIC a bigint of 10^-9, BIGNUMERIC a bigint of
 * 10^-38, DATE a count of days since 1970, TIME, DATETIME and TIMESTAMP bigints of microseconds, JSON its text,
 * BYTES a Uint8Array, ARRAY and STRUCT arrays.
 */
export type Plain =
  | null
  | bigint
  | number
  | boolean
  | string
  | Uint8Array
  | PlainInterval
  | readonly Plain[];

export interface PlainInterval {
  readonly months: number;
  readonly days: number;
  readonly micros: bigint;
}

/** A string as DuckDB writes it. */
export function quote(text: string): string {
  return text.includes("\u0000")
    ? `(${text
        .split("\u0000")
        .map((part) => quote(part))
        .join(" || chr(0) || ")})`
    : `'${text.replaceAll("'", "''")}'`;
}

/** An identifier as DuckDB writes it. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const blob = (bytes: Uint8Array): string => `from_hex('${Buffer.from(bytes).toString("hex")}')`;

/** The value as a DuckDB expression of exactly the type's DuckDB type. */
export function toSql(value: Plain, type: Type): string {
  const sqlType = duckType(type);
  if (value === null) return `CAST(NULL AS ${sqlType})`;
  switch (type.kind) {
    case "ARRAY":
      return `CAST([${(value as Plain[]).map((item) => toSql(item, type.element)).join(", ")}] AS ${sqlType})`;
    case "RANGE":
      return toSql(value, {
        kind: "STRUCT",
        fields: [{ type: type.element }, { type: type.element }],
      });
    case "STRUCT":
      return `struct_pack(${type.fields.map((f, i) => `"_${i + 1}" := ${toSql((value as Plain[])[i] ?? null, f.type)}`).join(", ")})`;
    case "STRING":
    case "JSON":
      return quote(value as string);
    case "BYTES":
      return blob(value as Uint8Array);
    case "BIGNUMERIC":
      return blob(bigNumericBytes(value as bigint));
    case "BOOL":
      return value === true ? "TRUE" : "FALSE";
    case "INT64":
      return `CAST(${(value as bigint).toString()} AS BIGINT)`;
    case "FLOAT64":
      return `CAST('${floatText(value as number)}' AS DOUBLE)`;
    case "NUMERIC":
      return `CAST('${decimalText(value as bigint, 9)}' AS DECIMAL(38,9))`;
    case "DATE":
      return `(DATE '1970-01-01' + CAST(${(value as number).toFixed(0)} AS INTEGER))`;
    case "TIME":
      return `CAST(make_timestamp(CAST(${(value as bigint).toString()} AS BIGINT)) AS TIME)`;
    case "DATETIME":
    case "TIMESTAMP":
      return `make_timestamp(CAST(${(value as bigint).toString()} AS BIGINT))`;
    default: {
      const { months, days, micros } = value as PlainInterval;
      return `(to_months(${months}) + to_days(${days}) + to_microseconds(CAST(${micros} AS BIGINT)))`;
    }
  }
}

const floatText = (value: number) =>
  Number.isNaN(value)
    ? "nan"
    : Number.isFinite(value)
      ? Object.is(value, -0)
        ? "-0.0"
        : String(value)
      : value > 0
        ? "inf"
        : "-inf";

/** A scaled integer as decimal digits without trailing zeros. */
export function decimalText(scaled: bigint, scale: number): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(scale + 1, "0");
  const fraction = digits.slice(-scale).replace(/0+$/, "");
  return `${scaled < 0n ? "-" : ""}${digits.slice(0, -scale)}${fraction === "" ? "" : `.${fraction}`}`;
}

const bigNumericOffset = 1n << 255n;

/** 32 bytes, big-endian, offset by 2^255: the order of the bytes is the order of the numbers. */
export function bigNumericBytes(scaled: bigint): Uint8Array {
  return Buffer.from((scaled + bigNumericOffset).toString(16).padStart(64, "0"), "hex");
}

export function bigNumericFromBytes(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`) - bigNumericOffset;
}
