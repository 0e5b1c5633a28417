import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";
import type { DuckDBConnection } from "@duckdb/node-api";

const againMs = 50;

const signals = new AsyncLocalStorage<AbortSignal>();

/** Runs `work`; every query inside of it ends with the signal's reason once that aborts. */
export const withSignal = <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> =>
  signals.run(signal, work);

/** Lets requests and timers have their turn, and ends what has been told to stop. */
export async function breathe(): Promise<void> {
  await setImmediate();
  signals.getStore()?.throwIfAborted();
}

/** Runs a query on `connection`, which is told to stop when the signal around this call aborts. */
export async function interruptible<T>(
  connection: DuckDBConnection,
  work: () => Promise<T>,
): Promise<T> {
  const signal = signals.getStore();
  if (signal === undefined) return work();
  signal.throwIfAborted();
  let again: NodeJS.Timeout | undefined;
  // A query that still waits for a thread would start in spite of an interrupt before its time.
  const stop = () => {
    connection.interrupt();
    again = setInterval(() => connection.interrupt(), againMs);
  };
  signal.addEventListener("abort", stop);
  try {
    const result = await work();
    signal.throwIfAborted();
    return result;
  } catch (error) {
    signal.throwIfAborted(); // says why DuckDB was interrupted
    throw error;
  } finally {
    clearInterval(again);
    signal.removeEventListener("abort", stop);
  }
}
