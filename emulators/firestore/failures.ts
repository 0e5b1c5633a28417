import { RpcError } from "./status.ts";

export type Failures = ReturnType<typeof createFailures>;

/** A queue of errors that the next calls will get instead of an answer. */
export function createFailures() {
  const queue: number[] = [];
  return {
    add: (code: number) => queue.push(code),
    /** Throws the next failure asked for, if any. */
    check(): void {
      const code = queue.shift();
      if (code !== undefined) throw new RpcError(code, "This failure was asked for by failNext.");
    },
  };
}
