import { FilterError, type Token, tokenize } from "./tokens.ts";

type Attributes = Readonly<Record<string, string>>;
export type Filter = (attributes: Attributes) => boolean;

/** Bytes of UTF-8 that a filter may have. */
const maxFilterBytes = 256;

/**
 * A subscription's filter as a function of a message's attributes. The language is that of
 * cloud.google.com/pubsub/docs/subscription-message-filter: `attributes:KEY`, `attributes.KEY = "V"`, `!=`,
 * `hasPrefix(attributes.KEY, "P")`, NOT (or -), AND, OR and parentheses, which AND and OR need when they mix.
 * Throws a `FilterError` that says where and what.
 */
export function parseFilter(text: string): Filter {
  if (Buffer.byteLength(text) > maxFilterBytes) {
    throw new FilterError(`a filter has at most ${maxFilterBytes} bytes`, maxFilterBytes);
  }
  const parser = new Parser(tokenize(text));
  const filter = parser.expression();
  parser.expect("end");
  return filter;
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** term { AND term } | term { OR term } */
  expression(): Filter {
    const terms = [this.#term()];
    const operator = ["AND", "OR"].find((word) => this.#isWord(word));
    if (operator !== undefined) while (this.#takeWord(operator)) terms.push(this.#term());
    if (this.#isWord("AND") || this.#isWord("OR")) {
      throw this.#error("AND and OR mix only with parentheses around one of them");
    }
    return operator === "OR"
      ? (attributes) => terms.some((term) => term(attributes))
      : (attributes) => terms.every((term) => term(attributes));
  }

  /** Takes the next token, which must be of `kind` (and read `text`). */
  expect(kind: Token["kind"], text?: string): Token {
    const token = this.#peek();
    if (token.kind !== kind || (text !== undefined && token.text !== text)) {
      throw this.#error(`expected ${text ?? kind} and found ${token.text}`);
    }
    this.#next += 1;
    return token;
  }

  /** [ NOT | - ] ( parenthesized | comparison ) */
  #term(): Filter {
    if (this.#takeWord("NOT") || this.#takeSymbol("-")) {
      const negated = this.#term();
      return (attributes) => !negated(attributes);
    }
    if (this.#takeSymbol("(")) {
      const inner = this.expression();
      this.expect("symbol", ")");
      return inner;
    }
    return this.#takeWord("hasPrefix") ? this.#prefix() : this.#comparison();
  }

  #prefix(): Filter {
    this.expect("symbol", "(");
    this.expect("word", "attributes");
    this.expect("symbol", ".");
    const key = this.#key();
    this.expect("symbol", ",");
    const prefix = this.expect("string").text;
    this.expect("symbol", ")");
    return (attributes) => valueOf(attributes, key)?.startsWith(prefix) ?? false;
  }

  #comparison(): Filter {
    this.expect("word", "attributes");
    if (this.#takeSymbol(":")) {
      const key = this.#key();
      return (attributes) => valueOf(attributes, key) !== undefined;
    }
    this.expect("symbol", ".");
    const key = this.#key();
    const equal = this.#takeSymbol("=");
    if (!equal && !this.#takeSymbol("!=")) throw this.#error("expected = or !=");
    const value = this.expect("string").text;
    return (attributes) => (valueOf(attributes, key) === value) === equal;
  }

  #key(): string {
    return this.#peek().kind === "string" ? this.expect("string").text : this.expect("word").text;
  }

  #isWord(text: string): boolean {
    const token = this.#peek();
    return token.kind === "word" && token.text === text;
  }

  #takeWord(text: string): boolean {
    const found = this.#isWord(text);
    if (found) this.#next += 1;
    return found;
  }

  #takeSymbol(text: string): boolean {
    const token = this.#peek();
    const found = token.kind === "symbol" && token.text === text;
    if (found) this.#next += 1;
    return found;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: "end", text: "the end", at: 0 };
  }

  #error(message: string): FilterError {
    return new FilterError(message, this.#peek().at);
  }
}

const valueOf = (attributes: Attributes, key: string): string | undefined =>
  Object.hasOwn(attributes, key) ? attributes[key] : undefined;
