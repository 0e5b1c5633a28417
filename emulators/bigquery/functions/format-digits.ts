import { type Digits, digitsOfFloat, fixedText, scientific, type Tie } from "./decimal-digits.ts";

/** At least `width` wide: spaces before, or zeros after the sign, or spaces after. */
export function pad(text: string, flags: string, width: number, zeros: boolean): string {
  const missing = width - Array.from(text).length;
  if (missing <= 0) return text;
  if (flags.includes("-")) return text + " ".repeat(missing);
  if (!zeros || !flags.includes("0")) return " ".repeat(missing) + text;
  const sign = /^[-+ ]?(?:0[xX])?/.exec(text)?.[0] ?? "";
  return sign + "0".repeat(missing) + text.slice(sign.length);
}

const grouped = (digits: string, flags: string, size = 3) =>
  flags.includes("'") ? digits.replaceAll(new RegExp(`\\B(?=(?:.{${size}})+$)`, "g"), ",") : digits;

const signOf = (negative: boolean, flags: string) =>
  negative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";

/** `%d`, `%o`, `%x` and the like of an integer's digits. */
export function integer(
  type: string,
  flags: string,
  width: number,
  precision: number | undefined,
  text: string,
): string {
  const value = BigInt(text);
  const negative = value < 0n;
  const absolute = negative ? -value : value;
  const radix = type === "o" ? 8 : /[xX]/.test(type) ? 16 : 10;
  let digits = absolute.toString(radix);
  if (precision !== undefined)
    digits = precision === 0 && value === 0n ? "" : digits.padStart(precision, "0");
  digits = grouped(digits, flags, radix === 10 ? 3 : 4);
  if (type === "X") digits = digits.toUpperCase();
  const prefix = !flags.includes("#")
    ? ""
    : radix === 16 && value !== 0n
      ? type === "X"
        ? "0X"
        : "0x"
      : radix === 8 && !digits.startsWith("0")
        ? "0"
        : "";
  return pad(signOf(negative, flags) + prefix + digits, flags, width, precision === undefined);
}

/** `%f`, `%e` and `%g` of a double: exact ties go to the even digit, as in C. */
export function float(
  type: string,
  flags: string,
  width: number,
  precision: number | undefined,
  value: number,
): string {
  const upper = /[FEG]/.test(type);
  const negative = value < 0 || Object.is(value, -0);
  const sign = signOf(negative && !Number.isNaN(value), flags);
  if (!Number.isFinite(value)) {
    const word = Number.isNaN(value) ? "nan" : "inf";
    return pad(
      (Number.isNaN(value) ? "" : sign) + (upper ? word.toUpperCase() : word),
      flags.replaceAll("0", ""),
      width,
      false,
    );
  }
  return point(type, flags, width, precision, sign, digitsOfFloat(Math.abs(value)), "even");
}

/** The same of a decimal, by its text: ties go away from zero. */
export function decimal(
  type: string,
  flags: string,
  width: number,
  precision: number | undefined,
  text: string,
): string {
  const [whole = "", fraction = ""] = text.replace("-", "").split(".");
  const digits = { digits: BigInt(whole + fraction), scale: fraction.length };
  const sign = signOf(text.startsWith("-"), flags);
  return point(type, flags, width, precision, sign, digits, "away");
}

function point(
  type: string,
  flags: string,
  width: number,
  precision: number | undefined,
  sign: string,
  value: Digits,
  tie: Tie,
): string {
  if ((precision ?? 0) > 1000)
    throw new Error("Not supported by the local BigQuery: a precision over 1000 in FORMAT");
  const body = magnitude(type.toLowerCase(), flags, precision ?? 6, value, tie);
  return pad(sign + (/[FEG]/.test(type) ? body.toUpperCase() : body), flags, width, true);
}

function magnitude(
  type: string,
  flags: string,
  precision: number,
  value: Digits,
  tie: Tie,
): string {
  if (type === "f") return fixed(fixedText(value, precision, tie), flags);
  if (type === "e") return exponential(value, precision, flags, tie);
  const significant = precision === 0 ? 1 : precision;
  const { exponent } = scientific(value, significant - 1, tie);
  const short = exponent < -4 || exponent >= significant;
  const text = short
    ? exponential(value, significant - 1, flags, tie)
    : fixed(fixedText(value, significant - 1 - exponent, tie), flags);
  if (flags.includes("#")) return text;
  const [mantissa = "", power] = text.split("e");
  const trimmed = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return power === undefined ? trimmed : `${trimmed}e${power}`;
}

function fixed(text: string, flags: string): string {
  const [whole = "", fraction] = text.split(".");
  return (
    grouped(whole, flags) +
    (fraction === undefined ? (flags.includes("#") ? "." : "") : `.${fraction}`)
  );
}

function exponential(value: Digits, precision: number, flags: string, tie: Tie): string {
  const { mantissa, exponent } = scientific(value, precision, tie);
  const power = `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  return `${mantissa}${flags.includes("#") && !mantissa.includes(".") ? "." : ""}e${power}`;
}
