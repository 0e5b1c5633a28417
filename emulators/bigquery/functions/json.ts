import { INT64, JSON_TYPE, STRING } from "../analyze/types.ts";
import { floatText } from "./casts.ts";
import { internalUdf, js } from "./define.ts";
import { follow, parsePath, scalarText } from "./json-path.ts";
import { canonicalJson, type Json, JsonNumber, parseJson, printJson } from "./json-text.ts";

const print = (value: Json | undefined): string | null =>
  value === undefined ? null : printJson(value);

internalUdf(
  "json_member",
  [JSON_TYPE, STRING],
  JSON_TYPE,
  (text: string, name: string) => {
    const value = parseJson(text);
    return value instanceof Map ? print(value.get(name)) : null;
  },
  {},
  "gsql_json_member",
);
internalUdf(
  "json_element",
  [JSON_TYPE, INT64],
  JSON_TYPE,
  (text: string, index: bigint) => {
    const value = parseJson(text);
    return Array.isArray(value) && index >= 0n ? print(value[Number(index)]) : null;
  },
  {},
  "gsql_json_element",
);

/** Text that is not JSON gives NULL in the functions over STRING. */
function parsed(text: string): Json | undefined {
  try {
    return parseJson(text, true);
  } catch {
    return undefined; // that is what these functions say of such text
  }
}

const at = (text: string, path: string, legacy: boolean): Json | undefined => {
  const steps = parsePath(path, legacy);
  const value = parsed(text);
  return value === undefined ? undefined : follow(value, steps);
};

for (const [name, legacy] of [
  ["JSON_QUERY", false],
  ["JSON_EXTRACT", true],
] as const) {
  js(name, "STRING STRING? -> STRING", (text: string, path = "$") => {
    const found = at(text, path, legacy);
    return found === null ? null : print(found);
  });
  js(name, "JSON STRING? -> JSON", (text: string, path = "$") => print(at(text, path, legacy)));
}
for (const [name, legacy] of [
  ["JSON_VALUE", false],
  ["JSON_EXTRACT_SCALAR", true],
] as const)
  for (const type of ["STRING", "JSON"])
    js(name, `${type} STRING? -> STRING`, (text: string, path = "$") =>
      scalarText(at(text, path, legacy)),
    );

for (const [name, legacy] of [
  ["JSON_QUERY_ARRAY", false],
  ["JSON_EXTRACT_ARRAY", true],
] as const)
  for (const type of ["STRING", "JSON"])
    js(name, `${type} STRING? -> ARRAY<${type}>`, (text: string, path = "$") => {
      const found = at(text, path, legacy);
      return Array.isArray(found) ? found.map((item) => printJson(item)) : null;
    });
for (const [name, legacy] of [
  ["JSON_VALUE_ARRAY", false],
  ["JSON_EXTRACT_STRING_ARRAY", true],
] as const)
  for (const type of ["STRING", "JSON"])
    js(name, `${type} STRING? -> ARRAY<STRING>`, (text: string, path = "$") => {
      const found = at(text, path, legacy);
      if (!Array.isArray(found)) return null;
      if (found.some((item) => Array.isArray(item) || item instanceof Map)) return null;
      return found.map((item) => scalarText(item));
    });

js("PARSE_JSON", "STRING -> JSON", (text: string) => {
  try {
    return canonicalJson(text);
  } catch (cause) {
    throw new Error(`Invalid input to PARSE_JSON: ${cause instanceof Error ? cause.message : ""}`, {
      cause,
    });
  }
});
js("JSON_TYPE", "JSON -> STRING", (text: string) => {
  const value = parseJson(text);
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (value instanceof JsonNumber) return "number";
  return value instanceof Map ? "object" : typeof value;
});

/** The value as exactly one type, or the error that it is not. */
const wrongType = (text: string, type: string) =>
  new Error(`The provided JSON input is not ${type}: ${text}`);
