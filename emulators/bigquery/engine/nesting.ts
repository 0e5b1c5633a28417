import { tooComplex } from "../sql/error.ts";

/** Parentheses inside each other in one expression: DuckDB plans operators in the cube of this, 300 in a second. */
const deepest = 300;

/** Refuses SQL whose expressions are so deep that planning them holds up a thread, which no interrupt ends. */
export function checkNesting(sql: string): void {
  const outer: number[] = [];
  let depth = 0;
  for (const [token] of sql.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\((?:SELECT|WITH)\b|[([)\]]/g))
    if (token === "(" || token === "[") {
      outer.push(depth);
      depth += 1;
      if (depth > deepest) throw tooComplex();
    } else if (token === ")" || token === "]") depth = outer.pop() ?? 0;
    else if (token.startsWith("(")) {
      outer.push(depth);
      depth = 0; // a query has expressions of its own
    }
}
