/** A filter or query as a tree. */
export type Node =
  | { readonly kind: "and"; readonly nodes: readonly Node[] }
  | { readonly kind: "or"; readonly nodes: readonly Node[] }
  | { readonly kind: "not"; readonly node: Node }
  | Leaf;

/** What is compared with a field; `field` is `null` where none was named. */
export type Leaf =
  | { readonly kind: "term"; readonly field: string | null; readonly text: string }
  | { readonly kind: "phrase"; readonly field: string | null; readonly text: string }
  | {
      readonly kind: "range";
      readonly field: string | null;
      readonly from: string;
      readonly to: string;
      readonly includeFrom: boolean;
      readonly includeTo: boolean;
    };

/** The text is not of the query language; the message is in the search engine's words. */
export class SyntaxProblem extends Error {
  override readonly name: string = "SyntaxProblem";
}

/** The language has this, the emulator has not. */
export class NotEmulated extends Error {
  override readonly name = "NotEmulated";
}

/**
 * Parses Solr's standard query language: `field:value`, phrases, `field:(a OR b)`, ranges, `AND OR NOT && || ! + -`,
 * parentheses; words beside each other are joined by AND. Throws `SyntaxProblem`, or `NotEmulated` for fuzzy and
 * proximity searches, regular expressions and local parameters.
 */
export function parseQuery(text: string): Node {
  const parser = new Parser(text);
  const node = parser.disjunction(null);
  parser.expectEnd();
  return node;
}

const ends = /[\s()[\]{}"^~:]/;

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.startsWith("{!")) throw new NotEmulated("local parameters ({!…}) are not emulated");
  }

  disjunction(field: string | null): Node {
    const nodes = [this.#conjunction(field)];
    while (this.#takeWord("OR", "||")) nodes.push(this.#conjunction(field));
    return join("or", nodes);
  }

  expectEnd(): void {
    if (this.#peek() !== "") throw this.#unexpected();
  }

  #conjunction(field: string | null): Node {
    const nodes = [this.#clause(field)];
    for (;;) {
      const joined = this.#takeWord("AND", "&&");
      const next = this.#peek();
      if (!joined && (next === "" || next === ")" || this.#isWord("OR", "||"))) break;
      nodes.push(this.#clause(field));
    }
    return join("and", nodes);
  }

  #clause(field: string | null): Node {
    if (this.#takeWord("NOT")) return { kind: "not", node: this.#clause(field) };
    const sign = this.#peek();
    if (sign === "-" || sign === "!" || sign === "+") {
      this.#at += 1;
      const node = this.#clause(field);
      return sign === "+" ? node : { kind: "not", node };
    }
    return this.#primary(field);
  }

  #primary(field: string | null): Node {
    const next = this.#peek();
    if (next === "(") return this.#group(field);
    if (next === "[" || next === "{") return this.#range(field);
    if (next === '"') return this.#suffixed({ kind: "phrase", field, text: this.#phrase() });
    if (next === "/" && field !== null)
      throw new NotEmulated("regular expressions are not emulated");
    const text = this.#term();
    if (this.#text[this.#at] !== ":") return this.#suffixed({ kind: "term", field, text });
    this.#at += 1;
    if (field !== null || this.#text[this.#at] === undefined) throw this.#unexpected();
    return this.#primary(text);
  }

  #group(field: string | null): Node {
    this.#at += 1;
    const node = this.disjunction(field);
    if (this.#peek() !== ")") throw this.#unexpected();
    this.#at += 1;
    return this.#suffixed(node);
  }

  #range(field: string | null): Node {
    const includeFrom = this.#text[this.#at++] === "[";
    const from = this.#bound();
    if (!this.#takeWord("TO")) throw this.#unexpected();
    const to = this.#bound();
    const close = this.#peek();
    if (close !== "]" && close !== "}") throw this.#unexpected();
    this.#at += 1;
    return { kind: "range", field, from, to, includeFrom, includeTo: close === "]" };
  }

  #bound(): string {
    if (this.#peek() === '"') return this.#phrase();
    const found = /^[^\s\]}]+/.exec(this.#text.slice(this.#at))?.[0];
    if (found === undefined) throw this.#unexpected();
    this.#at += found.length;
    return found;
  }

  #phrase(): string {
    const found = /^"((?:[^"\\]|\\.)*)"/s.exec(this.#text.slice(this.#at));
    if (found === null) throw this.#unexpected();
    this.#at += found[0].length;
    return unescape(found[1] ?? "");
  }

  #term(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !ends.test(this.#text[this.#at] ?? ""))
      this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
    if (this.#at === start) throw this.#unexpected();
    return unescape(this.#text.slice(start, this.#at));
  }

  /** A weight after a clause changes no filter's result and is passed over. */
  #suffixed(node: Node): Node {
    if (this.#text[this.#at] === "~")
      throw new NotEmulated("fuzzy and proximity searches (~) are not emulated");
    const weight = /^\^\d+(\.\d+)?/.exec(this.#text.slice(this.#at))?.[0];
    this.#at += weight?.length ?? 0;
    return node;
  }

  /** The next character that is not white space; empty at the end. */
  #peek(): string {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at += 1;
    return this.#text[this.#at] ?? "";
  }

  #isWord(...words: readonly string[]): string | undefined {
    this.#peek();
    return words.find((word) => {
      const after = this.#text[this.#at + word.length] ?? " ";
      return this.#text.startsWith(word, this.#at) && (/[\s("[{]/.test(after) || /\W/.test(word));
    });
  }

  #takeWord(...words: readonly string[]): boolean {
    const word = this.#isWord(...words);
    this.#at += word?.length ?? 0;
    return word !== undefined;
  }

  #unexpected(): SyntaxProblem {
    const found = this.#peek();
    return new SyntaxProblem(
      `org.apache.solr.search.SyntaxError: Cannot parse '${this.#text}': ` +
        `Encountered "${found || "<EOF>"}" at line 1, column ${this.#at}.`,
    );
  }
}

const join = (kind: "and" | "or", nodes: readonly Node[]): Node =>
  nodes.length === 1 && nodes[0] !== undefined ? nodes[0] : { kind, nodes };

const unescape = (text: string) => text.replaceAll(/\\(.)/gs, "$1");
