import { floatText } from "./casts.ts";
import { js } from "./define.ts";
import { type Json, JsonNumber, parseJson, printJson, wideNumberMode } from "./json-text.ts";

/** The value as exactly one type, or the error that it is not. */
const wrongType = (value: Json, type: string) =>
  new Error(`The provided JSON input is not ${type}: ${printJson(value)}`);

function bool(value: Json): boolean {
  if (typeof value !== "boolean") throw wrongType(value, "a boolean");
  return value;
}

function string(value: Json): string {
  if (typeof value !== "string") throw wrongType(value, "a string");
  return value;
}

function integer(value: Json): bigint {
  const number = integerOf(value);
  if (number === undefined) throw wrongType(value, "an integer");
  return number;
}

function float(value: Json, exact = false): number {
  if (!(value instanceof JsonNumber)) throw wrongType(value, "a number");
  const number = Number(value.text);
  if (exact && /^-?\d+$/.test(value.text) && BigInt(number) !== BigInt(value.text))
    throw new Error(
      `JSON number: ${value.text} cannot be converted to DOUBLE without loss of precision`,
    );
  return number;
}

function integerOf(value: Json): bigint | undefined {
  if (!(value instanceof JsonNumber)) return undefined;
  if (/^-?\d+$/.test(value.text))
    return BigInt.asIntN(64, BigInt(value.text)) === BigInt(value.text)
      ? BigInt(value.text)
      : undefined;
  const number = Number(value.text);
  return Number.isInteger(number) && Math.abs(number) < 2 ** 63 ? BigInt(number) : undefined;
}

function laxBool(value: Json): boolean | null {
  if (typeof value === "boolean") return value;
  if (value instanceof JsonNumber) return Number(value.text) !== 0;
  return typeof value === "string" && /^(?:true|false)$/i.test(value)
    ? value.toLowerCase() === "true"
    : null;
}

function laxString(value: Json): string | null {
  if (value instanceof JsonNumber)
    return /^-?\d+$/.test(value.text) ? value.text : floatText(Number(value.text));
  return typeof value === "boolean" || typeof value === "string" ? String(value) : null;
}

const numberText = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

function laxInteger(value: Json): bigint | null {
  if (typeof value === "boolean") return value ? 1n : 0n;
  const text = value instanceof JsonNumber ? value.text : typeof value === "string" ? value : "";
  if (!numberText.test(text)) return null;
  if (/^\s*[+-]?\d+\s*$/.test(text)) {
    const whole = BigInt(text.trim().replace("+", ""));
    return BigInt.asIntN(64, whole) === whole ? whole : null;
  }
  const number = Number(text);
  if (Number.isNaN(number) || Math.abs(number) >= 2 ** 63) return null;
  return BigInt(number < 0 ? -Math.round(-number) : Math.round(number));
}

function laxFloat(value: Json): number | null {
  if (value instanceof JsonNumber) return Number(value.text);
  if (typeof value !== "string") return null;
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(value.trim());
  if (special !== null) return /nan/i.test(value) ? NaN : special[1] === "-" ? -Infinity : Infinity;
  return numberText.test(value) ? Number(value) : null;
}

js("FLOAT64|DOUBLE", "JSON STRING? -> FLOAT64", (text: string, mode = "round") =>
  float(parseJson(text), wideNumberMode(mode) === "exact"),
);
js("BOOL", "JSON -> BOOL", (text: string) => bool(parseJson(text)));
js("STRING", "JSON -> STRING", (text: string) => string(parseJson(text)));
js("INT64", "JSON -> INT64", (text: string) => integer(parseJson(text)));
js("LAX_BOOL", "JSON -> BOOL", (text: string) => laxBool(parseJson(text)));
js("LAX_STRING", "JSON -> STRING", (text: string) => laxString(parseJson(text)));
js("LAX_INT64", "JSON -> INT64", (text: string) => laxInteger(parseJson(text)));
js("LAX_FLOAT64|LAX_DOUBLE", "JSON -> FLOAT64", (text: string) => laxFloat(parseJson(text)));

for (const [names, type, read] of [
  ["BOOL_ARRAY", "BOOL", bool],
  ["STRING_ARRAY", "STRING", string],
  ["INT64_ARRAY", "INT64", integer],
  ["FLOAT64_ARRAY|DOUBLE_ARRAY", "FLOAT64", (value: Json) => float(value)],
] as const)
  js(names, `JSON -> ARRAY<${type}>`, (text: string) => {
    const value = parseJson(text);
    if (!Array.isArray(value)) throw wrongType(value, "an array");
    return value.map((item) => read(item));
  });

for (const [names, type, read] of [
  ["LAX_BOOL_ARRAY", "BOOL", laxBool],
  ["LAX_STRING_ARRAY", "STRING", laxString],
  ["LAX_INT64_ARRAY", "INT64", laxInteger],
  ["LAX_FLOAT64_ARRAY|LAX_DOUBLE_ARRAY", "FLOAT64", laxFloat],
] as const)
  js(names, `JSON -> ARRAY<${type}>`, (text: string) => {
    const value = parseJson(text);
    return Array.isArray(value) ? value.map((item) => read(item)) : null;
  });

type KeyMode = "strict" | "lax" | "lax recursive";

/** The paths of all members; `lax` looks into arrays that members hold, `lax recursive` into arrays of arrays too. */
function keysOf(text: string, depth: bigint, mode: string): string[] {
  if (depth < 1n) throw new Error("max_depth must be positive");
  if (!/^(?:strict|lax(?: recursive)?)$/i.test(mode))
    throw new Error(`Invalid JSON mode specified: ${mode}`);
  const how = mode.toLowerCase() as KeyMode;
  const keys = new Set<string>();
  const visit = (value: Json, path: string, left: bigint, nested: boolean): void => {
    if (Array.isArray(value)) {
      if (how === "strict" || (nested && how === "lax")) return;
      for (const item of value) visit(item, path, left, true);
      return;
    }
    if (!(value instanceof Map) || left === 0n) return;
    for (const [name, item] of value) {
      const key = /[.[\]"]/.test(name) ? `"${name}"` : name;
      keys.add(path + key);
      visit(item, `${path}${key}.`, left - 1n, false);
    }
  };
  visit(parseJson(text), "", depth, false);
  return [...keys].toSorted();
}
const anyDepth = 2n ** 31n;
js("JSON_KEYS", "JSON INT64? -> ARRAY<STRING>", (text: string, depth = anyDepth) =>
  keysOf(text, depth, "strict"),
);
js("JSON_KEYS", "JSON STRING -> ARRAY<STRING>", (text: string, mode: string) =>
  keysOf(text, anyDepth, mode),
);
js("JSON_KEYS", "JSON INT64 STRING -> ARRAY<STRING>", (text: string, depth: bigint, mode: string) =>
  keysOf(text, depth, mode),
);
