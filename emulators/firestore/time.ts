import type { Timestamp } from "./wire.ts";

/** Whole microseconds since 1970, Firestore's resolution; exact in a double until the year 2255. */
export type Micros = number;

export function toTimestamp(micros: Micros): Timestamp {
  const seconds = Math.floor(micros / 1e6);
  return { seconds: String(seconds), nanos: (micros - seconds * 1e6) * 1000 };
}

/** Rounds down to the microsecond, as Firestore does. */
export function toMicros({ seconds = "0", nanos = 0 }: Timestamp): Micros {
  return Number(seconds) * 1e6 + Math.floor(nanos / 1000);
}

/** A clock that never goes back, whatever the system's clock does. */
export function createClock() {
  let latest: Micros = 0;
  return {
    /** A moment to read at: every commit so far is at or before it, every later one after it. */
    now(): Micros {
      latest = Math.max(latest, Date.now() * 1000);
      return latest;
    },
    /** The time of a new commit. */
    next(): Micros {
      latest = Math.max(latest + 1, Date.now() * 1000);
      return latest;
    },
  };
}
