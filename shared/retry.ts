import { type Clock, systemClock } from "./clock.ts";
import { PermanentError } from "./errors.ts";
import { log } from "./log.ts";

export interface RetryOptions {
  /** Name of the call, for the log. */
  readonly call: string;
  /** Tries in all, the first one included. */
  readonly attempts?: number;
  readonly baseMs?: number;
  readonly capMs?: number;
  /** How long this error itself asks to wait, in milliseconds; undefined leaves it to the backoff. */
  readonly waitMs?: (error: unknown) => number | undefined;
  /** Ends the retrying: a wait is cut, and no further try starts. */
  readonly signal?: AbortSignal | undefined;
  /** Default: the system's. */
  readonly clock?: Pick<Clock, "sleep">;
}

/** Longest wait that an error may ask for where nobody has said another. */
const askedLimitMs = 60_000;

/**
 * Bounded retry around one outgoing call: exponential backoff with full jitter, or as long as the error's
 * `retryAfterMs` asks, a minute at most.
 * A `PermanentError` is never tried again; after the last attempt its error goes through.
 */
export async function retry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { call, attempts = 4, baseMs = 250, capMs = 8_000, clock = systemClock } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof PermanentError || attempt >= attempts) throw error;
      options.signal?.throwIfAborted();
      const backoff = Math.random() * Math.min(capMs, baseMs * 2 ** (attempt - 1));
      const waitMs = Math.round(options.waitMs?.(error) ?? askedMs(error) ?? backoff);
      log.retrying({ call, attempt, waitMs }, error);
      await clock.sleep(waitMs, options.signal);
    }
  }
}

function askedMs(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("retryAfterMs" in error)) return undefined;
  return typeof error.retryAfterMs === "number"
    ? Math.min(error.retryAfterMs, askedLimitMs)
    : undefined;
}
