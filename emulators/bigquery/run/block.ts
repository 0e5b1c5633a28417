import { literal } from "../analyze/typed.ts";
import { BOOL, STRING } from "../analyze/types.ts";
import { SqlError, withPosition } from "../sql/error.ts";
import type { Statement, StatementOf as Of } from "../sql/statement.ts";
import type { Environment } from "./environment.ts";
import { valueOf } from "./evaluate.ts";
import { type Flow, type Jump, runInScope } from "./flow.ts";

/** A RAISE with its message, or an error on its way to a handler. */
export class Raised extends SqlError {}

/** BEGIN … EXCEPTION … END. */
export async function block(flow: Flow, { body, handler, label }: Of<"block">): Promise<Jump> {
  const depth = flow.env.scopes.length;
  let jump: Jump;
  try {
    jump = await runInScope(flow, body);
  } catch (error) {
    if (handler === undefined || !(error instanceof SqlError) || error.reason === "notImplemented")
      throw error;
    flow.env.scopes.length = depth;
    return handle(flow, handler, error);
  }
  const leaves =
    jump !== undefined &&
    jump.kind === "leave" &&
    jump.label !== undefined &&
    jump.label === label?.toUpperCase();
  return leaves ? undefined : jump;
}

/** Runs a handler, to which @@error.message tells the error. */
async function handle(flow: Flow, handler: readonly Statement[], error: SqlError): Promise<Jump> {
  const { systemVariables } = flow.env;
  const before = systemVariables.get("ERROR.MESSAGE");
  const message =
    error instanceof Raised ? error.message : withPosition(error.message, flow.text, error.offset);
  systemVariables.set("ERROR.MESSAGE", literal(message, STRING));
  try {
    return await runInScope(flow, handler);
  } finally {
    if (before === undefined) systemVariables.delete("ERROR.MESSAGE");
    else systemVariables.set("ERROR.MESSAGE", before);
  }
}

export async function raise(env: Environment, { message, at }: Of<"raise">): Promise<never> {
  const current = env.systemVariables.get("ERROR.MESSAGE")?.literal?.value;
  if (message === undefined) {
    if (typeof current !== "string")
      throw new SqlError(
        "Cannot re-raise an existing exception outside of an exception handler",
        at,
      );
    throw new Raised(current);
  }
  const text = await valueOf(env, message, STRING);
  throw new Raised(typeof text === "string" ? text : "", at);
}

export async function assert(
  env: Environment,
  { condition, message, at }: Of<"assert">,
): Promise<void> {
  if ((await valueOf(env, condition, BOOL)) === true) return;
  const text = message === undefined ? undefined : await valueOf(env, message, STRING);
  throw new SqlError(typeof text === "string" ? text : "Assertion failed", at);
}
