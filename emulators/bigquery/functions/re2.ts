/**
 * RE2's syntax as a JavaScript expression. Both take the leftmost match and prefer earlier alternatives; the classes differ,
 * and what RE2 does not have (look-around, back-references) or JavaScript does not is refused.
 */

import { guardedPattern } from "./guarded-pattern.ts";

const posix: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\x00-\\x7F",
  blank: "\\t ",
  cntrl: "\\x00-\\x1F\\x7F",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`{-~",
  space: "\\t\\n\\v\\f\\r ",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};
const perl: Readonly<Record<string, string>> = { d: "0-9", w: "0-9A-Za-z_", s: "\\t\\n\\f\\r " };

class PatternError extends Error {
  override readonly name = "PatternError";
  constructor(detail: string) {
    super(`Cannot parse regular expression: ${detail}`);
  }
}

interface Reader {
  readonly pattern: string;
  readonly bytes: boolean;
  at: number;
  dotAll: boolean;
  multiline: boolean;
  groups: number;
}

const cache = new Map<string, RegExp>();

/** The expression compiled with the flags `dg` (and `u` over text), for `exec` from any place. */
export function compilePattern(pattern: string, bytes: boolean): RegExp {
  const key = `${bytes ? "b" : "s"}${pattern}`;
  const known = cache.get(key);
  if (known !== undefined) {
    known.lastIndex = 0;
    return known;
  }
  const compiled = translate(pattern, bytes);
  if (cache.size > 500) cache.clear();
  cache.set(key, compiled);
  return compiled;
}

function translate(pattern: string, bytes: boolean): RegExp {
  const leading = /^\(\?([imsU]+)\)/.exec(pattern);
  const flags = leading?.[1] ?? "";
  if (flags.includes("U"))
    throw new PatternError("the flag U is not supported by the local BigQuery");
  const reader: Reader = {
    pattern: pattern.slice(leading?.[0].length ?? 0),
    bytes,
    at: 0,
    dotAll: flags.includes("s"),
    multiline: flags.includes("m"),
    groups: 0,
  };
  let source = "";
  while (reader.at < reader.pattern.length) source += piece(reader);
  try {
    return guardedPattern(
      source,
      `dg${flags.includes("i") ? "i" : ""}${flags.includes("m") ? "m" : ""}${bytes ? "" : "u"}`,
    );
  } catch {
    throw new PatternError(describe(pattern));
  }
}

function describe(pattern: string): string {
  const open = pattern.replaceAll(/\\.|\[[^\]]*\]/g, "");
  const count = (char: string) => open.split(char).length - 1;
  if (count("(") > count(")")) return `missing ): ${pattern}`;
  if (count(")") > count("(")) return `unexpected ): ${pattern}`;
  if (/\[[^\]]*$/.test(pattern)) return `missing ]: ${pattern}`;
  return `no argument for repetition operator or other error: ${pattern}`;
}

function piece(reader: Reader): string {
  const { pattern, at } = reader;
  const char = pattern.charAt(at);
  if (char === "\\") return escape(reader, false);
  if (char === "[") return bracket(reader);
  reader.at += 1;
  if (char === ".") return reader.dotAll ? "[^]" : "[^\\n]";
  if (char === "(" && pattern.charAt(at + 1) === "?") return group(reader);
  if (char === "{") {
    const repeat = /^\{(\d+)(?:,(\d*))?\}/.exec(pattern.slice(at));
    if (repeat === null) return "\\{";
    if (Number(repeat[1]) > 1000 || Number(repeat[2] ?? 0) > 1000)
      throw new PatternError(`bad repetition operator: ${repeat[0]}`);
    reader.at = at + repeat[0].length;
    return repeat[0];
  }
  if (char === "}" || char === "]" || char === "/") return `\\${char}`;
  const point = reader.bytes ? char : String.fromCodePoint(pattern.codePointAt(at) ?? 0);
  reader.at = at + point.length;
  return point;
}

function group(reader: Reader): string {
  const rest = reader.pattern.slice(reader.at - 1);
  const named = /^\(\?P?<(\w+)>/.exec(rest);
  if (named !== null) {
    reader.at += named[0].length - 1;
    return `(?<${named[1]}>`;
  }
  const flagged = /^\(\?([is]*)(?:-([is]+))?:/.exec(rest);
  if (flagged === null)
    throw new PatternError(`invalid or unsupported perl operator: ${rest.slice(0, 3)}`);
  if (/s/.test((flagged[1] ?? "") + (flagged[2] ?? "")))
    throw new PatternError("the flag s inside of a pattern is not supported by the local BigQuery");
  reader.at += flagged[0].length - 1;
  return flagged[0];
}

function escape(reader: Reader, inClass: boolean): string {
  const { pattern, at, bytes } = reader;
  const char = pattern.charAt(at + 1);
  if (char === "") throw new PatternError(`trailing \\ at end of expression: ${pattern}`);
  reader.at = at + 2;
  const members = perl[char.toLowerCase()];
  if (members !== undefined) {
    if (char === char.toLowerCase()) return inClass ? members : `[${members}]`;
    if (inClass)
      throw new PatternError(`\\${char} inside of [] is not supported by the local BigQuery`);
    return `[^${members}]`;
  }
  if (char === "p" || char === "P") return unicodeClass(reader, char);
  const rest = pattern.slice(at);
  const octal = /^\\([0-7]{3}|0[0-7]{0,2})/.exec(rest);
  const hex = /^\\x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,6})\})/.exec(rest);
  if (hex !== null || octal !== null) {
    reader.at = at + (hex ?? octal ?? [""])[0].length;
    const code =
      hex === null ? parseInt(octal?.[1] ?? "0", 8) : parseInt(hex[1] ?? hex[2] ?? "0", 16);
    return bytes ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  }
  if (/[fnrtv]/.test(char)) return `\\${char}`;
  if (char === "a") return "\\x07";
  if (!inClass) {
    if (char === "A") return "(?<![^])";
    if (char === "z") return "(?![^])";
    if (char === "b" || char === "B") return `\\${char}`;
    if (char === "Q") {
      const end = pattern.indexOf("\\E", reader.at);
      const text = pattern.slice(reader.at, end < 0 ? undefined : end);
      reader.at = end < 0 ? pattern.length : end + 2;
      return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    }
  }
  if (/[A-Za-z0-9]/.test(char)) throw new PatternError(`invalid escape sequence: \\${char}`);
  return /[\\^$.*+?()[\]{}|/-]/.test(char) && (inClass || char !== "-") ? `\\${char}` : char;
}

const scripts =
  /^(?:Latin|Greek|Cyrillic|Han|Hiragana|Katakana|Arabic|Hebrew|Thai|Hangul|Devanagari)$/;

function unicodeClass(reader: Reader, letter: string): string {
  const match = /^(?:\{(\^?)(\w+)\}|(\w))/.exec(reader.pattern.slice(reader.at));
  if (match === null || reader.bytes)
    throw new PatternError(`invalid character class range: \\${letter}`);
  reader.at += match[0].length;
  const name = match[2] ?? match[3] ?? "";
  const negated = (letter === "P") !== (match[1] === "^");
  return `\\${negated ? "P" : "p"}{${scripts.test(name) ? `Script=${name}` : name}}`;
}

function bracket(reader: Reader): string {
  const { pattern } = reader;
  let out = "[";
  reader.at += 1;
  if (pattern.charAt(reader.at) === "^") {
    out += "^";
    reader.at += 1;
  }
  let first = true;
  for (;;) {
    const char = pattern.charAt(reader.at);
    if (char === "") throw new PatternError(`missing ]: ${pattern}`);
    if (char === "]" && !first) break;
    first = false;
    const named = /^\[:(\^?)(\w+):\]/.exec(pattern.slice(reader.at));
    if (named !== null) {
      const set = posix[named[2] ?? ""];
      if (set === undefined || named[1] === "^")
        throw new PatternError(`invalid character class range: ${named[0]}`);
      out += set;
      reader.at += named[0].length;
    } else if (char === "\\") out += escape(reader, true);
    else {
      const point = reader.bytes ? char : String.fromCodePoint(pattern.codePointAt(reader.at) ?? 0);
      out +=
        /[[\]/(){}|&!#%,:;<=>@`~.*+?$^]/.test(point) && !reader.bytes
          ? /[[\](){}|/^$.*+?]/.test(point)
            ? `\\${point}`
            : point
          : point === "[" || point === "]"
            ? `\\${point}`
            : point;
      reader.at += point.length;
    }
  }
  reader.at += 1;
  return `${out}]`;
}
