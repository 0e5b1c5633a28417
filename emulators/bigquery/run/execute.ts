import { literal, type Typed } from "../analyze/typed.ts";
import { STRING } from "../analyze/types.ts";
import { SqlError, withPosition } from "../sql/error.ts";
import { openCursor } from "../sql/parse.ts";
import { parseScript } from "../sql/parse-script.ts";
import type { StatementOf as Of } from "../sql/statement.ts";
import type { Environment } from "./environment.ts";
import { evaluate, valueOf } from "./evaluate.ts";
import type { Outcome } from "./outcome.ts";
import { runStatement } from "./plain-statement.ts";
import { assignInto } from "./variables.ts";

/** EXECUTE IMMEDIATE; gives what the statement left, unless that went into variables. */
export async function execute(
  env: Environment,
  { text: written, using, into, at }: Of<"execute">,
): Promise<Outcome | undefined> {
  const text = await valueOf(env, written, STRING);
  if (typeof text !== "string")
    throw new SqlError("EXECUTE IMMEDIATE sql string cannot be NULL", at);
  const params = new Map<string, Typed>();
  for (const [i, { expr, alias }] of using.entries()) {
    const { value, type } = await evaluate(env, expr, undefined);
    params.set(alias?.toUpperCase() ?? `?${i}`, literal(value, type));
  }
  const [only, ...more] = parseScript(openCursor(text));
  if (only === undefined || more.length > 0)
    throw new SqlError("EXECUTE IMMEDIATE takes one statement", at);
  let outcome: Outcome;
  try {
    outcome = await runStatement({ ...env, params }, only);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    throw new SqlError(withPosition(error.message, text, error.offset), undefined, error.reason);
  }
  if (into.length === 0) return { ...outcome, at };
  await assignInto(env, into, outcome, at);
  return undefined;
}
