import type { Expr, OrderItem, Query } from "./ast.ts";
import { SqlError } from "./error.ts";
import { tokenize, type Token } from "./lexer.ts";

const reserved = new Set(
  (
    "ALL AND ANY ARRAY AS ASC ASSERT_ROWS_MODIFIED AT BETWEEN BY CASE CAST COLLATE CONTAINS CREATE CROSS CUBE " +
    "CURRENT DEFAULT DEFINE DESC DISTINCT ELSE END ENUM ESCAPE EXCEPT EXCLUDE EXISTS EXTRACT FALSE FETCH " +
    "FOLLOWING FOR FROM FULL GROUP GROUPING GROUPS HASH HAVING IF IGNORE IN INNER INTERSECT INTERVAL INTO IS " +
    "JOIN LATERAL LEFT LIKE LIMIT LOOKUP MERGE NATURAL NEW NO NOT NULL NULLS OF ON OR ORDER OUTER OVER " +
    "PARTITION PRECEDING PROTO QUALIFY RANGE RECURSIVE RESPECT RIGHT ROLLUP ROWS SELECT SET SOME STRUCT " +
    "TABLESAMPLE THEN TO TREAT TRUE UNBOUNDED UNION UNNEST USING WHEN WHERE WINDOW WITH WITHIN"
  ).split(" "),
);

/** The two productions that everything else refers to; handed over so that the files need not import each other. */
export interface Grammar {
  expr(cursor: Cursor): Expr;
  query(cursor: Cursor): Query;
}

/** A place in the tokens of one statement, with the small readers that all productions share. */
export class Cursor {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly grammar: Grammar;
  index = 0;
  positional = 0;

  constructor(text: string, grammar: Grammar, tokens: readonly Token[] = tokenize(text)) {
    this.text = text;
    this.tokens = tokens;
    this.grammar = grammar;
  }

  get token(): Token {
    return this.ahead(0);
  }

  get at(): number {
    return this.token.start;
  }

  ahead(count: number): Token {
    const last = this.tokens.length - 1;
    return this.tokens[Math.min(this.index + count, last)]; // the list ends with eof
  }

  /** Whether the next tokens are these keywords or operators. */
  is(...words: readonly string[]): boolean {
    return words.every((word, i) => this.ahead(i).upper === word);
  }

  isAny(...words: readonly string[]): boolean {
    return words.includes(this.token.upper);
  }

  accept(...words: readonly string[]): boolean {
    if (!this.is(...words)) return false;
    this.index += words.length;
    return true;
  }

  expect(...words: readonly string[]): void {
    for (const word of words)
      if (!this.accept(word))
        this.fail(/^\w+$/.test(word) ? `Expected keyword ${word}` : `Expected "${word}"`);
  }

  advance(): Token {
    const { token } = this;
    this.index += 1;
    return token;
  }

  get atEnd(): boolean {
    return this.token.type === "eof";
  }

  /** Throws BigQuery's complaint about the token here. */
  fail(expected?: string): never {
    const { token } = this;
    const got =
      token.type === "eof"
        ? "end of script"
        : token.type === "id"
          ? reserved.has(token.upper)
            ? `keyword ${token.upper}`
            : `identifier "${token.text}"`
          : token.type === "string"
            ? `string literal ${JSON.stringify(token.text)}`
            : token.type === "int"
              ? `integer literal "${token.text}"`
              : token.type === "float"
                ? `floating point literal "${token.text}"`
                : `"${token.text}"`;
    const message = expected === undefined ? `Unexpected ${got}` : `${expected} but got ${got}`;
    throw new SqlError(`Syntax error: ${message}`, token.start);
  }

  get isIdentifier(): boolean {
    const { token } = this;
    return token.type === "qid" || (token.type === "id" && !reserved.has(token.upper));
  }

  identifier(): string {
    if (!this.isIdentifier) this.fail("Expected identifier");
    return this.advance().text;
  }

  /** After a dot any word is a name, reserved or not. */
  nameAfterDot(): string {
    const { type } = this.token;
    if (type !== "id" && type !== "qid") this.fail("Expected identifier");
    return this.advance().text;
  }

  /** `AS name`, or a bare name where the grammar allows one. */
  alias(): string | undefined {
    if (this.accept("AS")) return this.identifier();
    return this.isIdentifier ? this.advance().text : undefined;
  }

  list<T>(read: () => T): T[] {
    const items = [read()];
    while (this.accept(",")) items.push(read());
    return items;
  }

  parenthesized<T>(read: () => T): T {
    this.expect("(");
    const value = read();
    this.expect(")");
    return value;
  }

  expr(): Expr {
    return this.grammar.expr(this);
  }

  query(): Query {
    return this.grammar.query(this);
  }

  orderBy(): OrderItem[] {
    return this.list(() => {
      const expr = this.expr();
      const desc = this.accept("DESC");
      if (!desc) this.accept("ASC");
      const nulls = this.accept("NULLS") ? this.firstOrLast() : undefined;
      return nulls === undefined ? { expr, desc } : { expr, desc, nulls };
    });
  }

  private firstOrLast(): "first" | "last" {
    if (this.accept("FIRST")) return "first";
    this.expect("LAST");
    return "last";
  }

  /** Takes one `>` also when the lexer read `>>`, as at the end of `ARRAY<STRUCT<INT64>>`. */
  closeAngle(): void {
    const { token } = this;
    if (token.text !== ">>") return this.expect(">");
    const second = { ...token, text: ">", upper: ">", start: token.start + 1 };
    (this.tokens as Token[])[this.index] = second;
  }
}
