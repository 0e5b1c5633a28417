import { BOOL, STRING } from "../analyze/types.ts";
import { internalUdf, js, native, over } from "./define.ts";

const limitBytes = 1_048_576;

/** Text by code points, as GoogleSQL counts. */
const chars = (text: string): string[] => Array.from(text);

/** Registers a function over STRING and its twin over BYTES, both written over lists of units. */
function both(
  names: string,
  signature: string,
  call: (units: Units, ...rest: never[]) => readonly string[] | string | bigint | boolean | null,
): void {
  js(names, over(signature, "STRING"), wrap(call, stringUnits, (u) => u.join("")) as never);
  js(
    names,
    over(signature, "BYTES"),
    wrap(call, byteUnits, (u) => Uint8Array.from(Buffer.from(u.join(""), "latin1"))) as never,
  );
}

type Units = string[];
const stringUnits = (value: unknown) => (typeof value === "string" ? chars(value) : value);
const byteUnits = (value: unknown) =>
  value instanceof Uint8Array ? Array.from(Buffer.from(value).toString("latin1")) : value;

function wrap(
  call: (units: Units, ...rest: never[]) => unknown,
  open: (value: unknown) => unknown,
  close: (units: readonly string[]) => unknown,
) {
  return (...args: unknown[]): unknown => {
    const result = (call as (...all: unknown[]) => unknown)(...args.map((arg) => open(arg)));
    return Array.isArray(result) ? close(result as string[]) : result;
  };
}

const clamp = (n: bigint, low: number, high: number): number =>
  n < BigInt(low) ? low : n > BigInt(high) ? high : Number(n);

both("SUBSTR|SUBSTRING", "S I I? -> S", (units: Units, position: bigint, length?: bigint) => {
  if (length !== undefined && length < 0n)
    throw new Error("Third argument in SUBSTR() cannot be negative");
  const size = units.length;
  const from =
    position > 0n
      ? clamp(position - 1n, 0, size)
      : position === 0n
        ? 0
        : clamp(BigInt(size) + position, 0, size);
  const take = length === undefined ? size : clamp(length, 0, size);
  return units.slice(from, from + take);
});
both("LEFT", "S I -> S", (units: Units, n: bigint) => {
  if (n < 0n) throw new Error("Second argument in LEFT() cannot be negative");
  return units.slice(0, clamp(n, 0, units.length));
});
both("RIGHT", "S I -> S", (units: Units, n: bigint) => {
  if (n < 0n) throw new Error("Second argument in RIGHT() cannot be negative");
  return units.slice(units.length - clamp(n, 0, units.length));
});
both("REVERSE", "S -> S", (units: Units) => units.toReversed());
both("REPEAT", "S I -> S", (units: Units, n: bigint) => {
  if (n < 0n) throw new Error("Second argument in REPEAT cannot be a negative value");
  if (BigInt(units.length) * n > BigInt(limitBytes))
    throw new Error(`Output of REPEAT exceeds max allowed output size of 1MB`);
  return Array.from({ length: Number(n) }).flatMap(() => units);
});

function pad(name: string, build: (units: Units, fill: Units) => Units): void {
  both(name, "S I S? -> S", (units: Units, length: bigint, pattern: Units = [" "]) => {
    if (length < 0n)
      throw new Error(`Second argument (output size) for ${name} cannot be negative`);
    if (length > BigInt(limitBytes))
      throw new Error(`Output of ${name} exceeds max allowed output size of 1MB`);
    if (pattern.length === 0)
      throw new Error(`Third argument (pad pattern) for ${name} cannot be empty`);
    const size = Number(length);
    if (units.length >= size) return units.slice(0, size);
    const fill = Array.from({ length: size - units.length }, (_, i) => pattern[i % pattern.length]);
    return build(units, fill);
  });
}
pad("LPAD", (units, fill) => [...fill, ...units]);
pad("RPAD", (units, fill) => [...units, ...fill]);

