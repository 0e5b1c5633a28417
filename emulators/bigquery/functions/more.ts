import { js, native } from "./define.ts";

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

js("COSINE_DISTANCE", "ARRAY<FLOAT64> ARRAY<FLOAT64> -> FLOAT64", (x: Vector, y: Vector) => {
  const [a, b] = pair(x, y);
  const norms = Math.sqrt(dot(a, a)) * Math.sqrt(dot(b, b));
  if (norms === 0) throw new Error("Cannot compute cosine distance against zero vector");
  return 1 - dot(a, b) / norms;
});
js("EUCLIDEAN_DISTANCE", "ARRAY<FLOAT64> ARRAY<FLOAT64> -> FLOAT64", (x: Vector, y: Vector) => {
  const [a, b] = pair(x, y);
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0));
});

native("STRING", "DATE -> STRING", (x) => `CAST(${x} AS VARCHAR)`);
native("STRING", "DATETIME -> STRING", (x) => `gsql_cast_datetime_string(${x})`);
native("STRING", "TIME -> STRING", (x) => `gsql_cast_time_string(${x})`);

js("CONTAINS_SUBSTR", "STRING STRING -> BOOL", (text: string, part: string) =>
  fold(text).includes(fold(part)),
);
const fold = (text: string) =>
  text.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase().normalize("NFKC");
