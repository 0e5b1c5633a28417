import type { BandLevels } from "./band-levels.ts";

export interface Silence {
  readonly leadingSeconds: number;
  readonly trailingSeconds: number;
  /** All of it, pauses included. */
  readonly totalSeconds: number;
}

const frameSeconds = 0.01;
/** Frames this far under the loud ones, or under this level, are silent. */
const rangeDb = 40;
const silentDbov = -70;

/** Silence by 10 ms frames; `loud` is a level that 5 % of the frames exceed. */
export function findSilence(levels: BandLevels, loud: number | null): Silence {
  const threshold = loud === null ? Number.POSITIVE_INFINITY : Math.max(silentDbov, loud - rangeDb);
  let first = levels.frames;
  let last = -1;
  let silent = 0;
  for (let t = 0; t < levels.frames; t++) {
    if (levels.total(t) < threshold) silent++;
    else {
      first = Math.min(first, t);
      last = t;
    }
  }
  return {
    leadingSeconds: first * frameSeconds,
    trailingSeconds: last < 0 ? 0 : (levels.frames - 1 - last) * frameSeconds,
    totalSeconds: silent * frameSeconds,
  };
}
