import { createContext, Script } from "node:vm";

/** How long one match may take. */
const limitMs = 1000;

/** No pattern that RE2 takes needs noticeable time on fewer characters. */
const harmlessLength = 24;

/** A group that repeats and holds something that repeats or branches: where backtracking can double with each character. */
const risky = /\((?:[^()]|\([^()]*\))*[*+}|](?:[^()]|\([^()]*\))*\)(?:[*+]|\{\d+(?:,\d*)?\})/;

const sandbox = createContext({}) as { match: () => unknown };
const script = new Script("match()");

/**
 * RE2 matches in linear time, JavaScript's engine backtracks: a match that takes too long is an error, for it would hold
 * up everything that this process does.
 */
class GuardedPattern extends RegExp {
  override exec(text: string): RegExpExecArray | null {
    if (text.length < harmlessLength) return super.exec(text);
    sandbox.match = () => super.exec(text);
    try {
      return script.runInContext(sandbox, { timeout: limitMs }) as RegExpExecArray | null;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw cause;
      throw new Error(
        "Not supported by the local BigQuery: a regular expression that takes too long on this text",
        { cause },
      );
    }
  }
}

/** The expression, watched over where it could take exponential time. */
export const guardedPattern = (source: string, flags: string): RegExp =>
  risky.test(source.replaceAll(/\\.|\[(?:\\.|[^\]])*\]/g, "x"))
    ? new GuardedPattern(source, flags)
    : new RegExp(source, flags);
