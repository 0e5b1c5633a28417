import type { Typed } from "../analyze/typed.ts";
import type { Statement } from "../sql/statement.ts";
import type { Environment } from "./environment.ts";

/** How a statement list ended, when not by running to its end. */
export type Jump =
  | { readonly kind: "leave" | "continue"; readonly label: string | undefined }
  | { readonly kind: "return" }
  | undefined;

/** What a statement with statements inside needs of its script. */
export interface Flow {
  readonly env: Environment;
  /** The script's text, in which errors have their place. */
  readonly text: string;
  readonly run: (statements: readonly Statement[]) => Promise<Jump>;
}

/** Runs statements as a block with variables of its own. */
export async function runInScope(
  { env, run }: Flow,
  statements: readonly Statement[],
  variables = new Map<string, Typed>(),
): Promise<Jump> {
  env.scopes.push(variables);
  try {
    return await run(statements);
  } finally {
    env.scopes.pop();
  }
}
