import { BIGNUMERIC, NUMERIC } from "../analyze/types.ts";
import { checked, divideRound, scales } from "./decimal.ts";
import { js, native } from "./define.ts";

/** An overflow from finite arguments is an error; NaN and infinities pass through. */
function finite(name: string, result: number, ...args: readonly number[]): number {
  if (Number.isNaN(result) && args.every((arg) => Number.isFinite(arg)))
    throw new Error(`Floating point error in function: ${name}(${args.join(", ")})`);
  if (!Number.isFinite(result) && args.every((arg) => Number.isFinite(arg)))
    throw new Error(`Floating point error in function: ${name}(${args.join(", ")})`);
  return result;
}

const unary: Readonly<Record<string, (x: number) => number>> = {
  SIN: Math.sin,
  COS: Math.cos,
  TAN: Math.tan,
  ASIN: Math.asin,
  ACOS: Math.acos,
  ATAN: Math.atan,
  SINH: Math.sinh,
  COSH: Math.cosh,
  TANH: Math.tanh,
  ASINH: Math.asinh,
  ACOSH: Math.acosh,
  ATANH: Math.atanh,
  CBRT: Math.cbrt,
  EXP: Math.exp,
  SQRT: Math.sqrt,
  LN: Math.log,
  LOG10: Math.log10,
  CSC: (x) => 1 / Math.sin(x),
  SEC: (x) => 1 / Math.cos(x),
  COT: (x) => 1 / Math.tan(x),
  CSCH: (x) => 1 / Math.sinh(x),
  SECH: (x) => 1 / Math.cosh(x),
  COTH: (x) => 1 / Math.tanh(x),
};
for (const [name, call] of Object.entries(unary))
  js(name, "FLOAT64 -> FLOAT64", (x: number) => {
    if (/^(?:LN|LOG10)$/.test(name) && x === -Infinity) return NaN;
    return finite(name, call(x), x);
  });

js("ATAN2", "FLOAT64 FLOAT64 -> FLOAT64", (y: number, x: number) => Math.atan2(y, x));
js("LOG", "FLOAT64 FLOAT64? -> FLOAT64", (x: number, base?: number) => {
  if (base === undefined) return x === -Infinity ? NaN : finite("LOG", Math.log(x), x);
  if (base === 1 || (Number.isFinite(base) && base <= 0) || (Number.isFinite(x) && x <= 0))
    throw new Error(`Floating point error in function: LOG(${x}, ${base})`);
  if (x === -Infinity || base === -Infinity) return NaN;
  if (base === Infinity) return x === Infinity ? NaN : 0;
  if (base === 2) return Math.log2(x);
  return base === 10 ? Math.log10(x) : Math.log(x) / Math.log(base);
});

const power = (x: number, y: number): number => {
  if (x === 1 || y === 0) return 1;
  if (x === -1 && !Number.isFinite(y) && !Number.isNaN(y)) return 1;
  return finite("POW", x ** y, x, y);
};
js("POW|POWER", "FLOAT64 FLOAT64 -> FLOAT64", power);

native("ABS", "INT64 -> INT64", (x) => `abs(${x})`);
native("ABS", "NUMERIC -> NUMERIC", (x) => `abs(${x})`);
native("ABS", "FLOAT64 -> FLOAT64", (x) => `abs(${x})`);
js("ABS", "BIGNUMERIC -> BIGNUMERIC", (x: bigint) => checked(x < 0n ? -x : x, "BIGNUMERIC", "ABS"));
native("SIGN", "INT64 -> INT64", (x) => `CAST(sign(${x}) AS BIGINT)`);
js("SIGN", "NUMERIC -> NUMERIC", (x: bigint) => (x > 0n ? 1n : x < 0n ? -1n : 0n) * 10n ** 9n);
js(
  "SIGN",
  "BIGNUMERIC -> BIGNUMERIC",
  (x: bigint) => (x > 0n ? 1n : x < 0n ? -1n : 0n) * 10n ** 38n,
);
js("SIGN", "FLOAT64 -> FLOAT64", (x: number) => Math.sign(x));
native("IS_NAN", "FLOAT64 -> BOOL", (x) => `isnan(${x})`);
native("IS_INF", "FLOAT64 -> BOOL", (x) => `isinf(${x})`);

