import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "#shared/clock.ts";

/**
 * A clock on which `factor` seconds pass in each real one since `start` (milliseconds since the epoch): the same
 * time in every process that is given the same values.
 */
export const fastClock = ({ start, factor }: { start: number; factor: number }): Clock => ({
  now: () => start + (Date.now() - start) * factor,
  sleep: async (ms, signal) =>
    wait(ms / factor, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw error;
    }),
});