js("BOOL", "JSON -> BOOL", (text: string) => {
  const value = parseJson(text);
  if (typeof value !== "boolean") throw wrongType(text, "a boolean");
  return value;
});
js("STRING", "JSON -> STRING", (text: string) => {
  const value = parseJson(text);
  if (typeof value !== "string") throw wrongType(text, "a string");
  return value;
});
js("INT64", "JSON -> INT64", (text: string) => {
  const number = integerOf(parseJson(text));
  if (number === undefined) throw wrongType(text, "an integer");
  return number;
});
js("FLOAT64|DOUBLE", "JSON -> FLOAT64", (text: string) => {
  const value = parseJson(text);
  if (!(value instanceof JsonNumber)) throw wrongType(text, "a number");
  const number = Number(value.text);
  if (/^-?\d+$/.test(value.text) && BigInt(number) !== BigInt(value.text))
    throw new Error(`JSON number: ${text} cannot be converted to DOUBLE without loss of precision`);
  return number;
});

function integerOf(value: Json): bigint | undefined {
  if (!(value instanceof JsonNumber)) return undefined;
  if (/^-?\d+$/.test(value.text))
    return BigInt.asIntN(64, BigInt(value.text)) === BigInt(value.text)
      ? BigInt(value.text)
      : undefined;
  const number = Number(value.text);
  return Number.isInteger(number) && Math.abs(number) < 2 ** 63 ? BigInt(number) : undefined;
}

js("LAX_BOOL", "JSON -> BOOL", (text: string) => {
  const value = parseJson(text);
  if (typeof value === "boolean") return value;
  if (value instanceof JsonNumber) return Number(value.text) !== 0;
  return typeof value === "string" && /^(?:true|false)$/i.test(value)
    ? value.toLowerCase() === "true"
    : null;
});
js("LAX_STRING", "JSON -> STRING", (text: string) => {
  const value = parseJson(text);
  if (value instanceof JsonNumber)
    return /^-?\d+$/.test(value.text) ? value.text : floatText(Number(value.text));
  return typeof value === "boolean" || typeof value === "string" ? String(value) : null;
});
js("LAX_INT64", "JSON -> INT64", (text: string) => {
  const value = parseJson(text);
  if (typeof value === "boolean") return value ? 1n : 0n;
  const number =
    value instanceof JsonNumber
      ? Number(value.text)
      : typeof value === "string" && /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(value)
        ? Number(value)
        : NaN;
  const digits = value instanceof JsonNumber ? value.text : typeof value === "string" ? value : "";
  if (/^\s*[+-]?\d+\s*$/.test(digits))
    return BigInt.asIntN(64, BigInt(digits.trim().replace("+", ""))) ===
      BigInt(digits.trim().replace("+", ""))
      ? BigInt(digits.trim().replace("+", ""))
      : null;
  if (Number.isNaN(number) || Math.abs(number) >= 2 ** 63) return null;
  return BigInt(number < 0 ? -Math.round(-number) : Math.round(number));
});
js("LAX_FLOAT64|LAX_DOUBLE", "JSON -> FLOAT64", (text: string) => {
  const value = parseJson(text);
  if (value instanceof JsonNumber) return Number(value.text);
  if (typeof value !== "string") return null;
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(value.trim());
  if (special !== null) return /nan/i.test(value) ? NaN : special[1] === "-" ? -Infinity : Infinity;
  return /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(value) ? Number(value) : null;
});

js("JSON_KEYS", "JSON INT64? -> ARRAY<STRING>", (text: string, depth = 2n ** 31n) => {
  const keys = new Set<string>();
  const visit = (value: Json, path: string, left: bigint) => {
    if (!(value instanceof Map) || left === 0n) return;
    for (const [name, item] of value) {
      const key = /[.[\]"]/.test(name) ? `"${name}"` : name;
      keys.add(path + key);
      visit(item, `${path}${key}.`, left - 1n);
    }
  };
  if (depth < 1n) throw new Error("max_depth must be positive");
  visit(parseJson(text), "", depth);
  return [...keys].toSorted();
});
