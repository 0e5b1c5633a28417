import type { Typed } from "../analyze/typed.ts";
import { SqlError, withPosition } from "../sql/error.ts";
import { openCursor } from "../sql/parse.ts";
import { parseScript } from "../sql/parse-script.ts";
import type { Store } from "../store/store.ts";
import { noBytes, sumOfBytes } from "./bytes.ts";
import type { Environment } from "./environment.ts";
import type { Outcome } from "./outcome.ts";
import { Script } from "./script.ts";

export interface RunOptions {
  readonly params: ReadonlyMap<string, Typed>;
  readonly defaultDataset?: string | undefined;
  readonly dryRun?: boolean;
  /** After so long a script is ended. */
  readonly timeoutMs?: number;
}

const standardTimeoutMs = 10 * 60_000;

/** Runs a statement, or a script of several. Errors say where, as `at [line:column]`. */
export async function run(store: Store, text: string, options: RunOptions): Promise<Outcome> {
  const env: Environment = {
    store,
    params: options.params,
    defaultDataset: options.defaultDataset,
    dryRun: options.dryRun ?? false,
    scopes: [new Map()],
    temporaryTables: new Map(),
    temporaryRoutines: new Map(),
    systemVariables: new Map(),
    transaction: { open: false, failed: false },
    depth: { calls: 0 },
    deadline: Date.now() + (options.timeoutMs ?? standardTimeoutMs),
  };
  try {
    const statements = parseScript(openCursor(text));
    const script = new Script(env, text);
    const jump = await script.run(statements);
    if (jump?.kind === "leave" || jump?.kind === "continue")
      throw new SqlError(`${jump.kind.toUpperCase()} outside of a loop`);
    const { outcomes } = script;
    const [only] = outcomes;
    if (statements.length === 1 && only !== undefined && outcomes.length === 1) return only;
    return scriptOutcome(outcomes);
  } catch (error) {
    if (error instanceof SqlError && error.offset !== undefined)
      throw new SqlError(withPosition(error.message, text, error.offset), undefined, error.reason);
    throw error;
  } finally {
    for (const table of env.temporaryTables.values()) await store.dropPhysical(table);
  }
}

/** A script shows the rows of its last query. */
function scriptOutcome(outcomes: readonly Outcome[]): Outcome {
  const last =
    outcomes.findLast(({ rows, kept }) => (rows ?? kept) !== undefined) ?? outcomes.at(-1);
  const bytes = sumOfBytes(outcomes.map((outcome) => outcome.bytes ?? noBytes));
  return { ...(last ?? { referenced: [] }), statementType: "SCRIPT", children: outcomes, bytes };
}
