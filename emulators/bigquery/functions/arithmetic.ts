import {
  BIGNUMERIC,
  BOOL,
  BYTES,
  FLOAT64,
  INT64,
  INTERVAL,
  NUMERIC,
  STRING,
  type Type,
  arrayOf,
} from "../analyze/types.ts";
import type { PlainInterval } from "../engine/literal.ts";
import { checked, divideRound, fromFloat, parseDecimal, scales, toFloat } from "./decimal.ts";
import { operator } from "./define.ts";
import { addIntervals, checkInterval, divideInterval } from "./interval.ts";

/** The functions behind operators and sums, called by the names that the analyzer writes. */

const values = (items: readonly (bigint | null)[]) => items.filter((item) => item !== null);

const signs = { add: "+", subtract: "-", multiply: "*", divide: "/" } as const;

for (const [name, apply] of [
  ["add", (a: number, b: number) => a + b],
  ["subtract", (a: number, b: number) => a - b],
  ["multiply", (a: number, b: number) => a * b],
  ["divide", (a: number, b: number) => a / b],
] as const)
  operator(`float64_${name}`, [FLOAT64, FLOAT64], FLOAT64, (a: number, b: number) => {
    if (name === "divide" && b === 0) throw new Error(`division by zero: ${a} / ${b}`);
    const result = apply(a, b);
    if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b))
      throw new Error(`double overflow: ${a} ${signs[name]} ${b}`);
    return result;
  });

for (const kind of ["NUMERIC", "BIGNUMERIC"] as const) {
  const type: Type = { kind };
  const scale = 10n ** BigInt(scales[kind]);
  const prefix = kind.toLowerCase();
  const binary = (name: keyof typeof signs, apply: (a: bigint, b: bigint) => bigint) =>
    operator(`${prefix}_${name}`, [type, type], type, (a: bigint, b: bigint) =>
      checked(apply(a, b), kind, signs[name]),
    );
  if (kind === "BIGNUMERIC") {
    binary("add", (a, b) => a + b);
    binary("subtract", (a, b) => a - b);
    operator("bignumeric_negate", [type], type, (a: bigint) => checked(-a, kind, "-"));
  }
  binary("multiply", (a, b) => divideRound(a * b, scale));
  binary("divide", (a, b) => {
    if (b === 0n) throw new Error("division by zero");
    return divideRound(a * scale, b);
  });
  const list = arrayOf(type);
  operator(`${prefix}_sum`, [list], type, (items: (bigint | null)[]) => {
    const known = values(items);
    return known.length === 0
      ? null
      : checked(
          known.reduce((a, b) => a + b, 0n),
          kind,
          "SUM",
        );
  });
  operator(`${prefix}_avg`, [list], type, (items: (bigint | null)[]) => {
    const known = values(items);
    return known.length === 0
      ? null
      : checked(
          divideRound(
            known.reduce((a, b) => a + b, 0n),
            BigInt(known.length),
          ),
          kind,
          "AVG",
        );
  });
  operator(`cast_float64_${prefix}`, [FLOAT64], type, (value: number) => {
    const scaled = fromFloat(value, kind);
    if (scaled === undefined)
      throw new Error(`Casting float64 ${value} to ${prefix} is out of range`);
    return scaled;
  });
  operator(`cast_string_${prefix}`, [STRING], type, (text: string) => {
    const scaled = parseDecimal(text, kind);
    if (scaled === undefined) throw new Error(`Invalid ${kind} value: ${text}`);
    return scaled;
  });
  operator(`cast_${prefix}_int64`, [type], INT64, (value: bigint) =>
    checkInt(divideRound(value, scale), "cast"),
  );
}

operator("to_bignumeric_int64", [INT64], BIGNUMERIC, (value: bigint) => value * 10n ** 38n);
operator("to_bignumeric_numeric", [NUMERIC], BIGNUMERIC, (value: bigint) => value * 10n ** 29n);
operator("bignumeric_to_float64", [BIGNUMERIC], FLOAT64, (value: bigint) =>
  toFloat(value, "BIGNUMERIC"),
);
operator("cast_bignumeric_float64", [BIGNUMERIC], FLOAT64, (value: bigint) =>
  toFloat(value, "BIGNUMERIC"),
);
operator("cast_bignumeric_numeric", [BIGNUMERIC], NUMERIC, (value: bigint) =>
  checked(divideRound(value, 10n ** 29n), "NUMERIC", "cast"),
);

