import { SyntaxProblem } from "./syntax.ts";

const units: Record<string, (date: Date, amount: number) => void> = {
  YEAR: (date, amount) => date.setUTCFullYear(date.getUTCFullYear() + amount),
  MONTH: (date, amount) => date.setUTCMonth(date.getUTCMonth() + amount),
  DAY: (date, amount) => date.setUTCDate(date.getUTCDate() + amount),
  HOUR: (date, amount) => date.setUTCHours(date.getUTCHours() + amount),
  MINUTE: (date, amount) => date.setUTCMinutes(date.getUTCMinutes() + amount),
  SECOND: (date, amount) => date.setUTCSeconds(date.getUTCSeconds() + amount),
};

/** How much of an ISO date is kept when it is rounded down to a unit. */
const kept: Record<string, number> = {
  YEAR: 4,
  MONTH: 7,
  DAY: 10,
  HOUR: 13,
  MINUTE: 16,
  SECOND: 19,
};
const start = "0000-01-01T00:00:00.000Z";

/**
 * Milliseconds since the epoch of a Solr date: `NOW` or a full ISO date in UTC, then date math such as `-7DAYS/DAY`.
 * Throws a `SyntaxProblem` for anything else, a date without its time included.
 */
export function parseDate(text: string, now: number): number {
  const found = /^(NOW|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)(.*)$/.exec(text);
  const date = new Date(found?.[1] === "NOW" ? now : (found?.[1] ?? Number.NaN));
  if (Number.isNaN(date.getTime())) throw invalid(text);
  const steps = found?.[2] ?? "";
  const pattern = /([+-]\d+|\/)(YEAR|MONTH|DAY|HOUR|MINUTE|SECOND)S?/g;
  if (steps.replaceAll(pattern, "") !== "") throw invalid(text);
  for (const [, amount = "", unit = ""] of steps.matchAll(pattern)) {
    if (amount === "/") date.setTime(roundDown(date, unit));
    else units[unit]?.(date, Number(amount));
  }
  return date.getTime();
}

function roundDown(date: Date, unit: string): number {
  const length = kept[unit] ?? start.length;
  return Date.parse(date.toISOString().slice(0, length) + start.slice(length));
}

const invalid = (text: string) => new SyntaxProblem(`Invalid Date String:'${text}'`);
