/**
 * JSON as GoogleSQL keeps it: members by name in a JSON, in order in a STRING, the last of equal names, numbers as written when they are
 * integers of 64 bits and as doubles otherwise.
 */

export type Json = null | boolean | string | JsonNumber | Json[] | JsonObject;
type JsonObject = Map<string, Json>;

/** A number, by its canonical text. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Throws `SyntaxError` when the text is not JSON. Raw numbers (`true`) keep the digits as written. */
export function parseJson(text: string, rawNumbers: boolean | "round" = false): Json {
  const reader = new Reader(text, rawNumbers);
  const value = reader.value(0);
  reader.end();
  return value;
}

export type WideNumbers = "exact" | "round";

export const canonicalJson = (text: string, wide: WideNumbers = "exact"): string =>
  printSorted(parseJson(text, wide === "exact" ? false : "round"));

/** `wide_number_mode`: what happens to a number that a double does not hold. */
export function wideNumberMode(mode: string): WideNumbers {
  if (mode !== "exact" && mode !== "round")
    throw new Error(`Invalid wide_number_mode: ${mode}. It must be exact or round`);
  return mode;
}

class Reader {
  private readonly text: string;
  private at = 0;

  private readonly rawNumbers: boolean | "round";

  constructor(text: string, rawNumbers: boolean | "round") {
    this.text = text;
    this.rawNumbers = rawNumbers;
  }

  value(depth: number): Json {
    if (depth > 500) throw new SyntaxError("JSON nested too deeply");
    this.space();
    const char = this.text.charAt(this.at);
    if (char === "{") return this.object(depth);
    if (char === "[") return this.array(depth);
    if (char === '"') return this.string();
    for (const [word, value] of [
      ["null", null],
      ["true", true],
      ["false", false],
    ] as const)
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/.exec(
      this.text.slice(this.at, this.at + 400),
    )?.[0];
    if (number === undefined) throw this.error();
    this.at += number.length;
    return new JsonNumber(
      this.rawNumbers === true ? number : canonicalNumber(number, this.rawNumbers === "round"),
    );
  }

  end(): void {
    this.space();
    if (this.at < this.text.length) throw this.error();
  }

  private object(depth: number): Json {
    const object: JsonObject = new Map();
    this.at += 1;
    this.space();
    if (this.take("}")) return object;
    do {
      this.space();
      if (this.text.charAt(this.at) !== '"') throw this.error();
      const name = this.string();
      this.space();
      if (!this.take(":")) throw this.error();
      const value = this.value(depth + 1);
      if (!object.has(name)) object.set(name, value); // the first of equal names stays
      this.space();
    } while (this.take(","));
    if (!this.take("}")) throw this.error();
    return object;
  }

  private array(depth: number): Json {
    const items: Json[] = [];
    this.at += 1;
    this.space();
    if (this.take("]")) return items;
    do {
      items.push(this.value(depth + 1));
      this.space();
    } while (this.take(","));
    if (!this.take("]")) throw this.error();
    return items;
  }

  private string(): string {
    let end = this.at + 1;
    while (this.text.charAt(end) !== '"') {
      if (end >= this.text.length) throw this.error();
      end += this.text.charAt(end) === "\\" ? 2 : 1;
    }
    const value = JSON.parse(this.text.slice(this.at, end + 1)) as string;
    this.at = end + 1;
    return value;
  }

  private take(char: string): boolean {
    if (this.text.charAt(this.at) !== char) return false;
    this.at += 1;
    return true;
  }

  private space(): void {
    while (/[ \t\r\n]/.test(this.text.charAt(this.at))) this.at += 1;
  }

  private error(): SyntaxError {
    return new SyntaxError(`syntax error while parsing JSON at character ${this.at + 1}`);
  }
}

function canonicalNumber(text: string, round: boolean): string {
  if (/^-?\d+$/.test(text)) {
    const value = BigInt(text);
    if (value >= -(2n ** 63n) && value < 2n ** 64n) return text === "-0" ? "0" : value.toString();
  }
  const value = Number(text);
  if (!Number.isFinite(value)) throw new SyntaxError(`Input number: ${text} is out of range`);
  if (!round && !sameDigits(text, String(value)))
    throw new SyntaxError(`Input number: ${text} cannot round-trip through string representation`);
  return jsonFloat(value);
}

function normal(text: string): string {
  const [, whole = "", fraction = "", exponent = "0"] =
    /^-?(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const kept = digits.replace(/0+$/, "");
  return kept === ""
    ? "0"
    : `${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`;
}

/** Whether two decimal texts are the same number, digit by digit. */
function sameDigits(a: string, b: string): boolean {
  return normal(a) === normal(b);
}

/** A double in JSON: with a fraction when it is whole, exponents with a sign. */
function jsonFloat(value: number): string {
  if (!Number.isFinite(value)) throw new SyntaxError("JSON number is out of range");
  const text = String(value).replace(/e([+-])(\d)$/, "e$10$2");
  return /[.e]/.test(text) ? text : `${Object.is(value, -0) ? "-0" : text}.0`;
}

/** The compact text of a value. */
export function printJson(value: Json): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (value instanceof JsonNumber) return value.text;
  if (typeof value === "string") return jsonString(value);
  if (Array.isArray(value)) return `[${value.map((item) => printJson(item)).join(",")}]`;
  return `{${[...value].map(([name, item]) => `${jsonString(name)}:${printJson(item)}`).join(",")}}`;
}

/** The text of a value of type JSON: members by their names (documentation, JSON_OBJECT and TO_JSON: the examples). */
export const printSorted = (value: Json): string => printJson(sorted(value));

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => sorted(item));
  if (!(value instanceof Map)) return value;
  return new Map(
    [...value]
      .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .map(([name, item]) => [name, sorted(item)]),
  );
}

export const jsonString = (text: string): string => JSON.stringify(text);

/** The text over several lines, two spaces a level and one after each colon. */
export function prettyJson(value: Json, indent = ""): string {
  const inner = `${indent}  `;
  const lines = (parts: readonly string[]) => `\n${inner}${parts.join(`,\n${inner}`)}\n${indent}`;
  if (Array.isArray(value) && value.length > 0)
    return `[${lines(value.map((item) => prettyJson(item, inner)))}]`;
  if (value instanceof Map && value.size > 0)
    return `{${lines([...value].map(([name, item]) => `${jsonString(name)}: ${prettyJson(item, inner)}`))}}`;
  return printJson(value);
}
