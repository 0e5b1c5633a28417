/** The time an emulator lives by: deadlines, backoffs and retention are counted on it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Calls `run` once after `ms` milliseconds; the returned function takes that back. */
  after(ms: number, run: () => void): () => void;
}

/** Wall-clock time. Its timers keep no process alive: the listening server does that. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
};
