import type { Value } from "./wire.ts";

export type NumberValue = Extract<Value, { valueType: "integerValue" | "doubleValue" }>;

const maxInt64 = 2n ** 63n - 1n;
const minInt64 = -(2n ** 63n);

export const isNumber = (value: Value | undefined): value is NumberValue =>
  value?.valueType === "integerValue" || value?.valueType === "doubleValue";

export const isNaNValue = (value: Value | undefined): boolean =>
  value?.valueType === "doubleValue" && Number.isNaN(value.doubleValue);

/** The value as a double; integers beyond 2^53 lose their last digits. */
export const toNumber = (value: NumberValue): number =>
  value.valueType === "integerValue" ? Number(value.integerValue) : value.doubleValue;

/** Exact order of integers and doubles together; NaN comes first and equals itself. */
export function compareNumbers(a: NumberValue, b: NumberValue): number {
  const left = toNumber(a);
  const right = toNumber(b);
  if (Number.isNaN(left) || Number.isNaN(right))
    return Number(Number.isNaN(right)) - Number(Number.isNaN(left));
  if (left !== right) return left < right ? -1 : 1;
  // Equal as doubles: integers over 2^53 may still differ.
  if (Number.isSafeInteger(left) || !Number.isInteger(left)) return 0;
  const difference = toBigInt(a) - toBigInt(b);
  return difference < 0n ? -1 : Number(difference > 0n);
}

const toBigInt = (value: NumberValue): bigint =>
  value.valueType === "integerValue" ? BigInt(value.integerValue) : BigInt(value.doubleValue);

/** Integers stay integers and stop at the ends of int64; with a double on either side the sum is a double. */
export function add(a: NumberValue, b: NumberValue): NumberValue {
  if (a.valueType === "integerValue" && b.valueType === "integerValue")
    return integer(clamp(BigInt(a.integerValue) + BigInt(b.integerValue)));
  return double(toNumber(a) + toNumber(b));
}

/** The sum of many: an integer while it fits int64, else a double. */
export function sum(values: readonly NumberValue[]): NumberValue {
  if (values.every((value) => value.valueType === "integerValue")) {
    const total = values.reduce((sum, value) => sum + toBigInt(value), 0n);
    return total === clamp(total) ? integer(total) : double(Number(total));
  }
  return double(values.reduce((sum, value) => sum + toNumber(value), 0));
}

export const integer = (value: bigint | number): NumberValue => ({
  valueType: "integerValue",
  integerValue: String(value),
});

export const double = (value: number): NumberValue => ({
  valueType: "doubleValue",
  doubleValue: value,
});

const clamp = (value: bigint) =>
  value > maxInt64 ? maxInt64 : value < minInt64 ? minInt64 : value;
