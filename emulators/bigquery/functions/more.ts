import { arrayOf, BOOL, FLOAT64, JSON_TYPE, STRING } from "../analyze/types.ts";
import { internalUdf, js, native } from "./define.ts";
import { type Json, JsonNumber, parseJson } from "./json-text.ts";

js("BIT_COUNT", "INT64 -> INT64", (value: bigint) =>
  BigInt(BigInt.asUintN(64, value).toString(2).replaceAll("0", "").length),
);
js("BIT_COUNT", "BYTES -> INT64", (bytes: Uint8Array) =>
  BigInt(Array.from(bytes, (byte) => byte.toString(2).replaceAll("0", "")).join("").length),
);

type Vector = readonly (number | null)[];

/** The vectors without NULLs and of one length, or BigQuery's complaint. */
function pair(a: Vector, b: Vector): [readonly number[], readonly number[]] {
  if (a.length !== b.length) throw new Error(`Array length mismatch: ${a.length} and ${b.length}`);
  if (a.includes(null) || b.includes(null))
    throw new Error("Cannot compute a distance of vectors with NULL");
  return [a as readonly number[], b as readonly number[]];
}
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

const distances = {
  COSINE_DISTANCE: (x: Vector, y: Vector) => {
    const [a, b] = pair(x, y);
    const norms = Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b));
    if (norms === 0) throw new Error("Cannot compute cosine distance against zero vector");
    return 1 - dot(a, b) / norms;
  },
  EUCLIDEAN_DISTANCE: (x: Vector, y: Vector) => {
    const [a, b] = pair(x, y);
    return Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0));
  },
} as const;

/** Sparse vectors side by side: a dimension that one does not name is 0 in it. */
function dense(
  keys: readonly (readonly (string | null)[])[],
  values: readonly Vector[],
): [Vector, Vector] {
  const maps = keys.map((names, side) => {
    if (names.includes(null)) throw new Error("A dimension of a vector cannot be NULL");
    if (new Set(names).size < names.length) throw new Error("A dimension occurs twice in a vector");
    return new Map(names.map((name, i) => [name, values[side]?.[i] ?? null]));
  });
  const all = [...new Set(keys.flat())];
  const [a = [], b = []] = maps.map((map) =>
    all.map((name) => (map.has(name) ? (map.get(name) ?? null) : 0)),
  );
  return [a, b];
}

for (const [name, distance] of Object.entries(distances)) {
  const label = `gsql_${name.toLowerCase()}`;
  const vector = [arrayOf(STRING), arrayOf(FLOAT64)];
  internalUdf(name, [arrayOf(FLOAT64), arrayOf(FLOAT64)], FLOAT64, distance, {}, label);
  const sparse = (a: (string | null)[], x: Vector, b: (string | null)[], y: Vector) =>
    distance(...dense([a, b], [x, y]));
  internalUdf(name, [...vector, ...vector], FLOAT64, sparse, {}, `${label}_sparse`);
}

native("STRING", "DATE -> STRING", (x) => `CAST(${x} AS VARCHAR)`);
native("STRING", "DATETIME -> STRING", (x) => `gsql_cast_datetime_string(${x})`);
native("STRING", "TIME -> STRING", (x) => `gsql_cast_time_string(${x})`);

const contains = (text: string, part: string) => fold(text).includes(fold(part));
const fold = (text: string) =>
  text.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase().normalize("NFKC");

internalUdf("contains", [STRING, STRING], BOOL, contains, {}, "gsql_contains");
internalUdf(
  "contains_json",
  [JSON_TYPE, STRING, STRING],
  BOOL,
  (text: string, part: string, scope: string) => {
    if (!/^JSON_(?:VALUES|KEYS|KEYS_AND_VALUES)$/.test(scope))
      throw new Error(`Invalid json_scope: ${scope}`);
    return jsonTexts(parseJson(text), scope).some((item) => contains(item, part));
  },
  {},
  "gsql_contains_json",
);

/** The texts of a JSON value that a search looks into: its scalars, its members' names, or both. */
function jsonTexts(value: Json, scope: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => jsonTexts(item, scope));
  if (value instanceof Map)
    return [...value].flatMap(([name, item]) => [
      ...(scope === "JSON_VALUES" ? [] : [name]),
      ...jsonTexts(item, scope),
    ]);
  if (scope === "JSON_KEYS" || value === null) return [];
  return [value instanceof JsonNumber ? value.text : String(value)];
}
