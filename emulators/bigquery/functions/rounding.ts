import { js } from "./define.ts";
import { checked, divideRound, scales } from "./decimal.ts";

/** Rounds half away from zero on the decimal digits that the double stands for, as `ROUND(1.235, 2)` = 1.24 wants. */
function roundFloat(value: number, digits: bigint, truncate: boolean): number {
  if (!Number.isFinite(value) || value === 0) return value;
  const [mantissa = "0", exponentText = "0"] = Math.abs(value).toExponential().split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  const exponent = Number(exponentText);
  // value = digitsInt × 10^scale
  const scale = BigInt(exponent - fraction.length);
  if (-digits <= scale) return value;
  const drop = -digits - scale;
  if (drop > 20n) return 0;
  const unit = 10n ** drop;
  const integer = BigInt(whole + fraction);
  const kept = truncate ? integer / unit : divideRound(integer, unit);
  const result = Number(`${kept}e${-digits}`);
  if (!Number.isFinite(result))
    throw new Error(`Floating point error in function: ROUND(${value}, ${digits})`);
  return value < 0 ? -result : result;
}

const floatRound = (value: number) =>
  value < 0 ? -Math.floor(-value + 0.5) : Math.floor(value + 0.5);

js("ROUND", "FLOAT64 INT64? -> FLOAT64", (value: number, digits = 0n) =>
  digits === 0n && Math.abs(value) < 2 ** 51 && Math.abs(value) !== 0.499_999_999_999_999_94
    ? floatRound(value)
    : roundFloat(value, digits, false),
);
js("TRUNC", "FLOAT64 INT64? -> FLOAT64", (value: number, digits = 0n) =>
  digits === 0n ? Math.trunc(value) : roundFloat(value, digits, true),
);
js("CEIL|CEILING", "FLOAT64 -> FLOAT64", (value: number) => Math.ceil(value));
js("FLOOR", "FLOAT64 -> FLOAT64", (value: number) => Math.floor(value));

for (const kind of ["NUMERIC", "BIGNUMERIC"] as const) {
  const places = BigInt(scales[kind]);
  const one = 10n ** places;
  const step = (digits: bigint) => 10n ** (places - digits);
  const round = (value: bigint, digits: bigint, mode: (n: bigint, d: bigint) => bigint) => {
    if (digits >= places) return value;
    if (digits < -100n) return 0n;
    return checked(mode(value, step(digits)) * step(digits), kind, "ROUND");
  };
  js("ROUND", `${kind} INT64? -> ${kind}`, (value: bigint, digits = 0n) =>
    round(value, digits, divideRound),
  );
  js("ROUND", `${kind} INT64 STRING -> ${kind}`, (value: bigint, digits: bigint, mode: string) => {
    if (mode === "ROUND_HALF_AWAY_FROM_ZERO") return round(value, digits, divideRound);
    if (mode !== "ROUND_HALF_EVEN") throw new Error(`Invalid rounding mode: ${mode}`);
    return round(value, digits, halfEven);
  });
  js("TRUNC", `${kind} INT64? -> ${kind}`, (value: bigint, digits = 0n) =>
    round(value, digits, (n, d) => n / d),
  );
  js("CEIL|CEILING", `${kind} -> ${kind}`, (value: bigint) =>
    checked(floorTo(value, one) + (value % one === 0n ? 0n : one), kind, "CEIL"),
  );
  js("FLOOR", `${kind} -> ${kind}`, (value: bigint) => checked(floorTo(value, one), kind, "FLOOR"));
  js("SQRT", `${kind} -> ${kind}`, (value: bigint) => {
    if (value < 0n) throw new Error("Argument to SQRT cannot be negative");
    return nearestRoot(value * one);
  });
}

const floorTo = (value: bigint, unit: bigint) =>
  (value / unit) * unit - (value % unit < 0n ? unit : 0n);

function halfEven(n: bigint, d: bigint): bigint {
  const up = divideRound(n, d);
  const tie = 2n * (n % d < 0n ? -(n % d) : n % d) === d;
  return tie && up % 2n !== 0n ? up - (n < 0n ? -1n : 1n) : up;
}

function nearestRoot(n: bigint): bigint {
  if (n === 0n) return 0n;
  let x = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const y = (x + n / x) >> 1n;
    if (y >= x) break;
    x = y;
  }
  return n - x * x > x ? x + 1n : x;
}

// Integers are rounded to integers only by negative places; the result of ROUND(INT64) is FLOAT64, by coercion above.
js("PARSE_NUMERIC", "STRING -> NUMERIC", (text: string) => parseNumeric(text, "NUMERIC"));
js("PARSE_BIGNUMERIC", "STRING -> BIGNUMERIC", (text: string) => parseNumeric(text, "BIGNUMERIC"));

/** Spaces around and commas between digits are allowed, and a sign before or after. */
function parseNumeric(text: string, kind: "NUMERIC" | "BIGNUMERIC"): bigint {
  const match = /^\s*([+-]?)\s*([\d,]*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?\s*([+-]?)\s*$/.exec(text);
  const [, before = "", whole = "", fraction = "", exponent = "0", after = ""] = match ?? [];
  const digits = whole.replaceAll(",", "");
  if (match === null || digits + fraction === "" || (before !== "" && after !== ""))
    throw new Error(`Invalid input to PARSE_${kind}: "${text}"`);
  const shift = scales[kind] + Number(exponent) - fraction.length;
  const scaled =
    shift >= 0
      ? BigInt(digits + fraction) * 10n ** BigInt(shift)
      : divideRound(BigInt(digits + fraction), 10n ** BigInt(-shift));
  return checked(before + after === "-" ? -scaled : scaled, kind, "PARSE");
}
