import { js, over } from "./define.ts";
import { compilePattern } from "./re2.ts";

/** Text in its two forms: by UTF-16 units for JavaScript's engine, and what counts as one position. */
interface Subject {
  readonly text: string;
  readonly bytes: boolean;
}

type Value = string | Uint8Array;
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
const subject = (value: Value): Subject =>
  typeof value === "string" ? { text: value, bytes: false } : { text: latin1(value), bytes: true };
const output = (text: string, { bytes }: Subject): Value =>
  bytes ? Uint8Array.from(Buffer.from(text, "latin1")) : text;

function patternOf(value: Value): RegExp {
  return typeof value === "string"
    ? compilePattern(value, false)
    : compilePattern(latin1(value), true);
}

const groupsOf = (pattern: RegExp) =>
  (new RegExp(`${pattern.source}|`, pattern.flags.replace("g", "")).exec("")?.length ?? 1) - 1;

function onlyOneGroup(pattern: RegExp): void {
  if (groupsOf(pattern) > 1) throw new Error("Regular expression has more than 1 capturing group");
}

/** All matches from an offset, stepping one character over an empty one. */
function* matches(pattern: RegExp, { text, bytes }: Subject, from = 0): Generator<RegExpExecArray> {
  pattern.lastIndex = from;
  for (;;) {
    const match = pattern.exec(text);
    if (match === null) return;
    yield match;
    const end = match.index + match[0].length;
    const step =
      match[0] === "" ? (bytes ? 1 : String.fromCodePoint(text.codePointAt(end) ?? 32).length) : 0;
    if (end + step > text.length) return;
    pattern.lastIndex = end + step;
  }
}

/** The offset in UTF-16 units of a position counted from 1 in characters; undefined beyond the end. */
function offsetOf(position: bigint, { text, bytes }: Subject): number | undefined {
  if (position < 1n) throw new Error("Position must be positive");
  const size = BigInt(bytes ? text.length : Array.from(text).length);
  if (position > size + 1n) return undefined;
  if (bytes) return Number(position) - 1;
  return Array.from(text)
    .slice(0, Number(position) - 1)
    .join("").length;
}

const countTo = (index: number, { text, bytes }: Subject) =>
  bytes ? index : Array.from(text.slice(0, index)).length;

function both(names: string, signature: string, call: (...args: never[]) => unknown): void {
  js(names, over(signature, "STRING"), call as never);
  js(names, over(signature, "BYTES"), call as never);
}

both("REGEXP_CONTAINS", "S S -> B", (value: Value, pattern: Value) => {
  const compiled = patternOf(pattern);
  return compiled.test(subject(value).text);
});

both(
  "REGEXP_EXTRACT|REGEXP_SUBSTR",
  "S S I? I? -> S",
  (value: Value, pattern: Value, position = 1n, occurrence = 1n) => {
    const compiled = patternOf(pattern);
    onlyOneGroup(compiled);
    if (occurrence < 1n) throw new Error("Occurrence must be positive");
    const input = subject(value);
    const from = offsetOf(position, input);
    if (from === undefined) return null;
    let left = occurrence;
    for (const match of matches(compiled, input, from))
      if ((left -= 1n) === 0n) {
        const found = groupsOf(compiled) === 0 ? match[0] : match[1];
        return found === undefined ? null : output(found, input);
      }
    return null;
  },
);

both("REGEXP_EXTRACT_ALL", "S S -> ARRAY<S>", (value: Value, pattern: Value) => {
  const compiled = patternOf(pattern);
  onlyOneGroup(compiled);
  const input = subject(value);
  const found = [...matches(compiled, input)].filter(
    (match) => match.index < input.text.length || input.text === "",
  );
  return found.map((match) =>
    output((groupsOf(compiled) === 0 ? match[0] : match[1]) ?? "", input),
  );
});

/** RE2 takes no empty match right after a match. */
function* allAsRe2(pattern: RegExp, input: Subject): Generator<RegExpExecArray> {
  let lastEnd = -1;
  for (const match of matches(pattern, input)) {
    const end = match.index + match[0].length;
    if (match[0] === "" && match.index === lastEnd) continue;
    lastEnd = end;
    yield match;
  }
}

both(
  "REGEXP_INSTR",
  "S S I? I? I? -> I",
  (value: Value, pattern: Value, position = 1n, occurrence = 1n, after = 0n) => {
    const compiled = patternOf(pattern);
    onlyOneGroup(compiled);
    if (occurrence < 1n) throw new Error("Occurrence must be positive");
    if (after !== 0n && after !== 1n) throw new Error("Occurrence position must be 0 or 1");
    const input = subject(value);
    if (input.text === "" || (typeof pattern === "string" ? pattern : latin1(pattern)) === "")
      return 0n;
    const from = offsetOf(position, input);
    if (from === undefined || from >= input.text.length) return 0n;
    let left = occurrence;
    for (const match of matches(compiled, input, from)) {
      if ((left -= 1n) > 0n) continue;
      const span = groupsOf(compiled) === 0 ? match.indices?.[0] : match.indices?.[1];
      if (span === undefined) return 0n;
      return BigInt(countTo(after === 1n ? span[1] : span[0], input) + 1);
    }
    return 0n;
  },
);

both("REGEXP_REPLACE", "S S S -> S", (value: Value, pattern: Value, replacement: Value) => {
  const compiled = patternOf(pattern);
  const input = subject(value);
  const parts = readReplacement(subject(replacement).text, groupsOf(compiled));
  let out = "";
  let at = 0;
  for (const match of allAsRe2(compiled, input)) {
    out += input.text.slice(at, match.index);
    out += parts.map((part) => (typeof part === "number" ? (match[part] ?? "") : part)).join("");
    at = match.index + match[0].length;
  }
  return output(out + input.text.slice(at), input);
});

/** `\1` … `\9` are groups, `\0` the match, `\\` a backslash; nothing else may follow a backslash. */
function readReplacement(text: string, groups: number): (string | number)[] {
  const parts: (string | number)[] = [];
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i);
    if (char !== "\\") {
      parts.push(char);
      continue;
    }
    i += 1;
    const next = text.charAt(i);
    if (next === "\\") parts.push("\\");
    else if (/^\d$/.test(next)) {
      if (Number(next) > groups)
        throw new Error(`Invalid REGEXP_REPLACE pattern: invalid group reference \\${next}`);
      parts.push(Number(next));
    } else
      throw new Error(
        "Invalid REGEXP_REPLACE pattern: a backslash must be followed by a digit or a backslash",
      );
  }
  return parts;
}