const whitespace = /^[\s\u0085]$/u;
function trim(name: string, left: boolean, right: boolean): void {
  const cut = (units: Units, drop: (unit: string) => boolean) => {
    let [from, to] = [0, units.length];
    if (left) while (from < to && drop(units[from])) from += 1;
    if (right) while (to > from && drop(units[to - 1])) to -= 1;
    return units.slice(from, to);
  };
  js(name, "STRING -> STRING", (text: string) =>
    cut(chars(text), (unit) => unit !== "\uFEFF" && whitespace.test(unit)).join(""),
  );
  both(name, "S S -> S", (units: Units, set: Units) => {
    const members = new Set(set);
    return cut(units, (unit) => members.has(unit));
  });
}
trim("TRIM", true, true);
trim("LTRIM", true, false);
trim("RTRIM", false, true);

both("STARTS_WITH", "S S -> B", (units: Units, prefix: Units) =>
  prefix.every((unit, i) => units[i] === unit),
);
both(
  "ENDS_WITH",
  "S S -> B",
  (units: Units, suffix: Units) =>
    suffix.length <= units.length &&
    suffix.every((unit, i) => units[units.length - suffix.length + i] === unit),
);

const at = (units: Units, part: Units, i: number) => part.every((unit, k) => units[i + k] === unit);

both("STRPOS", "S S -> I", (units: Units, part: Units) => {
  for (let i = 0; i + part.length <= units.length; i += 1)
    if (at(units, part, i)) return BigInt(i + 1);
  return 0n;
});
both("INSTR", "S S I? I? -> I", (units: Units, part: Units, position = 1n, occurrence = 1n) => {
  if (position === 0n) throw new Error("Position cannot be zero in INSTR");
  if (occurrence < 1n) throw new Error("Occurrence must be positive in INSTR");
  if (part.length === 0) return 0n;
  const back = position < 0n;
  const start = back
    ? units.length - clamp(-position, 0, units.length + 1)
    : clamp(position - 1n, 0, units.length);
  if (start < 0) return 0n;
  let left = occurrence;
  for (
    let i = back ? Math.min(start, units.length - part.length) : start;
    back ? i >= 0 : i + part.length <= units.length;
    i += back ? -1 : 1
  )
    if (at(units, part, i) && (left -= 1n) === 0n) return BigInt(i + 1);
  return 0n;
});
both("REPLACE", "S S S -> S", (units: Units, from: Units, to: Units) => {
  if (from.length === 0) return units;
  const out: string[] = [];
  for (let i = 0; i < units.length;) {
    if (at(units, from, i)) {
      out.push(...to);
      i += from.length;
    } else {
      out.push(units[i]);
      i += 1;
    }
  }
  return out;
});
both("TRANSLATE", "S S S -> S", (units: Units, from: Units, to: Units) => {
  const map = new Map<string, string>();
  for (const [i, unit] of from.entries()) {
    if (map.has(unit)) throw new Error("Duplicate character in TRANSLATE source characters");
    map.set(unit, to[i] ?? "");
  }
  return units.map((unit) => map.get(unit) ?? unit);
});

js("UPPER", "STRING -> STRING", (text: string) => text.toUpperCase());
js("LOWER", "STRING -> STRING", (text: string) => text.toLowerCase());
const ascii = (from: number, to: number, shift: number) => (bytes: Uint8Array) =>
  bytes.map((byte) => (byte >= from && byte <= to ? byte + shift : byte));
js("UPPER", "BYTES -> BYTES", ascii(97, 122, -32));
js("LOWER", "BYTES -> BYTES", ascii(65, 90, 32));
js(
  "INITCAP",
  "STRING STRING? -> STRING",
  (text: string, delimiters = ' \t\n\r\v\f[](){}/|<>!?@"^#$&~_,.:;*%+-') => {
    const between = new Set(chars(delimiters));
    let start = true;
    return chars(text)
      .map((char) => {
        const made = start ? char.toUpperCase() : char.toLowerCase();
        start = between.has(char);
        return made;
      })
      .join("");
  },
);

