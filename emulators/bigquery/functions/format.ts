import { arrayOf, STRING } from "../analyze/types.ts";
import { type Digits, digitsOfFloat, fixedText, scientific, type Tie } from "./decimal-digits.ts";
import { internalUdf } from "./define.ts";
import { parseJson, prettyJson, printJson } from "./json-text.ts";

/**
 * An argument of FORMAT as text: its kind (`I` integer, `F` double, `N` decimal, `S` string, `B` bytes, `J` JSON, `O` other),
 * whether it is NULL, its text (`%t`) and its literal (`%T`), joined by U+0001.
 */
interface Arg {
  readonly kind: string;
  readonly isNull: boolean;
  readonly text: string;
  readonly literal: string;
}

const specifier =
  /%(?<flags>[-+ #0']*)(?<width>\*|\d+)?(?:\.(?<precision>\*|\d*))?(?<type>[diouxXfFeEgGsptTP%])/y;

internalUdf(
  "format",
  [STRING, arrayOf(STRING)],
  STRING,
  (format: string, encoded: readonly string[]) => {
    const args = encoded.map((item): Arg => {
      const [kind = "", isNull = "", text = "", literal = ""] = item.split("\u0001");
      return { kind, isNull: isNull === "1", text, literal };
    });
    return formatAll(format, args);
  },
  {},
  "gsql_format",
);

function formatAll(format: string, args: readonly Arg[]): string | null {
  let next = 0;
  let out = "";
  let anyNull = false;
  const take = (): Arg => {
    const arg = args[next];
    next += 1;
    if (arg === undefined)
      throw new Error(
        `Too few arguments to FORMAT for pattern "${format}"; Expected at least ${next + 1}; Got ${args.length + 1}`,
      );
    return arg;
  };
  const size = (): number | undefined => {
    const arg = take();
    if (arg.kind !== "I") throw new Error("FORMAT width or precision must be an integer");
    if (arg.isNull) anyNull = true;
    return arg.isNull ? undefined : Number(arg.text);
  };
  for (let i = 0; i < format.length;) {
    const char = format.charAt(i);
    if (char !== "%") {
      out += char;
      i += 1;
      continue;
    }
    specifier.lastIndex = i;
    const groups = specifier.exec(format)?.groups;
    if (groups === undefined)
      throw new Error(`Invalid format specifier character in FORMAT string: "${format}"`);
    i = specifier.lastIndex;
    const type = groups["type"] ?? "";
    if (type === "%") {
      if (groups["flags"] !== "" || groups["width"] !== undefined)
        throw new Error(`Invalid FORMAT string: "${format}"`);
      out += "%";
      continue;
    }
    let flags = groups["flags"] ?? "";
    let width =
      groups["width"] === "*"
        ? size()
        : groups["width"] === undefined
          ? undefined
          : Number(groups["width"]);
    if (width !== undefined && width < 0) {
      flags += "-";
      width = -width;
    }
    const precisionText = groups["precision"];
    const precision =
      precisionText === "*"
        ? size()
        : precisionText === undefined
          ? undefined
          : Number(precisionText);
    const arg = take();
    if (arg.isNull && !/[tT]/.test(type)) anyNull = true;
    else
      out += formatOne(
        type,
        flags,
        width ?? 0,
        precision !== undefined && precision < 0 ? undefined : precision,
        arg,
      );
  }
  if (next < args.length)
    throw new Error(
      `Too many arguments to FORMAT for pattern "${format}"; Expected ${next + 1}; Got ${args.length + 1}`,
    );
  return anyNull ? null : out;
}

function formatOne(
  type: string,
  flags: string,
  width: number,
  precision: number | undefined,
  arg: Arg,
): string {
  if (type === "t" || type === "T")
    return pad(cut(type === "t" ? arg.text : arg.literal, precision), flags, width, false);
  if (type === "s") {
    if (arg.kind !== "S" && arg.kind !== "B") throw mismatch(type, arg);
    return pad(cut(arg.text, precision), flags, width, false);
  }
  if (type === "p" || type === "P") {
    if (arg.kind !== "J") throw mismatch(type, arg);
    return pad(
      type === "p" ? printJson(parseJson(arg.text)) : prettyJson(parseJson(arg.text)),
      flags,
      width,
      false,
    );
  }
  if (/[dioxXu]/.test(type)) {
    if (arg.kind !== "I") throw mismatch(type, arg);
    return integer(type, flags, width, precision, arg);
  }
  if (arg.kind === "N") return decimal(type, flags, width, precision, arg.text);
  if (arg.kind !== "F") throw mismatch(type, arg);
  return float(type, flags, width, precision, Number(arg.text.replace(/^(-?)inf$/, "$1Infinity")));
}

const mismatch = (type: string, { kind }: Arg) =>
  new Error(
    `Invalid type for argument to FORMAT; %${type} does not take an argument of kind ${kind}`,
  );
const cut = (text: string, precision: number | undefined) =>
  precision === undefined ? text : Array.from(text).slice(0, precision).join("");

function pad(text: string, flags: string, width: number, zeros: boolean): string {
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

function integer(
  type: string,
  flags: string,
  width: number,
  precision: number | undefined,
  arg: Arg,
): string {
  const value = BigInt(arg.text);
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

function float(
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

function decimal(
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
