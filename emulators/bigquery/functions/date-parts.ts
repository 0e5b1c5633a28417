import { DATE, DATETIME, INT64, INTERVAL, STRING, TIME, TIMESTAMP } from "../analyze/types.ts";
import type { PlainInterval } from "../engine/literal.ts";
import {
  civilOf,
  daysOf,
  floorDiv,
  isoWeek,
  MICROS_PER_DAY,
  splitMicros,
  weekdayOf,
} from "./calendar.ts";
import { operator } from "./define.ts";
import { addMonths, checkDays, checkMicros, intervalOf, microsOf, plus } from "./interval.ts";
import { fromLocal, toLocal } from "./time-zone.ts";

const unknownPart = (part: string, what: string) =>
  new Error(`Unsupported date part ${part} in ${what}`);

/** The day that starts the week before or on `days`; weeks start on `weekday` (0 Sunday). */
const weekStart = (days: number, weekday: number) => days - ((weekdayOf(days) - weekday + 7) % 7);

/** `WEEK3` is WEEK(WEDNESDAY). */
function weekdayOfPart(part: string): number | undefined {
  if (part === "ISOWEEK") return 1;
  const match = /^WEEK(\d)?$/.exec(part);
  return match === null ? undefined : Number(match[1] ?? 0);
}

function truncateDays(days: number, part: string): number {
  const { year, month } = civilOf(days);
  const weekday = weekdayOfPart(part);
  if (weekday !== undefined) return checkDays(weekStart(days, weekday));
  switch (part) {
    case "DAY":
      return days;
    case "MONTH":
      return daysOf(year, month, 1);
    case "QUARTER":
      return daysOf(year, month - ((month - 1) % 3), 1);
    case "YEAR":
      return daysOf(year, 1, 1);
    case "ISOYEAR":
      return checkDays(weekStart(daysOf(isoWeek(days).year, 1, 4), 1));
    default:
      throw unknownPart(part, "DATE_TRUNC");
  }
}

function truncateMicros(micros: bigint, part: string): bigint {
  const unit = microsOf[part];
  if (unit !== undefined) return floorDiv(micros, unit) * unit;
  return BigInt(truncateDays(splitMicros(micros).days, part)) * MICROS_PER_DAY;
}

/** Boundaries of the part between two days. */
function differDays(a: number, b: number, part: string): bigint {
  const [x, y] = [civilOf(a), civilOf(b)];
  const weekday = weekdayOfPart(part);
  if (weekday !== undefined) return BigInt((weekStart(a, weekday) - weekStart(b, weekday)) / 7);
  switch (part) {
    case "DAY":
      return BigInt(a - b);
    case "MONTH":
      return BigInt((x.year - y.year) * 12 + x.month - y.month);
    case "QUARTER":
      return BigInt(
        (x.year - y.year) * 4 + Math.floor((x.month - 1) / 3) - Math.floor((y.month - 1) / 3),
      );
    case "YEAR":
      return BigInt(x.year - y.year);
    case "ISOYEAR":
      return BigInt(isoWeek(a).year - isoWeek(b).year);
    default:
      throw unknownPart(part, "DATE_DIFF");
  }
}

/** DATETIME counts boundaries of each unit; TIMESTAMP counts whole units that passed. */
function differDatetimes(a: bigint, b: bigint, part: string): bigint {
  const unit = microsOf[part];
  if (unit !== undefined) return floorDiv(a, unit) - floorDiv(b, unit);
  return differDays(splitMicros(a).days, splitMicros(b).days, part);
}

function differTimestamps(a: bigint, b: bigint, part: string): bigint {
  const unit = part === "DAY" ? MICROS_PER_DAY : microsOf[part];
  if (unit === undefined) throw unknownPart(part, "TIMESTAMP_DIFF");
  return (a - b) / unit;
}

const dateUnits = /^(?:DAY|WEEK|MONTH|QUARTER|YEAR)$/;

operator(
  "date_add",
  [DATE, INT64, STRING, INT64],
  DATE,
  (days: number, n: bigint, part: string, sign: bigint) => {
    if (!dateUnits.test(part)) throw unknownPart(part, "DATE_ADD");
    const interval = intervalOf(n * sign, part);
    return checkDays(
      (interval.months === 0 ? days : addMonths(days, interval.months)) + interval.days,
    );
  },
);
operator(
  "datetime_add",
  [DATETIME, INT64, STRING, INT64],
  DATETIME,
  (micros: bigint, n: bigint, part: string, sign: bigint) =>
    plus(micros, intervalOf(n * sign, part)),
);
operator(
  "timestamp_add",
  [TIMESTAMP, INT64, STRING, INT64],
  TIMESTAMP,
  (micros: bigint, n: bigint, part: string, sign: bigint) => {
    const unit = part === "DAY" ? MICROS_PER_DAY : microsOf[part];
    if (unit === undefined) throw unknownPart(part, "TIMESTAMP_ADD");
    return checkMicros(micros + n * sign * unit);
  },
);
operator(
  "time_add",
  [TIME, INT64, STRING, INT64],
  TIME,
  (micros: bigint, n: bigint, part: string, sign: bigint) => {
    const unit = microsOf[part];
    if (unit === undefined) throw unknownPart(part, "TIME_ADD");
    const moved = (micros + n * sign * unit) % MICROS_PER_DAY;
    return moved < 0n ? moved + MICROS_PER_DAY : moved;
  },
);

