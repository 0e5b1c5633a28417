import {
  DATE,
  DATETIME,
  INT64,
  INTERVAL,
  STRING,
  TIME,
  TIMESTAMP,
  type Type,
} from "../analyze/types.ts";
import type { Plain, PlainInterval } from "../engine/literal.ts";
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
import { internalUdf } from "./define.ts";

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

function operator(
  name: string,
  params: readonly Type[],
  result: Type,
  call: (...args: never[]) => Plain,
): void {
  internalUdf(name, params, result, call, {}, `gsql_${name}`);
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
operator(
  "interval_divide",
  [INTERVAL, INT64],
  INTERVAL,
  ({ months, days, micros }: PlainInterval, n: bigint) => {
    if (n === 0n) throw new Error("Interval division by zero");
    const d = Number(n);
    // What is left of months goes to days at 30 each, what is left of days to the time.
    const restDays = (months % d) * 30 + days;
    const restMicros = BigInt(restDays % d) * MICROS_PER_DAY + micros;
    return {
      months: Math.trunc(months / d),
      days: Math.trunc(restDays / d),
      micros: restMicros / n,
    };
  },
);

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

/** `Y-M D H:M:S[.f]`, as results and CAST write it. */
export function intervalText({ months, days, micros }: PlainInterval): string {
  const m = Math.abs(months);
  const t = micros < 0n ? -micros : micros;
  const fraction = t % 1_000_000n;
  const digits =
    fraction === 0n
      ? ""
      : fraction % 1000n === 0n
        ? `.${String(fraction / 1000n).padStart(3, "0")}`
        : `.${String(fraction).padStart(6, "0")}`;
  const clock = `${t / 3_600_000_000n}:${(t / 60_000_000n) % 60n}:${(t / 1_000_000n) % 60n}${digits}`;
  return `${months < 0 ? "-" : ""}${Math.trunc(m / 12)}-${m % 12} ${days} ${micros < 0n ? "-" : ""}${clock}`;
}

operator("cast_interval_string", [INTERVAL], STRING, intervalText);
operator("cast_string_interval", [STRING], INTERVAL, (text: string) => {
  const value = parseInterval(text);
  if (value === undefined) throw new Error(`Invalid INTERVAL value '${text}'`);
  return checkInterval(value);
});
operator(
  "interval_from_text",
  [STRING, STRING, STRING],
  INTERVAL,
  (text: string, from: string, to: string) => {
    const value = to === "" ? singlePart(text, from) : rangeOfParts(text, from, to);
    if (value === undefined) throw new Error(`Invalid INTERVAL value '${text}'`);
    return checkInterval(value);
  },
);

function singlePart(text: string, part: string): PlainInterval | undefined {
  const match = /^([+-]?)(\d+)(?:\.(\d{1,6}))?$/.exec(text.trim());
  if (match === null || (match[3] !== undefined && part !== "SECOND")) return undefined;
  const sign = match[1] === "-" ? -1n : 1n;
  const whole = intervalOf(sign * BigInt(match[2] ?? "0"), part);
  const fraction = sign * BigInt((match[3] ?? "").padEnd(6, "0"));
  return { ...whole, micros: whole.micros + (match[3] === undefined ? 0n : fraction) };
}

const order = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"] as const;

/** Text of consecutive parts: `1-2` for YEAR TO MONTH, `3 4:5:6.7` for DAY TO SECOND. */
function rangeOfParts(text: string, from: string, to: string): PlainInterval | undefined {
  const [first, last] = [order.indexOf(from as "DAY"), order.indexOf(to as "DAY")];
  if (first < 0 || last <= first) return undefined;
  const pattern: string[] = [];
  const has = (part: (typeof order)[number]) =>
    order.indexOf(part) >= first && order.indexOf(part) <= last;
  if (has("YEAR"))
    pattern.push(
      has("MONTH") ? "(?<ym>[+-]?)(?<YEAR>\\d+)-(?<MONTH>\\d+)" : "(?<ym>[+-]?)(?<YEAR>\\d+)",
    );
  else if (has("MONTH")) pattern.push("(?<ym>[+-]?)(?<MONTH>\\d+)");
  if (has("DAY")) pattern.push("(?<DAY>[+-]?\\d+)");
  const clock = order
    .slice(3)
    .filter((part) => has(part))
    .map((part) =>
      part === "SECOND" ? "(?<SECOND>\\d+)(?:\\.(?<f>\\d{1,6}))?" : `(?<${part}>\\d+)`,
    );
  if (clock.length > 0) pattern.push(`(?<t>[+-]?)${clock.join(":")}`);
  const groups = new RegExp(`^${pattern.join(" +")}$`).exec(text.trim())?.groups;
  if (groups === undefined) return undefined;
  const number = (name: string) => Number(groups[name] ?? 0);
  const months = (number("YEAR") * 12 + number("MONTH")) * (groups["ym"] === "-" ? -1 : 1);
  const micros =
    BigInt(number("HOUR") * 3600 + number("MINUTE") * 60 + number("SECOND")) * 1_000_000n +
    BigInt((groups["f"] ?? "").padEnd(6, "0"));
  return { months, days: number("DAY"), micros: groups["t"] === "-" ? -micros : micros };
}

/** `CAST(text AS INTERVAL)`: the canonical form, any run of its parts, or ISO 8601's. */
export function parseInterval(text: string): PlainInterval | undefined {
  if (/^[+-]?P/.test(text.trim())) return isoInterval(text.trim());
  for (const [i, from] of order.entries())
    for (const to of order.slice(i + 1)) {
      // A form without its marks (`1-2`, `1 2`, `1:2`) could be several; only those that BigQuery reads are tried.
      if (
        ![
          "YEAR MONTH",
          "YEAR DAY",
          "YEAR HOUR",
          "YEAR MINUTE",
          "YEAR SECOND",
          "MONTH DAY",
          "MONTH SECOND",
          "DAY HOUR",
          "DAY SECOND",
          "HOUR SECOND",
        ].includes(`${from} ${to}`)
      )
        continue;
      if (from === "MONTH" || (to === "HOUR" && from === "DAY")) continue;
      const value = rangeOfParts(text, from, to);
      if (value !== undefined) return value;
    }
  return undefined;
}

function isoInterval(text: string): PlainInterval | undefined {
  const n = "([+-]?\\d+)";
  const match = new RegExp(
    `^P(?:${n}Y)?(?:${n}M)?(?:${n}W)?(?:${n}D)?(?<time>T(?:${n}H)?(?:${n}M)?(?:([+-]?\\d+(?:[.,]\\d{1,6})?)S)?)?$`,
  ).exec(text);
  if (match === null || text === "P" || match.groups?.["time"] === "T") return undefined;
  const [, y, mo, w, d, , h, mi, s] = match;
  const seconds = s === undefined ? 0n : secondsOf(s.replace(",", "."));
  return {
    months: Number(y ?? 0) * 12 + Number(mo ?? 0),
    days: Number(w ?? 0) * 7 + Number(d ?? 0),
    micros: BigInt(h ?? 0) * 3_600_000_000n + BigInt(mi ?? 0) * 60_000_000n + seconds,
  };
}

function secondsOf(text: string): bigint {
  const [, sign = "", whole = "0", fraction = ""] = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  const micros = BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
  return sign === "-" ? -micros : micros;
}