native("CONCAT", "STRING STRING* -> STRING", (...parts) => parts.join(" || "));
native("CONCAT", "BYTES BYTES* -> BYTES", (...parts) => parts.join(" || "));
native(
  "LENGTH|CHAR_LENGTH|CHARACTER_LENGTH",
  "STRING -> INT64",
  (x) => `CAST(length(${x}) AS BIGINT)`,
);
native("LENGTH", "BYTES -> INT64", (x) => `CAST(octet_length(${x}) AS BIGINT)`);
native("BYTE_LENGTH|OCTET_LENGTH", "STRING -> INT64", (x) => `CAST(strlen(${x}) AS BIGINT)`);
native("BYTE_LENGTH|OCTET_LENGTH", "BYTES -> INT64", (x) => `CAST(octet_length(${x}) AS BIGINT)`);

js("ASCII", "STRING -> INT64", (text: string) => {
  const code = text.charCodeAt(0);
  if (code > 127) throw new Error("Non ASCII character for ASCII function");
  return BigInt(text === "" ? 0 : code);
});
js("ASCII", "BYTES -> INT64", (bytes: Uint8Array) => BigInt(bytes[0] ?? 0));
js("UNICODE", "STRING -> INT64", (text: string) => BigInt(text.codePointAt(0) ?? 0));
js("CHR", "INT64 -> STRING", (code: bigint) => codePoint(code));
js("TO_CODE_POINTS", "STRING -> ARRAY<INT64>", (text: string) =>
  chars(text).map((char) => BigInt(char.codePointAt(0) ?? 0)),
);
js("TO_CODE_POINTS", "BYTES -> ARRAY<INT64>", (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => BigInt(byte)),
);
js("CODE_POINTS_TO_STRING", "ARRAY<INT64> -> STRING", (codes: readonly (bigint | null)[]) =>
  codes.includes(null) ? null : codes.map((code) => nonZero(code ?? 0n)).join(""),
);
js("CODE_POINTS_TO_BYTES", "ARRAY<INT64> -> BYTES", (codes: readonly (bigint | null)[]) => {
  if (codes.includes(null)) return null;
  if (codes.some((code) => (code ?? 0n) < 0n || (code ?? 0n) > 255n))
    throw new Error("Invalid extended ASCII code point");
  return Uint8Array.from(codes, Number);
});

function nonZero(code: bigint): string {
  if (code === 0n) throw new Error("Not supported by the local BigQuery: the code point 0");
  return codePoint(code);
}

function codePoint(code: bigint): string {
  if (code < 0n || code > 0x10ffffn || (code >= 0xd800n && code <= 0xdfffn))
    throw new Error(`Invalid codepoint ${code}`);
  return code === 0n ? "" : String.fromCodePoint(Number(code));
}

js("SPLIT", "STRING STRING? -> ARRAY<STRING>", (text: string, delimiter = ",") =>
  text === "" ? [""] : delimiter === "" ? chars(text) : text.split(delimiter),
);
js("SPLIT", "BYTES BYTES -> ARRAY<BYTES>", (bytes: Uint8Array, delimiter: Uint8Array) => {
  const text = Buffer.from(bytes).toString("latin1");
  const between = Buffer.from(delimiter).toString("latin1");
  return (text === "" ? [""] : text.split(between)).map((part) =>
    Uint8Array.from(Buffer.from(part, "latin1")),
  );
});

/** Full case folding: by way of the capital, which joins what has several small forms. */
function caseFold(char: string): string {
  return char === "ı"
    ? char
    : Array.from(char.toLowerCase().toUpperCase(), (c) => c.toLowerCase()).join("");
}

internalUdf(
  "normalize",
  [STRING, STRING, BOOL],
  STRING,
  (text: string, form: string, fold: boolean) => {
    const made = text.normalize(form);
    return fold ? Array.from(made, caseFold).join("").normalize(form) : made;
  },
  {},
  "gsql_normalize",
);