operator("date_diff", [DATE, DATE, STRING], INT64, differDays);
operator("datetime_diff", [DATETIME, DATETIME, STRING], INT64, differDatetimes);
operator("timestamp_diff", [TIMESTAMP, TIMESTAMP, STRING], INT64, differTimestamps);
operator("time_diff", [TIME, TIME, STRING], INT64, (a: bigint, b: bigint, part: string) => {
  if (microsOf[part] === undefined) throw unknownPart(part, "TIME_DIFF");
  return differDatetimes(a, b, part);
});

operator("date_trunc", [DATE, STRING], DATE, truncateDays);
operator("datetime_trunc", [DATETIME, STRING], DATETIME, truncateMicros);
operator("time_trunc", [TIME, STRING], TIME, (micros: bigint, part: string) => {
  if (microsOf[part] === undefined) throw unknownPart(part, "TIME_TRUNC");
  return truncateMicros(micros, part);
});
operator(
  "timestamp_trunc",
  [TIMESTAMP, STRING, STRING],
  TIMESTAMP,
  (micros: bigint, part: string, zone: string) => {
    // Units below the hour do not depend on the zone; an hour does where the offset is not whole hours.
    if (part !== "HOUR" && microsOf[part] !== undefined) return truncateMicros(micros, part);
    return checkMicros(fromLocal(truncateMicros(toLocal(micros, zone), part), zone));
  },
);
operator("last_day", [DATE, STRING], DATE, (days: number, part: string) => {
  if (part === "DAY") throw unknownPart(part, "LAST_DAY");
  const start = truncateDays(days, part);
  const { year, month } = civilOf(start);
  if (weekdayOfPart(part) !== undefined) return checkDays(start + 6);
  if (part === "MONTH") return daysOf(year, month + 1, 1) - 1;
  if (part === "QUARTER") return daysOf(year, month + 3, 1) - 1;
  if (part === "YEAR") return daysOf(year + 1, 1, 1) - 1;
  return weekStart(daysOf(isoWeek(days).year + 1, 1, 4), 1) - 1;
});
operator("week_of", [DATE, INT64], INT64, (days: number, weekday: bigint) => {
  const first = daysOf(civilOf(days).year, 1, 1);
  const start = first + ((Number(weekday) - weekdayOf(first) + 7) % 7);
  return BigInt(Math.floor((days - start) / 7) + 1);
});
operator("to_local", [TIMESTAMP, STRING], DATETIME, (micros: bigint, zone: string) =>
  checkMicros(toLocal(micros, zone)),
);
operator("from_local", [DATETIME, STRING], TIMESTAMP, (micros: bigint, zone: string) =>
  checkMicros(fromLocal(micros, zone)),
);

/** Months between two days, as whole buckets: the origin moved by a number of widths, at or before the day. */
function bucketByMonths(micros: bigint, width: number, origin: bigint): bigint {
  const [value, from] = [splitMicros(micros), splitMicros(origin)];
  const [a, b] = [civilOf(value.days), civilOf(from.days)];
  let steps = Math.floor(((a.year - b.year) * 12 + a.month - b.month) / width);
  const start = (n: number) => BigInt(addMonths(from.days, n * width)) * MICROS_PER_DAY + from.time;
  while (start(steps) > micros) steps -= 1;
  while (start(steps + 1) <= micros) steps += 1;
  return start(steps);
}

function bucketOf(
  micros: bigint,
  { months, days, micros: time }: PlainInterval,
  origin: bigint,
): bigint {
  const width = BigInt(days) * MICROS_PER_DAY + time;
  if ((months !== 0) === (width !== 0n))
    throw new Error("The bucket width must be an interval of one part");
  if (months < 0 || width < 0n) throw new Error("The bucket width must be positive");
  return months === 0
    ? origin + floorDiv(micros - origin, width) * width
    : bucketByMonths(micros, months, origin);
}

operator(
  "date_bucket",
  [DATE, INTERVAL, DATE],
  DATE,
  (days: number, width: PlainInterval, origin: number) => {
    if (width.micros !== 0n)
      throw new Error("DATE_BUCKET only supports bucket widths of days and larger parts");
    return checkDays(
      Number(
        bucketOf(BigInt(days) * MICROS_PER_DAY, width, BigInt(origin) * MICROS_PER_DAY) /
          MICROS_PER_DAY,
      ),
    );
  },
);
operator(
  "datetime_bucket",
  [DATETIME, INTERVAL, DATETIME],
  DATETIME,
  (value: bigint, width: PlainInterval, origin: bigint) =>
    checkMicros(bucketOf(value, width, origin)),
);
operator(
  "timestamp_bucket",
  [TIMESTAMP, INTERVAL, TIMESTAMP],
  TIMESTAMP,
  (value: bigint, width: PlainInterval, origin: bigint) => {
    if (width.months !== 0)
      throw new Error("TIMESTAMP_BUCKET does not support months and larger parts");
    return checkMicros(bucketOf(value, width, origin));
  },
);
