import { INT64, JSON_TYPE, STRING } from "../analyze/types.ts";
import { internalUdf, js } from "./define.ts";
import { follow, parsePath, scalarText } from "./json-path.ts";
import {
  canonicalJson,
  type Json,
  JsonNumber,
  parseJson,
  printJson,
  wideNumberMode,
} from "./json-text.ts";

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

js("PARSE_JSON", "STRING STRING? -> JSON", (text: string, mode = "exact") => {
  try {
    return canonicalJson(text, wideNumberMode(mode));
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
