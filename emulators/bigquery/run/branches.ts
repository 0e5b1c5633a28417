import { BOOL } from "../analyze/types.ts";
import { breathe } from "../engine/interrupt.ts";
import { SqlError } from "../sql/error.ts";
import type { StatementOf as Of } from "../sql/statement.ts";
import { rowsOf, valueOf, variable } from "./evaluate.ts";
import { type Flow, type Jump, runInScope } from "./flow.ts";

/** IF and CASE. */
export async function branch(flow: Flow, { branches }: Of<"if">): Promise<Jump> {
  for (const { condition, body } of branches)
    if (condition === undefined || (await valueOf(flow.env, condition, BOOL)) === true)
      return runInScope(flow, body);
  return undefined;
}

/** What a jump out of a loop's body means to the loop: it goes on, ends, or is not meant at all. */
function meaning(jump: Jump, label: string | undefined): "next" | "end" | "outer" {
  if (jump === undefined) return "next";
  if (jump.kind === "return") return "outer";
  if (jump.label !== undefined && jump.label !== label?.toUpperCase()) return "outer";
  return jump.kind === "leave" ? "end" : "next";
}

/** LOOP, WHILE and REPEAT. */
export async function loop(
  flow: Flow,
  statement: Of<"loop"> | Of<"while"> | Of<"repeat">,
): Promise<Jump> {
  const { env } = flow;
  for (;;) {
    await breathe(); // an empty loop would hold up the whole process
    if (statement.kind === "while" && (await valueOf(env, statement.condition, BOOL)) !== true)
      return undefined;
    const jump = await runInScope(flow, statement.body);
    const next = meaning(jump, statement.label);
    if (next !== "next") return next === "outer" ? jump : undefined;
    if (statement.kind === "repeat" && (await valueOf(env, statement.until, BOOL)) === true)
      return undefined;
    if (Date.now() > env.deadline)
      throw new SqlError("The script took too long", statement.at, "timeout");
  }
}

/** FOR … IN: each row is a struct. */
export async function each(flow: Flow, { query, name, label, body }: Of<"for">): Promise<Jump> {
  const { type, rows } = await rowsOf(flow.env, query);
  for (const row of rows) {
    const jump = await runInScope(flow, body, new Map([[name.toUpperCase(), variable(row, type)]]));
    const next = meaning(jump, label);
    if (next !== "next") return next === "outer" ? jump : undefined;
  }
  return undefined;
}