/** The value when it is one of 64 bits, else the error of an overflow. */
function checkInt(value: bigint, what: string): bigint {
  if (BigInt.asIntN(64, value) !== value) throw new Error(`int64 overflow: ${what}`);
  return value;
}

operator("int64_sum", [STRING], INT64, (text: string) => checkInt(BigInt(text), "SUM"));
operator("float64_sum", [FLOAT64, BOOL], FLOAT64, (sum: number, finite: boolean) => {
  if (finite && !Number.isFinite(sum)) throw new Error("double overflow in SUM or AVG");
  return sum;
});
// NaN, the least number, takes the place of -Infinity, which takes that of the least finite double:
// each keeps to itself whatever offset is added.
operator("range_key", [FLOAT64], FLOAT64, (value: number) => {
  if (value === -Number.MAX_VALUE)
    throw new Error(
      "Not supported by the local BigQuery: the least double as the key of a RANGE window",
    );
  if (Number.isNaN(value)) return -Infinity;
  return value === -Infinity ? -Number.MAX_VALUE : value;
});

operator("interval_sum", [arrayOf(INTERVAL)], INTERVAL, (items: (PlainInterval | null)[]) => {
  const known = items.filter((item) => item !== null);
  return known.length === 0 ? null : checkInterval(known.reduce((a, b) => addIntervals(a, b)));
});
// BigQuery ends a recursive query that has not come to its end after so many rounds.
operator("recursion", [INT64], INT64, (round: bigint) => {
  if (round >= 500n)
    throw new Error("A recursive CTE has reached the maximum number of iterations: 500");
  return round + 1n;
});

operator("interval_avg", [arrayOf(INTERVAL)], INTERVAL, (items: (PlainInterval | null)[]) => {
  const known = items.filter((item) => item !== null);
  if (known.length === 0) return null;
  return divideInterval(
    known.reduce((a, b) => addIntervals(a, b)),
    BigInt(known.length),
  );
});

/** Shifts drop the bits that leave; 64 places and more leave nothing. */
function shift(name: string, apply: (value: bigint, places: bigint) => bigint): void {
  operator(name, [INT64, INT64], INT64, (value: bigint, places: bigint) => {
    if (places < 0n)
      throw new Error("Bitwise shift operators do not support negative shift amounts");
    return places >= 64n ? 0n : BigInt.asIntN(64, apply(BigInt.asUintN(64, value), places));
  });
}
shift("shift_left", (value, places) => value << places);
shift("shift_right", (value, places) => value >> places);

const bytesOperators = {
  and: (a: number, b: number) => a & b,
  or: (a: number, b: number) => a | b,
  xor: (a: number, b: number) => a ^ b,
};
for (const [name, apply] of Object.entries(bytesOperators))
  operator(`bytes_${name}`, [BYTES, BYTES], BYTES, (a: Uint8Array, b: Uint8Array) => {
    if (a.length !== b.length)
      throw new Error("Bitwise binary operator for BYTES requires equal length of the inputs");
    return a.map((byte, i) => apply(byte, b[i]));
  });
operator("bytes_not", [BYTES], BYTES, (a: Uint8Array) => a.map((byte) => ~byte & 255));

function shiftBytes(name: string, apply: (value: bigint, places: bigint) => bigint): void {
  operator(`bytes_${name}`, [BYTES, INT64], BYTES, (bytes: Uint8Array, places: bigint) => {
    if (places < 0n)
      throw new Error("Bitwise shift operators do not support negative shift amounts");
    if (bytes.length === 0 || places >= BigInt(bytes.length * 8))
      return new Uint8Array(bytes.length);
    const bits = bytes.length * 8;
    const value = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
    return Buffer.from(
      BigInt.asUintN(bits, apply(value, places))
        .toString(16)
        .padStart(bytes.length * 2, "0"),
      "hex",
    );
  });
}
shiftBytes("shift_left", (value, places) => value << places);
shiftBytes("shift_right", (value, places) => value >> places);

operator("error", [STRING], INT64, (message: string) => {
  throw new Error(message);
});
operator("out_of_bounds", [INT64, INT64], BOOL, (position: bigint, length: bigint) => {
  throw new Error(`Array index ${position} is out of bounds (array length ${length})`);
});
