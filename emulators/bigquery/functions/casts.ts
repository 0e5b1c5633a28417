import {
  BIGNUMERIC,
  BOOL,
  BYTES,
  DATE,
  DATETIME,
  FLOAT64,
  INT64,
  NUMERIC,
  STRING,
  TIME,
  TIMESTAMP,
  type Type,
} from "../analyze/types.ts";
import { decimalText, type Plain } from "../engine/literal.ts";
import { internalUdf } from "./define.ts";
import { parseTemporal } from "./temporal-text.ts";
import { datetimeText, timestampText, timeText } from "./time-zone.ts";

function cast(from: Type, to: Type, call: (value: never) => Plain): void {
  const name = `cast_${from.kind.toLowerCase()}_${to.kind.toLowerCase()}`;
  internalUdf(name, [from], to, call, {}, `gsql_${name}`);
}

/** What CAST writes for FLOAT64. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return "0";
  // As C prints it: 15 digits where they read back the same, else 17.
  const precision = Number(value.toPrecision(15)) === value ? 15 : 17;
  const [, sign = "", first = "", rest = "", exponentText = "0"] =
    /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(value.toExponential(precision - 1)) ?? [];
  const digits = (first + rest).replace(/0+$/, "");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= precision) {
    const power = `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
    return `${sign}${first}${digits.length > 1 ? `.${digits.slice(1)}` : ""}e${power}`;
  }
  return plainDigits(sign, digits, exponent);
}

function plainDigits(sign: string, digits: string, exponent: number): string {
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const padded = digits.padEnd(exponent + 1, "0");
  const fraction = padded.slice(exponent + 1);
  return `${sign}${padded.slice(0, exponent + 1)}${fraction === "" ? "" : `.${fraction}`}`;
}

cast(FLOAT64, STRING, floatText);
cast(FLOAT64, INT64, (value: number) => {
  const rounded = value < 0 ? -Math.round(-value) : Math.round(value);
  // 0.49999999999999994 and odd numbers beyond 2^52 are already what Math.round must not touch.
  const exact =
    Math.abs(value) >= 2 ** 52
      ? value
      : Math.abs(value - Math.trunc(value)) < 0.5
        ? Math.trunc(value)
        : rounded;
  if (!(exact >= -(2 ** 63) && exact < 2 ** 63))
    throw new Error(`Illegal conversion of value ${floatText(value)} of type double to INT64`);
  return BigInt(exact);
});
cast(NUMERIC, STRING, (value: bigint) => decimalText(value, 9));
cast(BIGNUMERIC, STRING, (value: bigint) => decimalText(value, 38));
cast(STRING, INT64, (text: string) => {
  const trimmed = text.trim();
  const hex = /^([+-]?)0[xX]([0-9a-fA-F]+)$/.exec(trimmed);
  const digits = /^[+-]?\d+$/.test(trimmed) ? BigInt(trimmed.replace("+", "")) : undefined;
  const value = hex === null ? digits : BigInt(`0x${hex[2]}`) * (hex[1] === "-" ? -1n : 1n);
  if (value === undefined || BigInt.asIntN(64, value) !== value)
    throw new Error(`Bad int64 value: ${text}`);
  return value;
});
cast(STRING, FLOAT64, (text: string) => {
  const trimmed = text.trim();
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(trimmed);
  if (special !== null)
    return /nan/i.test(trimmed) ? NaN : special[1] === "-" ? -Infinity : Infinity;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(trimmed))
    throw new Error(`Bad double value: ${text}`);
  const value = Number(trimmed);
  if (!Number.isFinite(value)) throw new Error(`Bad double value: ${text}`);
  return value;
});
cast(STRING, BOOL, (text: string) => {
  const word = text.toLowerCase();
  if (word !== "true" && word !== "false") throw new Error(`Bad bool value: ${text}`);
  return word === "true";
});
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Text of UTF-8 bytes. Throws for bytes that are not. */
function decodeUtf8(bytes: Uint8Array, message = "Invalid UTF-8 string"): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new Error(message, { cause });
  }
}
cast(BYTES, STRING, (bytes: Uint8Array) =>
  decodeUtf8(bytes, "Invalid cast of bytes to UTF8 string"),
);

for (const type of [DATE, TIME, DATETIME, TIMESTAMP])
  cast(STRING, type, (text: string) => {
    const value = parseTemporal(text, type.kind);
    if (value === undefined) throw new Error(`Invalid ${type.kind.toLowerCase()}: '${text}'`);
    return value;
  });
cast(TIME, STRING, timeText);
cast(DATETIME, STRING, (micros: bigint) => datetimeText(micros));
cast(TIMESTAMP, STRING, (micros: bigint) => timestampText(micros));

/** CAST with FORMAT between STRING and BYTES. */
const encodings: Readonly<Record<string, BufferEncoding>> = {
  HEX: "hex",
  BASE64: "base64",
  ASCII: "ascii",
  "UTF-8": "utf8",
  UTF8: "utf8",
};

function encodingOf(format: string): BufferEncoding {
  const encoding = encodings[format.toUpperCase()];
  if (encoding === undefined)
    throw new Error(`Not supported by the local BigQuery: the format ${format} in CAST`);
  return encoding;
}
internalUdf(
  "format_cast_bytes",
  [BYTES, STRING],
  STRING,
  (bytes: Uint8Array, format: string) => {
    const encoding = encodingOf(format);
    if (encoding === "ascii" && bytes.some((byte) => byte > 127))
      throw new Error("Invalid ASCII value");
    return encoding === "utf8" ? decodeUtf8(bytes) : Buffer.from(bytes).toString(encoding);
  },
  {},
  "gsql_format_cast_bytes",
);
internalUdf(
  "format_cast_string",
  [STRING, STRING],
  BYTES,
  (text: string, format: string) => {
    const encoding = encodingOf(format);
    if (encoding === "hex" && !/^(?:[0-9a-fA-F]{2})*$/.test(text))
      throw new Error(`Failed to decode invalid hexadecimal string: ${text}`);
    if (encoding === "base64" && !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
      throw new Error("Failed to decode invalid base64 string");
    if (encoding === "ascii" && /[^\0-\u007F]/.test(text)) throw new Error("Invalid ASCII value");
    return Uint8Array.from(Buffer.from(text, encoding));
  },
  {},
  "gsql_format_cast_string",
);
