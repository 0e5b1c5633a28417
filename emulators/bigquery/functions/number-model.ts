/** What the format of CAST(number AS STRING FORMAT …) asks for. */
export interface NumberModel {
  readonly kind: "decimal" | "hexadecimal" | "roman";
  /** Digits and group separators before the point: `0`, `9`, `X`, `x` and `,`. */
  readonly whole: readonly string[];
  /** Digits after the point, or after `V`. */
  readonly fraction: readonly string[];
  readonly point: boolean;
  /** The value is multiplied by ten for each digit after `V`. */
  readonly shift: boolean;
  readonly exponent: "E" | "e" | undefined;
  readonly sign: "front" | "back" | "MI" | "PR" | undefined;
  readonly currency: string;
  /** `FM`: no blanks and no zeros at the end. */
  readonly compact: boolean;
  /** `B`: blanks where the whole part is zero. */
  readonly blank: boolean;
  readonly lower: boolean;
}

const elements = /EEEE|FM|MI|PR|RN|TM[9E]?|[$CLBVSXDG09.,]/iy;

const currencies: Readonly<Record<string, string>> = { $: "$", L: "$", l: "$", C: "USD", c: "usd" };

/** Digits, a point and what stands around them, in the order that has a meaning. */
const shape = /^(S)?([$CL])?(S)?([09,]*)(?:([.])([09]*)|(V)([09]*))?(EEEE)?(S|MI|PR)?$/i;

/**
 * Reads a format (GoogleSQL documentation, "Format elements", section "Format numeric type as string").
 * Elements are taken in any case. Throws for what is no element, and for what does not go together.
 */
export function readNumberModel(format: string): NumberModel {
  const found = split(format);
  const has = (name: string) => found.some((element) => element.toUpperCase() === name);
  const once = (name: string) => {
    if (found.filter((element) => element.toUpperCase() === name).length > 1)
      throw new Error(`There can be at most one '${name}' in the format '${format}'`);
  };
  for (const name of ["FM", "B", "RN"]) once(name);
  if (found.some((element) => /^TM/i.test(element)))
    throw new Error("Not supported by the local BigQuery: the format elements TM, TM9 and TME");
  const rest = found.filter((element) => !/^(?:FM|B)$/i.test(element));
  const flags = { compact: has("FM"), blank: has("B") };
  if (has("RN")) return roman(rest, flags, format);
  if (has("X")) return hexadecimal(rest, flags, format);
  return decimal(rest, flags, format);
}

interface Flags {
  readonly compact: boolean;
  readonly blank: boolean;
}

function split(format: string): string[] {
  const found: string[] = [];
  let at = 0;
  while (at < format.length) {
    elements.lastIndex = at;
    const element = elements.exec(format)?.[0];
    if (element === undefined)
      throw new Error(`Invalid format element '${format.charAt(at)}' in the format '${format}'`);
    found.push(element);
    at += element.length;
  }
  return found;
}

const none = {
  whole: [],
  fraction: [],
  point: false,
  shift: false,
  exponent: undefined,
  sign: undefined,
  currency: "",
  lower: false,
} as const;

function roman(rest: readonly string[], flags: Flags, format: string): NumberModel {
  if (rest.length > 1 || flags.blank)
    throw new Error(`'RN' cannot be combined with other format elements but FM: '${format}'`);
  return { ...none, ...flags, kind: "roman", lower: rest[0] === "rn" };
}

function hexadecimal(rest: readonly string[], flags: Flags, format: string): NumberModel {
  const [, front, digits = "", back] = /^(S)?([0X]+)(S|MI|PR)?$/i.exec(rest.join("")) ?? [];
  if (digits === "" || flags.blank || (front !== undefined && back !== undefined))
    throw new Error(`'X' can be combined with 0, FM and one sign element alone: '${format}'`);
  if (digits.length > 16)
    throw new Error(`There can be at most 16 hexadecimal digits in the format '${format}'`);
  return {
    ...none,
    ...flags,
    kind: "hexadecimal",
    whole: Array.from(digits),
    sign: signOf(front, back),
  };
}

function decimal(rest: readonly string[], flags: Flags, format: string): NumberModel {
  // D and G stand for the point and the separator of the locale, which are these.
  const text = rest
    .join("\u0000")
    .replaceAll(/(?<![A-Z])[DG](?![A-Z])/gi, (letter) => (/d/i.test(letter) ? "." : ","))
    .replaceAll("\u0000", "");
  const match = shape.exec(text);
  const [
    ,
    before,
    currency = "",
    after,
    whole = "",
    point,
    fraction,
    shift,
    shifted,
    exponent,
    back,
  ] = match ?? [];
  const digits = fraction ?? shifted ?? "";
  if (match === null || !/[09]/.test(whole + digits))
    throw new Error(`The format elements cannot stand like this: '${format}'`);
  const front = before ?? after;
  if ([before, after, back].filter((sign) => sign !== undefined).length > 1)
    throw new Error(`There can be at most one sign element in the format '${format}'`);
  if (exponent !== undefined && (shift !== undefined || whole.includes(",")))
    throw new Error(`'EEEE' cannot be combined with 'V' or a group separator: '${format}'`);
  return {
    ...none,
    ...flags,
    kind: "decimal",
    whole: Array.from(whole),
    fraction: Array.from(digits),
    point: point !== undefined,
    shift: shift !== undefined,
    exponent: exponent === undefined ? undefined : exponent.startsWith("e") ? "e" : "E",
    sign: signOf(front, back),
    currency: currencies[currency] ?? "",
  };
}

function signOf(front: string | undefined, back: string | undefined): NumberModel["sign"] {
  if (front !== undefined) return "front";
  const name = back?.toUpperCase();
  return name === "S" ? "back" : (name as "MI" | "PR" | undefined);
}
