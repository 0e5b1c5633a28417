/**
 * Generations as the service makes them: the time in microseconds, as a decimal string.
 * Strictly increasing even within one microsecond or when the machine's clock steps back.
 */
export function createGenerationClock(now: () => number = Date.now): () => string {
  let last = 0; // microseconds since 1970 stay below 2^53 until the year 2255
  return () => {
    last = Math.max(last + 1, now() * 1000);
    return String(last);
  };
}
