/** A filter that cannot be read; `at` is the position of what was not expected. */
export class FilterError extends Error {
  override readonly name = "FilterError";
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

export interface Token {
  readonly kind: "word" | "string" | "symbol" | "end";
  /** A string's value, escapes resolved; else the text itself. */
  readonly text: string;
  readonly at: number;
}

const space = /\s*/y;
const word = /[A-Za-z0-9_][A-Za-z0-9_-]*/y;
const symbol = /!=|[=:.,()-]/y;
const quoted = /"((?:[^"\\]|\\[^])*)"|'((?:[^'\\]|\\[^])*)'/y;

/** The words, strings and symbols of a filter, and an end. */
export function tokenize(filter: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(filter);
  };
  for (;;) {
    at += match(space)?.[0].length ?? 0;
    if (at >= filter.length) break;
    const string = match(quoted);
    if (string) {
      const text = unescape(string[1] ?? string[2] ?? "", at);
      tokens.push({ kind: "string", text, at });
      at += string[0].length;
      continue;
    }
    const name = match(word);
    const found = name ?? match(symbol);
    if (!found) throw new FilterError(`unexpected ${filter.slice(at, at + 1)}`, at);
    tokens.push({ kind: name ? "word" : "symbol", text: found[0], at });
    at += found[0].length;
  }
  return [...tokens, { kind: "end", text: "the end", at }];
}

const simple: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
  "'": "'",
  "?": "?",
};

const escape = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([^]))/g;

/** Backslash, quote, control, hexadecimal, Unicode and octal escapes. */
function unescape(text: string, at: number): string {
  return text.replaceAll(
    escape,
    (whole, hex?: string, u4?: string, u8?: string, octal?: string, other?: string) => {
      const digits = hex ?? u4 ?? u8;
      const code = digits ? Number.parseInt(digits, 16) : octal ? Number.parseInt(octal, 8) : NaN;
      const value = Number.isNaN(code) ? simple[other ?? ""] : toCharacter(code);
      if (value === undefined) throw new FilterError(`unknown escape ${whole}`, at);
      return value;
    },
  );
}

const toCharacter = (code: number) => (code <= 0x10ffff ? String.fromCodePoint(code) : undefined);
