import {
  BIGNUMERIC,
  BOOL,
  BYTES,
  DATE,
  DATETIME,
  FLOAT64,
  INT64,
  INTERVAL,
  JSON_TYPE,
  NUMERIC,
  STRING,
  TIME,
  TIMESTAMP,
  type Type,
} from "../analyze/types.ts";
import { decimalText, type Plain, type PlainInterval } from "../engine/literal.ts";
import { floatText } from "./casts.ts";
import { internalUdf } from "./define.ts";
import { intervalText } from "./interval-text.ts";
import { jsonString, parseJson, prettyJson, printSorted } from "./json-text.ts";
import { dateText, datetimeText, timestampText, timeText } from "./time-zone.ts";

/** Numbers that a double cannot hold are strings in TO_JSON_STRING. */
const wideInt = 2n ** 53n;

const jsonFloatText = (value: number) =>
  Number.isFinite(value)
    ? floatText(value)
    : Number.isNaN(value)
      ? '"NaN"'
      : value > 0
        ? '"Infinity"'
        : '"-Infinity"';

function jsonDecimal(value: bigint, scale: number): string {
  const text = decimalText(value, scale);
  const exact = /^-?\d+$/.test(text)
    ? BigInt(text) <= wideInt && BigInt(text) >= -wideInt
    : text.replaceAll(/[-.]/g, "").replace(/^0+/, "").length <= 15;
  return exact ? text : `"${text}"`;
}

/** TO_JSON keeps numbers as numbers; of a decimal that no double holds nothing is known to be right. */
function plainDecimal(value: bigint, scale: number): string {
  const text = jsonDecimal(value, scale);
  if (text.startsWith('"'))
    throw new Error("Not supported by the local BigQuery: TO_JSON of a decimal beyond FLOAT64");
  return text;
}

const jsonTexts: readonly (readonly [Type, (value: never) => string])[] = [
  [BOOL, (value: boolean) => String(value)],
  [
    INT64,
    (value: bigint) => (value <= wideInt && value >= -wideInt ? String(value) : `"${value}"`),
  ],
  [FLOAT64, jsonFloatText],
  [NUMERIC, (value: bigint) => jsonDecimal(value, 9)],
  [BIGNUMERIC, (value: bigint) => jsonDecimal(value, 38)],
  [STRING, (value: string) => jsonString(value)],
  [BYTES, (value: Uint8Array) => `"${Buffer.from(value).toString("base64")}"`],
  [DATE, (value: number) => `"${dateText(value)}"`],
  [TIME, (value: bigint) => `"${shortFraction(timeText(value))}"`],
  [DATETIME, (value: bigint) => `"${shortFraction(datetimeText(value, "T"))}"`],
  [TIMESTAMP, (value: bigint) => `"${shortFraction(datetimeText(value, "T"))}Z"`],
  [INTERVAL, (value: PlainInterval) => `"${isoInterval(value)}"`],
  [JSON_TYPE, (value: string) => value],
];

const shortFraction = (text: string) => text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");

const part = (value: number | bigint, unit: string) =>
  BigInt(value) === 0n ? "" : `${value}${unit}`;

function isoInterval({ months, days, micros }: PlainInterval): string {
  if (months === 0 && days === 0 && micros === 0n) return "P0Y";
  const date = part(Math.trunc(months / 12), "Y") + part(months % 12, "M") + part(days, "D");
  const rest = micros % 60_000_000n;
  const absolute = rest < 0n ? -rest : rest;
  const fraction = String(absolute % 1_000_000n)
    .padStart(6, "0")
    .replace(/0+$/, "");
  const seconds =
    rest === 0n
      ? ""
      : `${rest < 0n ? "-" : ""}${absolute / 1_000_000n}${fraction === "" ? "" : `.${fraction}`}S`;
  const clock =
    part(micros / 3_600_000_000n, "H") + part((micros / 60_000_000n) % 60n, "M") + seconds;
  return `P${date}${clock === "" ? "" : `T${clock}`}`;
}

const escapes: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\\": "\\\\",
};

/** Text in quotes as a literal: the quotes that need no escape, where there are such. */
function quoted(text: string): string {
  const quote = text.includes('"') && !text.includes("'") ? "'" : '"';
  const body = Array.from(
    text,
    (char) =>
      escapes[char] ??
      (char === quote
        ? `\\${char}`
        : char < " " || char === "\u007F"
          ? `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`
          : char),
  );
  return quote + body.join("") + quote;
}

function bytesText(value: Uint8Array): string {
  return Array.from(value, (byte) => {
    const char = String.fromCharCode(byte);
    return (
      escapes[char] ?? (byte < 32 || byte > 126 ? `\\x${byte.toString(16).padStart(2, "0")}` : char)
    );
  }).join("");
}

