/**
 * Longest wait that an answer may ask for: a server that says days, by mistake or for its own reasons, is asked
 * again in an hour, so that no single answer stalls a crawl.
 */
const longestMs = 3_600_000;

/** `Retry-After`, as seconds or as a date (RFC 9110 §10.2.3): milliseconds from now, an hour at most. */
export function parseRetryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const ms = /^\s*\d+\s*$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), longestMs);
}
