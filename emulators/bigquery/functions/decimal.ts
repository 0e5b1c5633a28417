/** Exact arithmetic of NUMERIC and BIGNUMERIC on scaled integers. */

export const scales = { NUMERIC: 9, BIGNUMERIC: 38 } as const;
export type DecimalKind = keyof typeof scales;

const numericLimit = 10n ** 38n - 1n;
const bigLimit = 1n << 255n;

/** Whether the scaled value fits: 38 digits for NUMERIC, 256 bits for BIGNUMERIC. */
const fits = (scaled: bigint, kind: DecimalKind): boolean =>
  kind === "NUMERIC"
    ? scaled <= numericLimit && scaled >= -numericLimit
    : scaled < bigLimit && scaled >= -bigLimit;

/** The value, or an error in BigQuery's words. */
export function checked(scaled: bigint, kind: DecimalKind, what: string): bigint {
  if (!fits(scaled, kind))
    throw new Error(`${kind === "NUMERIC" ? "numeric" : "bignumeric"} overflow: ${what}`);
  return scaled;
}

/** n / d rounded half away from zero. */
export function divideRound(n: bigint, d: bigint): bigint {
  const negative = n < 0n !== d < 0n;
  const a = n < 0n ? -n : n;
  const b = d < 0n ? -d : d;
  const rounded = (2n * a + b) / (2n * b);
  return negative ? -rounded : rounded;
}

/** The scaled value of decimal text such as `-1.5e3`; undefined when it is not a number or does not fit. */
export function parseDecimal(text: string, kind: DecimalKind): bigint | undefined {
  const match = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?\s*$/.exec(text);
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match ?? [];
  if (match === null || whole + fraction === "") return undefined;
  const shift = scales[kind] + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  if (digits === 0n) return 0n;
  if (shift > 200) return undefined;
  const scaled =
    shift >= 0
      ? digits * 10n ** BigInt(shift)
      : shift < -400 - digits.toString().length
        ? 0n
        : divideRound(digits, 10n ** BigInt(-shift));
  const value = sign === "-" ? -scaled : scaled;
  return fits(value, kind) ? value : undefined;
}

/** The nearest double of a scaled value. */
export function toFloat(scaled: bigint, kind: DecimalKind): number {
  const digits = (scaled < 0n ? -scaled : scaled).toString();
  const value = Number(`${digits}e-${scales[kind]}`);
  return scaled < 0n ? -value : value;
}

/** A double exactly as binary, rounded half away from zero to the scale; undefined when it does not fit. */
export function fromFloat(value: number, kind: DecimalKind): bigint | undefined {
  if (!Number.isFinite(value)) return undefined;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  const exponent = Number(bits >> 52n);
  const mantissa = (bits & ((1n << 52n) - 1n)) | (exponent === 0 ? 0n : 1n << 52n);
  const shift = (exponent === 0 ? 1 : exponent) - 1075;
  const scale = 10n ** BigInt(scales[kind]);
  const scaled =
    shift >= 0
      ? (mantissa << BigInt(shift)) * scale
      : divideRound(mantissa * scale, 1n << BigInt(-shift));
  const signed = value < 0 ? -scaled : scaled;
  return fits(signed, kind) ? signed : undefined;
}
