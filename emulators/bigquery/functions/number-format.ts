import { BIGNUMERIC, FLOAT64, INT64, NUMERIC, STRING, type Type } from "../analyze/types.ts";
import { type Digits, digitsOfFloat, fixedText, scientific, type Tie } from "./decimal-digits.ts";
import { scales } from "./decimal.ts";
import { internalUdf } from "./define.ts";
import { type NumberModel, readNumberModel } from "./number-model.ts";

/** A number as its sign and its digits, or a double that has none. */
interface Value {
  readonly negative: boolean;
  readonly zero: boolean;
  readonly digits: Digits;
  readonly tie: Tie;
  readonly special: "NAN" | "INF" | undefined;
}

/** The text of a number before its sign: `pad` blanks, then `text`. */
interface Body {
  readonly pad: number;
  readonly text: string;
}

/** CAST(number AS STRING FORMAT format). */
function formatNumber(value: Value, format: string): string {
  const model = readNumberModel(format);
  if (model.kind === "roman") return roman(value, model);
  const body =
    value.special !== undefined
      ? special(value.special, model)
      : model.kind === "hexadecimal"
        ? hexadecimal(value, model)
        : model.exponent === undefined
          ? fixed(value, model)
          : exponential(value, model);
  const text = signed(body, value, model);
  return model.compact ? text.replaceAll(" ", "") : text;
}

/** The sign stands before the first character that is no blank, or at the end. */
function signed(body: Body | "blank", value: Value, model: NumberModel): string {
  if (body === "blank") return " ".repeat(widthOf(model));
  const unsigned = value.special === "NAN" || value.zero;
  const plus = unsigned ? " " : value.negative ? "-" : "+";
  const minus = value.negative && !unsigned ? "-" : " ";
  const number = model.currency + body.text;
  const pad = " ".repeat(body.pad);
  switch (model.sign) {
    case "front":
      return `${pad}${plus}${number}`;
    case "back":
      return `${pad}${number}${plus}`;
    case "MI":
      return `${pad}${number}${minus}`;
    case "PR":
      return minus === "-" ? `${pad}<${number}>` : `${pad} ${number} `;
    default:
      return `${pad}${minus}${number}`;
  }
}

const widthOf = (model: NumberModel): number =>
  (model.exponent === undefined ? model.whole.length : Math.min(1, model.whole.length) + 4) +
  (model.point ? 1 : 0) +
  model.fraction.length +
  model.currency.length +
  (model.sign === "PR" ? 2 : 1);

const isDigit = (element: string) => element !== ",";
const withoutZeros = (text: string, { compact }: NumberModel) =>
  compact ? text.replace(/0+$/, "") : text;

/** `digits` right-aligned in the elements; blanks before the first one shown. Undefined when they do not fit. */
function place(digits: string, elements: readonly string[], least: number): Body | undefined {
  const places = elements.filter(isDigit).length;
  if (digits.length > places) return undefined;
  const firstZero = elements.filter(isDigit).indexOf("0");
  const shown = Math.max(digits.length, least, firstZero < 0 ? 0 : places - firstZero);
  const padded = digits.padStart(places, "0");
  let index = 0;
  let text = "";
  for (const element of elements)
    if (isDigit(element)) {
      text += index < places - shown ? " " : padded.charAt(index);
      index += 1;
    } else text += text.trim() === "" ? " " : ",";
  const trimmed = text.trimStart();
  return { pad: text.length - trimmed.length, text: trimmed };
}

const overflow = (model: NumberModel): Body => ({
  pad: 0,
  text:
    model.whole.map((element) => (isDigit(element) ? "#" : ",")).join("") +
    (model.point ? "." : "") +
    "#".repeat(model.fraction.length),
});

function fixed(value: Value, model: NumberModel): Body | "blank" {
  const { whole, fraction, point, shift } = model;
  const [left = "", right = ""] = fixedText(value.digits, fraction.length, value.tie).split(".");
  const integer = left.replace(/^0+/, "");
  if (model.blank && integer === "") return "blank";
  if (shift) {
    const all = [...whole, ...fraction];
    const body = place((integer + right).replace(/^0+/, ""), all, 1);
    if (body === undefined) return overflow(model);
    const after = body.text.slice(-fraction.length);
    const before = body.text.slice(0, body.text.length - after.length);
    return { pad: body.pad, text: before + withoutZeros(after, model) };
  }
  const decimals = withoutZeros(right, model);
  // A zero before the point is shown where nothing else is.
  const least = decimals === "" && whole.some(isDigit) ? 1 : 0;
  const body = place(integer, whole, least);
  if (body === undefined) return overflow(model);
  return { pad: body.pad, text: body.text + (point ? "." : "") + decimals };
}

