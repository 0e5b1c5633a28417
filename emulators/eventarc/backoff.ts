const firstSeconds = 10;
const lastSeconds = 600;

/**
 * Seconds to wait after the `failures`-th failed attempt (from 1): 10 doubling to 600, give or take
 * a quarter, never outside 10–600. Eventarc's retry policy:
 * https://cloud.google.com/eventarc/docs/retry-events
 */
export function backoffSeconds(failures: number, random: () => number): number {
  const doubled = firstSeconds * 2 ** (failures - 1);
  const jittered = Math.min(doubled, lastSeconds) * (0.75 + random() / 2);
  return Math.min(Math.max(jittered, firstSeconds), lastSeconds);
}
