/** A number that is zero or more, digit by digit: `digits` × 10^-`scale`. */
export interface Digits {
  readonly digits: bigint;
  readonly scale: number;
}

export type Tie = "even" | "away";

/** All digits of a finite double that is zero or more: there are finitely many. */
export function digitsOfFloat(value: number): Digits {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const stored = Number(bits >> 52n);
  const mantissa = (bits & ((1n << 52n) - 1n)) | (stored === 0 ? 0n : 1n << 52n);
  const exponent = (stored === 0 ? 1 : stored) - 1075;
  return exponent >= 0
    ? { digits: mantissa << BigInt(exponent), scale: 0 }
    : { digits: mantissa * 5n ** BigInt(-exponent), scale: -exponent };
}

/** `value` × 10^`places` as an integer; a tie goes to the even neighbour, or away from zero. */
function roundTo({ digits, scale }: Digits, places: number, tie: Tie): bigint {
  if (places >= scale) return digits * 10n ** BigInt(places - scale);
  const unit = 10n ** BigInt(scale - places);
  const [whole, rest] = [digits / unit, (digits % unit) * 2n];
  const up = rest > unit || (rest === unit && (tie === "away" || whole % 2n === 1n));
  return up ? whole + 1n : whole;
}

/** With `precision` digits after the point, as `%f` writes it. */
export function fixedText(value: Digits, precision: number, tie: Tie): string {
  const text = roundTo(value, precision, tie)
    .toString()
    .padStart(precision + 1, "0");
  const whole = text.slice(0, text.length - precision);
  return precision === 0 ? whole : `${whole}.${text.slice(-precision)}`;
}

/** One digit, the point and `precision` digits, with the power of ten: what `%e` writes. */
export function scientific(
  value: Digits,
  precision: number,
  tie: Tie,
): { readonly mantissa: string; readonly exponent: number } {
  let exponent = value.digits === 0n ? 0 : value.digits.toString().length - 1 - value.scale;
  const shown = (power: number) =>
    roundTo(shifted(value, -power), precision, tie)
      .toString()
      .padStart(precision + 1, "0");
  let text = shown(exponent);
  if (text.length > precision + 1) {
    exponent += 1; // 9.99 became 10.0
    text = shown(exponent);
  }
  const mantissa = precision === 0 ? text : `${text.charAt(0)}.${text.slice(1)}`;
  return { mantissa, exponent };
}

const shifted = ({ digits, scale }: Digits, power: number): Digits =>
  scale - power >= 0
    ? { digits, scale: scale - power }
    : { digits: digits * 10n ** BigInt(power - scale), scale: 0 };