function exponential(value: Value, model: NumberModel): Body | "blank" {
  const { whole, fraction, point } = model;
  if (whole.length === 0 && !value.zero)
    return { pad: 0, text: `.${"#".repeat(fraction.length + 4)}` };
  if (model.blank && value.zero) return "blank";
  const { mantissa, exponent } = scientific(value.digits, fraction.length, value.tie);
  const [left = "", right = ""] = mantissa.split(".");
  const power = `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  const head = whole.length === 0 ? "" : left;
  const text = `${head}${point ? "." : ""}${withoutZeros(right, model)}${model.exponent}${power}`;
  return { pad: 0, text };
}

/** `NAN` and `INF` stand where the whole part would, or at the end before an exponent. */
function special(name: "NAN" | "INF", model: NumberModel): Body {
  if (model.kind === "hexadecimal") return overflow(model);
  if (model.exponent !== undefined) {
    const width =
      Math.min(1, model.whole.length) + (model.point ? 1 : 0) + model.fraction.length + 4;
    return { pad: width - name.length, text: name };
  }
  if (model.whole.length < name.length) return overflow(model);
  const after = (model.point ? 1 : 0) + model.fraction.length;
  return { pad: model.whole.length - name.length, text: name + " ".repeat(after) };
}

function hexadecimal(value: Value, model: NumberModel): Body {
  const digits = BigInt(fixedText(value.digits, 0, value.tie)).toString(16);
  const body = place(digits === "0" ? "" : digits, model.whole, 1);
  if (body === undefined) return overflow(model);
  const elements = model.whole.slice(model.whole.length - body.text.length);
  const text = Array.from(body.text, (digit, i) => {
    const cased = elements.slice(i).find((element) => element !== "0") ?? "X";
    return cased === "x" ? digit : digit.toUpperCase();
  }).join("");
  return { pad: body.pad, text };
}

const numerals = [
  ["M", 1000],
  ["CM", 900],
  ["D", 500],
  ["CD", 400],
  ["C", 100],
  ["XC", 90],
  ["L", 50],
  ["XL", 40],
  ["X", 10],
  ["IX", 9],
  ["V", 5],
  ["IV", 4],
  ["I", 1],
] as const;
const romanWidth = 15;

function roman(value: Value, { compact, lower }: NumberModel): string {
  let left = value.special === undefined ? Number(fixedText(value.digits, 0, value.tie)) : 0;
  if (left < 1 || left > 3999 || value.negative)
    throw new Error("A number in the format RN must be between 1 and 3999");
  let text = "";
  for (const [letters, worth] of numerals) for (; left >= worth; left -= worth) text += letters;
  const cased = lower ? text.toLowerCase() : text;
  return compact ? cased : cased.padStart(romanWidth);
}

const exact = (value: bigint, scale: number): Value => ({
  negative: value < 0n,
  zero: value === 0n,
  digits: { digits: value < 0n ? -value : value, scale },
  tie: "away",
  special: undefined,
});

function float(value: number): Value {
  const special = Number.isNaN(value) ? "NAN" : Number.isFinite(value) ? undefined : "INF";
  return {
    negative: value < 0,
    zero: value === 0,
    digits: digitsOfFloat(special === undefined ? Math.abs(value) : 0),
    tie: "even",
    special,
  };
}

const sources: readonly (readonly [Type, (value: never) => Value])[] = [
  [INT64, (value: bigint) => exact(value, 0)],
  [NUMERIC, (value: bigint) => exact(value, scales.NUMERIC)],
  [BIGNUMERIC, (value: bigint) => exact(value, scales.BIGNUMERIC)],
  [FLOAT64, float],
];
for (const [type, read] of sources) {
  const name = `gsql_format_cast_from_${type.kind.toLowerCase()}`;
  const call = (value: never, format: string) => formatNumber(read(value), format);
  internalUdf(name, [type, STRING], STRING, call, {}, name);
}
