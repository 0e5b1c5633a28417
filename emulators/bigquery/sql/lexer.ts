import { SqlError } from "./error.ts";
import { readString } from "./string-literal.ts";

export interface Token {
  /** `qid` is an identifier in backticks; `param` and `sysvar` carry their name without the signs. */
  readonly type:
    | "id"
    | "qid"
    | "int"
    | "float"
    | "string"
    | "bytes"
    | "param"
    | "sysvar"
    | "op"
    | "eof";
  readonly text: string;
  /** Upper-cased text of a bare word or operator, "" otherwise: what keywords are compared with. */
  readonly upper: string;
  readonly bytes?: Uint8Array;
  readonly start: number;
  readonly end: number;
}

const operators = /^(?:\|>|<<|>>|<=|>=|<>|!=|\|\||=>|->|\+=|-=|[-+*/%=<>!~&|^()[\]{},.;:?])/;
const word = /^[A-Za-z_][A-Za-z0-9_]*/;
const number = /^(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/;
/** Hints (`@{…}`) only advise, so they are passed over as comments are. */
const space = /^(?:\s+|--[^\n]*|#[^\n]*|\/\*[^]*?\*\/|@\d*\s*\{[^{}'"]*\})+/;
const stringStart = /^(?:[rR][bB]?|[bB][rR]?)?(?:'''|"""|'|")/;

/** Tokens of GoogleSQL text (lexical structure of the language reference), ending with one `eof`. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at += space.exec(text.slice(at, at + 4096))?.[0].length ?? 0;
    // A comment longer than the window above is finished here.
    const long = /^(?:\s|--|#|\/\*)/.exec(text.slice(at, at + 2));
    if (long !== null) {
      const whole = space.exec(text.slice(at));
      if (whole === null) throw new SqlError("Syntax error: Unclosed comment", at);
      at += whole[0].length;
      continue;
    }
    if (at >= text.length) break;
    const token = next(text, at, tokens.at(-1));
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ type: "eof", text: "", upper: "", start: text.length, end: text.length });
  return tokens;
}

function next(text: string, start: number, previous: Token | undefined): Token {
  const rest = text.slice(start, start + 1024);
  const make = (type: Token["type"], source: string, value = source, upper = ""): Token => ({
    type,
    text: value,
    upper,
    start,
    end: start + source.length,
  });
  if (stringStart.test(rest)) return readString(text, start);
  const first = rest.charAt(0);
  if (first === "`") return quoted(text, start, "qid", 1);
  if (first === "@") {
    const sign = rest.startsWith("@@") ? "@@" : "@";
    if (rest.charAt(1) === "`") return quoted(text, start, "param", 2);
    const name = /^[A-Za-z_][A-Za-z0-9_.]*/.exec(rest.slice(sign.length))?.[0];
    if (name === undefined) throw new SqlError('Syntax error: Unexpected "@"', start);
    const plain = sign === "@" ? (name.split(".")[0] ?? name) : name;
    return make(sign === "@" ? "param" : "sysvar", sign + plain, plain);
  }
  const identifier = word.exec(rest)?.[0];
  if (identifier !== undefined) {
    return make("id", identifier, identifier, identifier.toUpperCase());
  }
  const afterDot = previous?.text === "." && previous.end === start;
  const digits = number.exec(rest)?.[0];
  if (digits !== undefined && !(first === "." && isOperand(previous))) {
    const source = afterDot ? (/^\d+/.exec(digits)?.[0] ?? digits) : digits;
    if (/^[A-Za-z_]/.test(rest.slice(source.length)))
      throw new SqlError(
        "Syntax error: Missing whitespace between literal and alias",
        start + source.length,
      );
    return make(/^(?:0[xX][0-9a-fA-F]+|\d+)$/.test(source) ? "int" : "float", source);
  }
  const operator = operators.exec(rest)?.[0];
  if (operator === undefined)
    throw new SqlError(`Syntax error: Illegal input character ${JSON.stringify(first)}`, start);
  return make("op", operator, operator, operator);
}

/** `x.5` is a path, not `x` and the number .5. */
function isOperand(token: Token | undefined): boolean {
  return (
    token !== undefined &&
    (token.type === "id" || token.type === "qid" || /^[)\]]$/.test(token.text))
  );
}

function quoted(text: string, start: number, type: "qid" | "param", from: number): Token {
  const close = text.indexOf("`", start + from);
  if (close < 0) throw new SqlError("Syntax error: Unclosed identifier literal", start);
  const name = text.slice(start + from, close).replaceAll(/\\(.)/g, "$1");
  if (name === "") throw new SqlError("Syntax error: Invalid empty identifier", start);
  return { type, text: name, upper: "", start, end: close + 1 };
}
