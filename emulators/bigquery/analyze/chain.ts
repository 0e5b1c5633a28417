import type { Typed } from "./typed.ts";
import type { Type } from "./types.ts";

/** One operator from left to right over many operands: `a + b + c`. */
export interface Chain {
  /** What tells operators apart: those of the same text over the same type are one chain. */
  readonly key: string;
  /** The operands before the last, or the first of all. */
  readonly before: Chain | string;
  readonly last: string;
}

/** More operands than this are not written one inside of the other: DuckDB's binder takes the cube of the depth. */
const longest = 32;

/**
 * `left` and one operand more. `combine` writes the operator; when it is `associative`, a long chain may be computed
 * from any of its ends, else it is computed from the left as it is written.
 */
export function chained(
  op: string,
  left: Typed,
  right: Typed,
  type: Type,
  combine: (a: string, b: string) => string,
  associative: boolean,
): Typed {
  const key = `${op} ${type.kind}`;
  const before = left.chain?.key === key ? left.chain : left.sql;
  const chain: Chain = { key, before, last: right.sql };
  let sql: string | undefined;
  return {
    type,
    chain,
    // Written when it is asked for: a part of a longer chain never is.
    get sql() {
      sql ??= write(operands(chain), combine, associative);
      return sql;
    },
  };
}

function operands(chain: Chain): string[] {
  const reversed: string[] = [];
  let rest: Chain | string = chain;
  for (; typeof rest !== "string"; rest = rest.before) reversed.push(rest.last);
  return [...reversed, rest].toReversed();
}

function write(
  parts: readonly string[],
  combine: (a: string, b: string) => string,
  associative: boolean,
): string {
  if (parts.length <= longest) return parts.reduce(combine);
  if (!associative) return `list_reduce([${parts.join(", ")}], lambda x, y: ${combine("x", "y")})`;
  const middle = parts.length >> 1;
  const halves = [parts.slice(0, middle), parts.slice(middle)];
  return halves.map((half) => write(half, combine, true)).reduce(combine);
}