js("DIV", "INT64 INT64 -> INT64", (a: bigint, b: bigint) => {
  if (b === 0n) throw new Error(`division by zero: DIV(${a}, 0)`);
  if (BigInt.asIntN(64, a / b) !== a / b) throw new Error(`int64 overflow: DIV(${a}, ${b})`);
  return a / b;
});
js("MOD", "INT64 INT64 -> INT64", (a: bigint, b: bigint) => {
  if (b === 0n) throw new Error(`division by zero: MOD(${a}, 0)`);
  return a % b;
});
for (const kind of ["NUMERIC", "BIGNUMERIC"] as const) {
  js("MOD", `${kind} ${kind} -> ${kind}`, (a: bigint, b: bigint) => {
    if (b === 0n) throw new Error("division by zero: MOD");
    return a % b;
  });
  js("DIV", `${kind} ${kind} -> ${kind}`, (a: bigint, b: bigint) => {
    if (b === 0n) throw new Error("division by zero: DIV");
    return checked((a / b) * 10n ** BigInt(scales[kind]), kind, "DIV");
  });
}
js("IEEE_DIVIDE", "FLOAT64 FLOAT64 -> FLOAT64", (a: number, b: number) => a / b);

const safeInt = (value: bigint) => (BigInt.asIntN(64, value) === value ? value : null);
js("SAFE_ADD", "INT64 INT64 -> INT64", (a: bigint, b: bigint) => safeInt(a + b));
js("SAFE_SUBTRACT", "INT64 INT64 -> INT64", (a: bigint, b: bigint) => safeInt(a - b));
js("SAFE_MULTIPLY", "INT64 INT64 -> INT64", (a: bigint, b: bigint) => safeInt(a * b));
js("SAFE_NEGATE", "INT64 -> INT64", (a: bigint) => safeInt(-a));
for (const kind of ["NUMERIC", "BIGNUMERIC"] as const) {
  const type = kind === "NUMERIC" ? NUMERIC : BIGNUMERIC;
  const scale = 10n ** BigInt(scales[kind]);
  const safe = (value: bigint) => {
    try {
      return checked(value, type.kind, "");
    } catch {
      return null; // an overflow is what SAFE_ turns into NULL
    }
  };
  js("SAFE_ADD", `${kind} ${kind} -> ${kind}`, (a: bigint, b: bigint) => safe(a + b));
  js("SAFE_SUBTRACT", `${kind} ${kind} -> ${kind}`, (a: bigint, b: bigint) => safe(a - b));
  js("SAFE_MULTIPLY", `${kind} ${kind} -> ${kind}`, (a: bigint, b: bigint) =>
    safe(divideRound(a * b, scale)),
  );
  js("SAFE_NEGATE", `${kind} -> ${kind}`, (a: bigint) => safe(-a));
}
const overflows = (result: number, a: number, b: number) =>
  !Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b) ? null : result;
js("SAFE_ADD", "FLOAT64 FLOAT64 -> FLOAT64", (a: number, b: number) => overflows(a + b, a, b));
js("SAFE_SUBTRACT", "FLOAT64 FLOAT64 -> FLOAT64", (a: number, b: number) => overflows(a - b, a, b));
js("SAFE_MULTIPLY", "FLOAT64 FLOAT64 -> FLOAT64", (a: number, b: number) => overflows(a * b, a, b));
js("SAFE_NEGATE", "FLOAT64 -> FLOAT64", (a: number) => -a);

js("RAND", "-> FLOAT64", () => Math.random(), { volatile: true });

js(
  "RANGE_BUCKET",
  "INT64 ARRAY<INT64> -> INT64",
  (point: bigint, bounds: readonly (bigint | null)[]) => bucket(point, bounds),
);
js(
  "RANGE_BUCKET",
  "FLOAT64 ARRAY<FLOAT64> -> INT64",
  (point: number, bounds: readonly (number | null)[]) =>
    Number.isNaN(point) ? null : bucket(point, bounds),
);
js(
  "RANGE_BUCKET",
  "STRING ARRAY<STRING> -> INT64",
  (point: string, bounds: readonly (string | null)[]) => bucket(point, bounds),
);

function bucket<T extends string | number | bigint>(
  point: T,
  bounds: readonly (T | null)[],
): bigint {
  let count = 0;
  for (const [i, bound] of bounds.entries()) {
    if (bound === null) throw new Error("Elements in input array to RANGE_BUCKET cannot be null");
    const before = bounds[i - 1] ?? null;
    if (before !== null && before > bound)
      throw new Error("Elements in input array to RANGE_BUCKET must be in ascending order");
    if (bound <= point) count = i + 1;
  }
  return BigInt(count);
}
