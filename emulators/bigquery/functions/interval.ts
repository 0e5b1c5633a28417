import { DATE, DATETIME, INT64, INTERVAL, STRING, TIME, TIMESTAMP } from "../analyze/types.ts";
import type { PlainInterval } from "../engine/literal.ts";
import {
  civilOf,
  daysInMonth,
  daysOf,
  MAX_DAYS,
  MAX_MICROS,
  MICROS_PER_DAY,
  MIN_DAYS,
  MIN_MICROS,
  splitMicros,
} from "./calendar.ts";
import { operator } from "./define.ts";

const maxMonths = 120_000;
const maxDays = 3_660_000;
const maxMicros = 87_840_000n * 3_600_000_000n;
const zero: PlainInterval = { months: 0, days: 0, micros: 0n };

/** The interval when each of its parts is within 10,000 years. */
export function checkInterval(value: PlainInterval): PlainInterval {
  const { months, days, micros } = value;
  if (
    Math.abs(months) > maxMonths ||
    Math.abs(days) > maxDays ||
    micros > maxMicros ||
    micros < -maxMicros
  )
    throw new Error("Interval value is out of range");
  return value;
}

export const addIntervals = (a: PlainInterval, b: PlainInterval): PlainInterval => ({
  months: a.months + b.months,
  days: a.days + b.days,
  micros: a.micros + b.micros,
});

/** `n` units of a date part. */
export function intervalOf(n: bigint, part: string): PlainInterval {
  const count = Number(n);
  switch (part) {
    case "YEAR":
      return { ...zero, months: count * 12 };
    case "QUARTER":
      return { ...zero, months: count * 3 };
    case "MONTH":
      return { ...zero, months: count };
    case "WEEK":
      return { ...zero, days: count * 7 };
    case "DAY":
      return { ...zero, days: count };
    default: {
      const unit = microsOf[part];
      if (unit === undefined) throw new Error(`Unsupported date part ${part} in INTERVAL`);
      return { ...zero, micros: n * unit };
    }
  }
}

export const microsOf: Readonly<Record<string, bigint>> = {
  HOUR: 3_600_000_000n,
  MINUTE: 60_000_000n,
  SECOND: 1_000_000n,
  MILLISECOND: 1000n,
  MICROSECOND: 1n,
};

/** Months later, the day kept within the month. */
export function addMonths(days: number, months: number): number {
  const { year, month, day } = civilOf(days);
  const index = year * 12 + month - 1 + months;
  const [y, m] = [Math.floor(index / 12), (((index % 12) + 12) % 12) + 1];
  return daysOf(y, m, Math.min(day, daysInMonth(y, m)));
}

export function checkDays(days: number): number {
  if (days < MIN_DAYS || days > MAX_DAYS) throw new Error("Date is out of range");
  return days;
}

export function checkMicros(micros: bigint): bigint {
  if (micros < MIN_MICROS || micros > MAX_MICROS)
    throw new Error("Timestamp or datetime is out of range");
  return micros;
}

export function plus(micros: bigint, interval: PlainInterval): bigint {
  const { days, time } = splitMicros(micros);
  const moved = interval.months === 0 ? days : addMonths(days, interval.months);
  return checkMicros(BigInt(moved + interval.days) * MICROS_PER_DAY + time + interval.micros);
}

operator("interval_of", [INT64, STRING], INTERVAL, (n: bigint, part: string) =>
  checkInterval(intervalOf(n, part)),
);
operator("interval_check", [INTERVAL], INTERVAL, (value: PlainInterval) => checkInterval(value));
operator("datetime_plus_interval", [DATETIME, INTERVAL], DATETIME, plus);
operator(
  "date_plus_interval",
  [DATE, INTERVAL],
  DATETIME,
  (days: number, interval: PlainInterval) => plus(BigInt(days) * MICROS_PER_DAY, interval),
);
operator(
  "timestamp_plus_interval",
  [TIMESTAMP, INTERVAL],
  TIMESTAMP,
  (micros: bigint, interval: PlainInterval) => {
    if (interval.months !== 0)
      throw new Error("TIMESTAMP +/- INTERVAL does not support intervals with MONTH or YEAR parts");
    return plus(micros, interval);
  },
);
operator("date_add_days", [DATE, INT64], DATE, (days: number, n: bigint) =>
  checkDays(days + Number(n)),
);
operator("date_minus", [DATE, DATE], INTERVAL, (a: number, b: number) => ({
  ...zero,
  days: a - b,
}));
operator("datetime_minus", [DATETIME, DATETIME], INTERVAL, (a: bigint, b: bigint) => ({
  ...zero,
  micros: a - b,
}));
operator("time_minus", [TIME, TIME], INTERVAL, (a: bigint, b: bigint) => ({
  ...zero,
  micros: a - b,
}));
operator(
  "interval_multiply",
  [INTERVAL, INT64],
  INTERVAL,
  ({ months, days, micros }: PlainInterval, n: bigint) =>
    checkInterval({ months: months * Number(n), days: days * Number(n), micros: micros * n }),
);
/** What is left of months goes to days at 30 each, what is left of days to the time. */
export function divideInterval({ months, days, micros }: PlainInterval, n: bigint): PlainInterval {
  if (n === 0n) throw new Error("Interval division by zero");
  const d = Number(n);
  const restDays = (months % d) * 30 + days;
  const restMicros = BigInt(restDays % d) * MICROS_PER_DAY + micros;
  return {
    months: Math.trunc(months / d),
    days: Math.trunc(restDays / d),
    micros: restMicros / n,
  };
}
operator("interval_divide", [INTERVAL, INT64], INTERVAL, divideInterval);

operator(
  "extract_interval",
  [INTERVAL, STRING],
  INT64,
  ({ months, days, micros }: PlainInterval, part: string) => {
    switch (part) {
      case "YEAR":
        return BigInt(Math.trunc(months / 12));
      case "MONTH":
        return BigInt(months % 12);
      case "DAY":
        return BigInt(days);
      case "HOUR":
        return micros / 3_600_000_000n;
      case "MINUTE":
        return (micros / 60_000_000n) % 60n;
      case "SECOND":
        return (micros / 1_000_000n) % 60n;
      case "MILLISECOND":
        return (micros / 1000n) % 1000n;
      default:
        return micros % 1_000_000n;
    }
  },
);
