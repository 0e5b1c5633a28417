import { SqlError } from "./error.ts";
import type { Token } from "./lexer.ts";

const simple: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "?": "?",
  '"': '"',
  "'": "'",
  "`": "`",
};

/** A string or bytes literal in any of its forms: raw, bytes, triple-quoted, with escapes. */
export function readString(text: string, start: number): Token {
  const prefix = /^[rRbB]*/.exec(text.slice(start, start + 3))?.[0] ?? "";
  const raw = /r/i.test(prefix);
  const isBytes = /b/i.test(prefix);
  const open = start + prefix.length;
  const quote = text.charAt(open);
  const triple = text.startsWith(quote.repeat(3), open);
  const close = triple ? quote.repeat(3) : quote;
  const kind = isBytes ? "bytes" : "string";
  const bytes: number[] = [];
  let value = "";
  const add = (piece: string) => {
    if (isBytes) bytes.push(...new TextEncoder().encode(piece));
    else value += piece;
  };
  let at = open + close.length;
  while (!text.startsWith(close, at)) {
    const char = text.charAt(at);
    if (char === "" || (!triple && char === "\n"))
      throw new SqlError(
        `Syntax error: Unclosed ${triple ? "triple-quoted " : ""}${kind} literal`,
        start,
      );
    if (char !== "\\") {
      const piece = String.fromCodePoint(text.codePointAt(at) ?? 0);
      add(piece);
      at += piece.length;
    } else if (raw) {
      add(text.slice(at, at + 2));
      at += 2;
    } else {
      at += escape(text, at, isBytes, add, (byte) => bytes.push(byte));
    }
  }
  const end = at + close.length;
  return isBytes
    ? {
        type: "bytes",
        text: text.slice(start, end),
        upper: "",
        bytes: Uint8Array.from(bytes),
        start,
        end,
      }
    : { type: "string", text: value, upper: "", start, end };
}

/** Reads one escape at `at`, and says how many characters it took. */
function escape(
  text: string,
  at: number,
  isBytes: boolean,
  add: (piece: string) => void,
  byte: (value: number) => void,
): number {
  const rest = text.slice(at + 1, at + 10);
  const known = simple[rest.charAt(0)];
  if (known !== undefined) {
    add(known);
    return 2;
  }
  const octal = /^[0-3][0-7]{2}/.exec(rest)?.[0];
  const hex = /^[xX]([0-9a-fA-F]{2})/.exec(rest)?.[1];
  const code =
    octal === undefined ? (hex === undefined ? undefined : parseInt(hex, 16)) : parseInt(octal, 8);
  if (code !== undefined) {
    if (isBytes) byte(code);
    else add(String.fromCodePoint(code));
    return 4;
  }
  const unicode = isBytes ? null : /^(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(rest);
  const point = parseInt(unicode?.[1] ?? unicode?.[2] ?? "", 16);
  if (unicode === null || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
    throw new SqlError(`Syntax error: Illegal escape sequence: \\${rest.charAt(0)}`, at);
  add(String.fromCodePoint(point));
  return unicode[0].length + 1;
}
