/** A statement that BigQuery would refuse; `offset` is where, in characters from the start of the text. */
export class SqlError extends Error {
  override readonly name = "SqlError";
  readonly offset: number | undefined;
  readonly reason: string;

  constructor(message: string, offset?: number, reason = "invalidQuery") {
    super(message);
    this.offset = offset;
    this.reason = reason;
  }
}

/** What GoogleSQL has and this emulator does not: refused, since a wrong answer is worse than none. */
export class UnsupportedError extends SqlError {
  constructor(what: string, offset?: number) {
    super(`Not supported by the local BigQuery: ${what}`, offset);
  }
}

/** A statement that could be planned only in a time or with a memory without bound. */
export const tooComplex = (offset?: number): SqlError =>
  new SqlError(
    "Resources exceeded during query execution: Not enough resources for query planning - too many subqueries or query is too complex.",
    offset,
    "resourcesExceeded",
  );

/** `message at [line:column]`, counted from 1 as BigQuery does; unchanged when the place is unknown. */
export function withPosition(message: string, text: string, offset: number | undefined): string {
  if (offset === undefined) return message;
  const before = text.slice(0, offset).split("\n");
  return `${message} at [${before.length}:${(before.at(-1) ?? "").length + 1}]`;
}
