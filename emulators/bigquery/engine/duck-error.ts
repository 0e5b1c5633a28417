import { SqlError, tooComplex } from "../sql/error.ts";

const words: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [
    /Overflow in (addition|subtraction|multiplication) of INT64 \((-?\d+) ([-+*]) (-?\d+)\)/,
    (m) => `int64 overflow: ${m[2]} ${m[3]} ${m[4]}`,
  ],
  [/Overflow in negation of/, () => "int64 overflow: negation"],
  [/Overflow in (?:addition|subtract\w*) of DECIMAL/, () => "numeric overflow"],
  [
    /More than one row returned by a subquery/,
    () => "Scalar subquery produced more than one element",
  ],
  [/NOT NULL constraint failed: \S*?\.?(\w+)$/m, (m) => `Required field ${m[1]} cannot be null`],
  [/(?:INT64|HUGEINT|DECIMAL\S*) ?(?:is|was)? ?out of range/i, () => "numeric value out of range"],
];

/** What went wrong in DuckDB, in BigQuery's words where they are known. */
export function duckError(error: unknown): Error {
  // DuckDB throws plain errors; those of our own classes say already what they mean.
  if (!(error instanceof Error) || error.constructor !== Error) return error as Error;
  const { message } = error;
  for (const [pattern, say] of words) {
    const match = pattern.exec(message);
    if (match !== null) return new SqlError(say(match));
  }
  if (message.startsWith("Out of Memory Error"))
    return new SqlError(
      "Resources exceeded during query execution: The query could not be executed in the allotted memory.",
      undefined,
      "resourcesExceeded",
    );
  if (message.includes("Max expression depth limit")) return tooComplex();
  // Errors of our own functions come through with DuckDB's class of error before them.
  const own = /^Invalid Input Error: ([^]*)$/.exec(message)?.[1];
  if (own !== undefined) return new SqlError(own.replace(/\n+LINE \d+:[^]*$/, ""));
  const internal =
    /^(?:Binder|Parser|Catalog|INTERNAL|Not implemented|Serialization) Error|INTERNAL/.test(
      message,
    );
  const say = internal
    ? `Not supported by the local BigQuery: ${message}`
    : message.replace(/^[A-Z][\w ]* Error: /, "");
  return new SqlError(say, undefined, internal ? "notImplemented" : "invalidQuery");
}
