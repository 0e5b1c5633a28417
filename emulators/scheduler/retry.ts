/**
 * When a failed run is tried again. Defaults are Cloud Scheduler's.
 * https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#RetryConfig
 */
export interface RetryConfig {
  /** Further attempts after the first, 0–5; 0. */
  readonly retryCount?: number;
  /** Retrying goes on at least this long after the first attempt, in seconds; 0 for no such rule. */
  readonly maxRetrySeconds?: number;
  /** First wait, in seconds; 5. */
  readonly minBackoffSeconds?: number;
  /** Longest wait, in seconds; 3600. */
  readonly maxBackoffSeconds?: number;
  /** How often the wait doubles before it only grows by the last doubled one; 5. */
  readonly maxDoublings?: number;
}

export interface RetryPlan {
  /** Seconds before the next attempt, or undefined when there is none. */
  next(attempts: number, elapsedSeconds: number): number | undefined;
}

/** Throws a RangeError that names the field and what it may be. */
export function planRetries(config: RetryConfig): RetryPlan {
  const { retryCount = 0, maxRetrySeconds = 0, maxDoublings = 5 } = config;
  const { minBackoffSeconds = 5, maxBackoffSeconds = 3600 } = config;
  if (!Number.isInteger(retryCount) || retryCount < 0 || retryCount > 5)
    throw new RangeError(`retryCount is ${retryCount}: give a whole number from 0 to 5`);
  if (!Number.isInteger(maxDoublings) || maxDoublings < 0)
    throw new RangeError(`maxDoublings is ${maxDoublings}: give a whole number from 0`);
  for (const [name, value] of Object.entries({ maxRetrySeconds, minBackoffSeconds }))
    if (!(value >= 0)) throw new RangeError(`${name} is ${value}: give seconds from 0`);
  if (!(maxBackoffSeconds >= minBackoffSeconds))
    throw new RangeError(
      `maxBackoffSeconds is ${maxBackoffSeconds}: give at least minBackoffSeconds (${minBackoffSeconds})`,
    );

  return {
    next(attempts, elapsedSeconds) {
      // Where both limits are set, both must be reached for the run to be given up.
      const isCountReached = attempts > retryCount;
      const isTimeReached = elapsedSeconds >= maxRetrySeconds;
      if (isCountReached && isTimeReached) return undefined;
      const doublings = Math.min(attempts - 1, maxDoublings);
      const linear = Math.max(0, attempts - 1 - maxDoublings);
      const wait = minBackoffSeconds * 2 ** doublings * (1 + linear);
      return Math.min(wait, maxBackoffSeconds);
    },
  };
}
