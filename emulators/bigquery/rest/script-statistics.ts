import { tokenize } from "../sql/lexer.ts";

interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where and what a statement of a script is, as the API's ScriptStatistics; `at` is where it starts. */
export function scriptStatistics(script: string, at: number): Record<string, unknown> {
  const rest = script.slice(at);
  const tokens = tokenize(rest);
  const stop = tokens.findIndex(
    ({ type, text }) => type === "eof" || (type === "op" && text === ";"),
  );
  const text = rest.slice(0, tokens[stop - 1]?.end ?? rest.length);
  const [start, end] = [placeOf(script, at), placeOf(script, at + text.length)];
  const frame = {
    startLine: start.line,
    startColumn: start.column,
    endLine: end.line,
    endColumn: end.column,
    text,
  };
  return { evaluationKind: "STATEMENT", stackFrames: [frame] };
}

function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}
