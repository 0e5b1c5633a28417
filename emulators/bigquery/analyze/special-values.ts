import type { Call } from "../sql/ast.ts";
import { SqlError } from "../sql/error.ts";
import { coerce } from "./coerce.ts";
import { exactly, wrongCount } from "./conditional.ts";
import type { Context } from "./context.ts";
import { type Typed, typed } from "./typed.ts";
import { FLOAT64, INT64, isNumber, STRING, typeName } from "./types.ts";

type Form = (call: Call, context: Context) => Typed;

const argsOf = (call: Call, context: Context, count: number) =>
  exactly(
    call.args.map((arg) => context.analyzer.expr(arg, context)),
    count,
    call,
  ) as Typed[];

/** ERROR is of any type: it takes that of the other branches. */
const error: Form = (call, context) => {
  const [message] = argsOf(call, context, 1);
  const text = message && coerce(message, STRING);
  if (text === undefined) throw wrongCount(call);
  return { sql: `gsql_error(${text.sql})`, type: INT64, never: true };
};

const safeDivide: Form = (call, context) => {
  const [a, b] = argsOf(call, context, 2) as [Typed, Typed];
  if (!isNumber(a.type) || !isNumber(b.type)) throw noMatch(call, a, b);
  const exact =
    [a, b].some((x) => x.type.kind === "NUMERIC") &&
    ![a, b].some((x) => x.type.kind === "FLOAT64" && x.literal === undefined);
  const type = exact ? ({ kind: "NUMERIC" } as const) : FLOAT64;
  const [x, y] = [coerce(a, type), coerce(b, type)];
  if (x === undefined || y === undefined) throw noMatch(call, a, b);
  return typed(`gsql_${type.kind.toLowerCase()}_divide_safe(${x.sql}, ${y.sql})`, type);
};

function noMatch(call: Call, ...args: readonly (Typed | undefined)[]): SqlError {
  const types = args.map((arg) => (arg === undefined ? "" : typeName(arg.type))).join(", ");
  return new SqlError(
    `No matching signature for function ${call.name} for argument types: ${types}`,
    call.at,
  );
}

export const valueForms: Readonly<Record<string, Form>> = {
  SAFE_DIVIDE: safeDivide,
  ERROR: error,
};