const floatLiteral = (value: number) => {
  if (!Number.isFinite(value)) return `CAST("${floatText(value)}" AS FLOAT64)`;
  const text = floatText(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
};
const floatPlain = (value: number) => {
  const text = floatText(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
};

/** Both texts of each type: `%t` and `%T`. */
const texts: readonly (readonly [Type, (value: never) => string, (value: never) => string])[] = [
  [BOOL, String, String],
  [INT64, String, String],
  [FLOAT64, floatPlain, floatLiteral],
  [NUMERIC, (v: bigint) => decimalText(v, 9), (v: bigint) => `NUMERIC "${decimalText(v, 9)}"`],
  [
    BIGNUMERIC,
    (v: bigint) => decimalText(v, 38),
    (v: bigint) => `BIGNUMERIC "${decimalText(v, 38)}"`,
  ],
  [STRING, (v: string) => v, quoted],
  [BYTES, bytesText, (v: Uint8Array) => `b${quoteBytes(v)}`],
  [DATE, dateText, (v: number) => `DATE "${dateText(v)}"`],
  [TIME, timeText, (v: bigint) => `TIME "${timeText(v)}"`],
  [DATETIME, (v: bigint) => datetimeText(v), (v: bigint) => `DATETIME "${datetimeText(v)}"`],
  [TIMESTAMP, (v: bigint) => timestampText(v), (v: bigint) => `TIMESTAMP "${timestampText(v)}"`],
  [INTERVAL, intervalText, (v: PlainInterval) => `INTERVAL "${intervalText(v)}" YEAR TO SECOND`],
  [JSON_TYPE, (v: string) => v, (v: string) => `JSON ${quoted(v)}`],
];

function quoteBytes(value: Uint8Array): string {
  const text = bytesText(value);
  return text.includes('"') && !text.includes("'")
    ? `'${text}'`
    : `"${text.replaceAll('"', '\\"')}"`;
}

for (const [type, write] of jsonTexts) {
  const call = (value: Plain) => (value === null ? "null" : (write as (v: Plain) => string)(value));
  internalUdf(
    "json_of",
    [type],
    STRING,
    call,
    { nulls: true },
    `gsql_json_of_${type.kind.toLowerCase()}`,
  );
}
for (const [type, write] of [
  [INT64, (value: bigint) => String(value)],
  [NUMERIC, (value: bigint) => plainDecimal(value, 9)],
  [BIGNUMERIC, (value: bigint) => plainDecimal(value, 38)],
] as const)
  internalUdf(
    "json_number",
    [type],
    STRING,
    (value: bigint | null) => (value === null ? "null" : write(value)),
    { nulls: true },
    `gsql_json_number_${type.kind.toLowerCase()}`,
  );
for (const [type, plain, literal] of texts) {
  const call = (value: Plain, asLiteral: boolean) =>
    value === null ? "NULL" : ((asLiteral ? literal : plain) as (v: Plain) => string)(value);
  internalUdf(
    "text_of",
    [type, BOOL],
    STRING,
    call,
    { nulls: true },
    `gsql_text_of_${type.kind.toLowerCase()}`,
  );
}
for (const element of [DATE, DATETIME, TIMESTAMP] as const) {
  const range: Type = { kind: "RANGE", element };
  const [, plain] = texts.find(([type]) => type.kind === element.kind) ?? [STRING, String];
  const text = (ends: Plain[]) =>
    `[${ends.map((end) => (end === null ? "UNBOUNDED" : (plain as (v: Plain) => string)(end))).join(", ")})`;
  internalUdf(
    "text_of_range",
    [range, BOOL],
    STRING,
    (ends: Plain[] | null, literal: boolean) =>
      ends === null ? "NULL" : literal ? `RANGE<${element.kind}> "${text(ends)}"` : text(ends),
    { nulls: true },
    `gsql_text_of_range_${element.kind.toLowerCase()}`,
  );
  const json = jsonTexts.find(([type]) => type.kind === element.kind)?.[1] as (v: Plain) => string;
  internalUdf(
    "json_of_range",
    [range],
    STRING,
    (ends: Plain[] | null) =>
      ends === null
        ? "null"
        : `{"start":${ends[0] === null ? "null" : json(ends[0] ?? null)},"end":${ends[1] === null ? "null" : json(ends[1] ?? null)}}`,
    { nulls: true },
    `gsql_json_of_range_${element.kind.toLowerCase()}`,
  );
}

internalUdf(
  "json_pretty",
  [STRING, BOOL],
  STRING,
  (text: string, yes: boolean) => (yes ? prettyJson(parseJson(text)) : text),
  {},
  "gsql_json_pretty",
);
internalUdf(
  "json_canonical",
  [STRING],
  JSON_TYPE,
  (text: string) => printSorted(parseJson(text)),
  {},
  "gsql_json_canonical",
);

internalUdf("json_key", [STRING], STRING, (text: string) => jsonString(text), {}, "gsql_json_key");
