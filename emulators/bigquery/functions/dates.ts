import type { PlainInterval } from "../engine/literal.ts";
import { daysInMonth, daysOf, floorDiv, MICROS_PER_DAY } from "./calendar.ts";
import { type Moment, formatMoment } from "./date-format.ts";
import { parseMoment } from "./date-parse.ts";
import { js, native } from "./define.ts";
import { checkDays, checkInterval, checkMicros } from "./interval.ts";
import { parseTemporal } from "./temporal-text.ts";
import { timestampText, toLocal } from "./time-zone.ts";

function civilDays(year: bigint, month: bigint, day: bigint): number {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  if (y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 || d > daysInMonth(y, m))
    throw new Error(`Input calculates to invalid date: ${y}-${m}-${d}`);
  return daysOf(y, m, d);
}

function clock(hour: bigint, minute: bigint, second: bigint): bigint {
  if (hour < 0n || hour > 23n || minute < 0n || minute > 59n || second < 0n || second > 60n)
    throw new Error(`Input calculates to invalid time: ${hour}:${minute}:${second}`);
  return ((hour * 3600n + minute * 60n + second) * 1_000_000n) % MICROS_PER_DAY;
}

js("DATE", "INT64 INT64 INT64 -> DATE", civilDays);
native("DATE", "DATE -> DATE", (x) => x);
native("DATE", "DATETIME -> DATE", (x) => `CAST(${x} AS DATE)`);
native("DATE", "TIMESTAMP -> DATE", (x) => `CAST(${x} AS DATE)`);
js("DATE", "TIMESTAMP STRING -> DATE", (micros: bigint, zone: string) =>
  Number(floorDiv(toLocal(micros, zone), MICROS_PER_DAY)),
);

js("TIME", "INT64 INT64 INT64 -> TIME", clock);
native("TIME", "DATETIME -> TIME", (x) => `CAST(${x} AS TIME)`);
native("TIME", "TIMESTAMP -> TIME", (x) => `CAST(${x} AS TIME)`);
native("TIME", "TIME -> TIME", (x) => x);
js("TIME", "TIMESTAMP STRING -> TIME", (micros: bigint, zone: string) => {
  const local = toLocal(micros, zone);
  return local - floorDiv(local, MICROS_PER_DAY) * MICROS_PER_DAY;
});

js(
  "DATETIME",
  "INT64 INT64 INT64 INT64 INT64 INT64 -> DATETIME",
  (y: bigint, mo: bigint, d: bigint, h: bigint, mi: bigint, s: bigint) =>
    BigInt(civilDays(y, mo, d)) * MICROS_PER_DAY + clock(h, mi, s),
);
js(
  "DATETIME",
  "DATE TIME -> DATETIME",
  (days: number, time: bigint) => BigInt(days) * MICROS_PER_DAY + time,
);
native("DATETIME", "DATETIME -> DATETIME", (x) => x);
native("DATETIME", "DATE -> DATETIME", (x) => `CAST(${x} AS TIMESTAMP)`);
native("DATETIME", "TIMESTAMP -> DATETIME", (x) => x);
js("DATETIME", "TIMESTAMP STRING -> DATETIME", (micros: bigint, zone: string) =>
  checkMicros(toLocal(micros, zone)),
);

const timestampOf = (text: string, zone?: string) => {
  // A text that names its own zone leaves no place for another.
  if (
    zone !== undefined &&
    /(?:[zZ]|[+-]\d{1,2}(?::?\d{2})?|\s[A-Za-z_]+(?:\/\w+)*)\s*$/.test(
      text.replace(/^\s*\d{1,4}-\d{1,2}-\d{1,2}/, ""),
    )
  )
    throw new Error(`Invalid timestamp: '${text}' has a time zone, and another is given`);
  const value = parseTemporal(text, "TIMESTAMP", zone);
  if (value === undefined) throw new Error(`Invalid timestamp: '${text}'`);
  return value;
};
native("TIMESTAMP", "TIMESTAMP -> TIMESTAMP", (x) => x);
js("TIMESTAMP", "STRING STRING? -> TIMESTAMP", timestampOf);
native("TIMESTAMP", "DATE -> TIMESTAMP", (x) => `CAST(${x} AS TIMESTAMP)`);
native("TIMESTAMP", "DATETIME -> TIMESTAMP", (x) => x);
native("TIMESTAMP", "DATETIME STRING -> TIMESTAMP", (x, zone) => `gsql_from_local(${x}, ${zone})`);
native(
  "TIMESTAMP",
  "DATE STRING -> TIMESTAMP",
  (x, zone) => `gsql_from_local(CAST(${x} AS TIMESTAMP), ${zone})`,
);
js("STRING", "TIMESTAMP STRING? -> STRING", (micros: bigint, zone = "UTC") =>
  timestampText(micros, zone),
);

const seconds = 1_000_000n;
js("UNIX_SECONDS", "TIMESTAMP -> INT64", (micros: bigint) => floorDiv(micros, seconds));
js("UNIX_MILLIS", "TIMESTAMP -> INT64", (micros: bigint) => floorDiv(micros, 1000n));
js("UNIX_MICROS", "TIMESTAMP -> INT64", (micros: bigint) => micros);
js("TIMESTAMP_SECONDS", "INT64 -> TIMESTAMP", (n: bigint) => checkMicros(n * seconds));
js("TIMESTAMP_MILLIS", "INT64 -> TIMESTAMP", (n: bigint) => checkMicros(n * 1000n));
js("TIMESTAMP_MICROS", "INT64 -> TIMESTAMP", (n: bigint) => checkMicros(n));
js("UNIX_DATE", "DATE -> INT64", (days: number) => BigInt(days));
js("DATE_FROM_UNIX_DATE", "INT64 -> DATE", (days: bigint) =>
  checkDays(days > 10_000_000n || days < -10_000_000n ? NaN : Number(days)),
);

const format = (moment: Moment, text: string) => formatMoment(text, moment);
js("FORMAT_DATE", "STRING DATE -> STRING", (text: string, days: number) =>
  format({ local: BigInt(days) * MICROS_PER_DAY, has: "date" }, text),
);
js("FORMAT_TIME", "STRING TIME -> STRING", (text: string, micros: bigint) =>
  format({ local: micros, has: "time" }, text),
);
js("FORMAT_DATETIME", "STRING DATETIME -> STRING", (text: string, micros: bigint) =>
  format({ local: micros, has: "datetime" }, text),
);
js(
  "FORMAT_TIMESTAMP",
  "STRING TIMESTAMP STRING? -> STRING",
  (text: string, micros: bigint, zone = "UTC") =>
    format({ local: toLocal(micros, zone), has: "timestamp", zone, utc: micros }, text),
);

js("PARSE_DATE", "STRING STRING -> DATE", (text: string, value: string) =>
  Number(parseMoment(text, value, "date")),
);
js("PARSE_TIME", "STRING STRING -> TIME", (text: string, value: string) =>
  parseMoment(text, value, "time"),
);
js("PARSE_DATETIME", "STRING STRING -> DATETIME", (text: string, value: string) =>
  checkMicros(parseMoment(text, value, "datetime")),
);
js(
  "PARSE_TIMESTAMP",
  "STRING STRING STRING? -> TIMESTAMP",
  (text: string, value: string, zone?: string) =>
    checkMicros(parseMoment(text, value, "timestamp", zone)),
);

function justifyHours({ months, days, micros }: PlainInterval): PlainInterval {
  const more = micros / MICROS_PER_DAY;
  return checkInterval(
    sameSign({ months, days: days + Number(more), micros: micros - more * MICROS_PER_DAY }),
  );
}

function justifyDays({ months, days, micros }: PlainInterval): PlainInterval {
  const more = Math.trunc(days / 30);
  let [m, d] = [months + more, days - more * 30];
  if (m > 0 && d < 0) [m, d] = [m - 1, d + 30];
  else if (m < 0 && d > 0) [m, d] = [m + 1, d - 30];
  return checkInterval({ months: m, days: d, micros });
}

/** Days of 24 hours, months of 30 days, and one sign for all. */
function justifyInterval({ months, days, micros }: PlainInterval): PlainInterval {
  const total = (BigInt(months) * 30n + BigInt(days)) * MICROS_PER_DAY + micros;
  const allDays = Number(total / MICROS_PER_DAY);
  return checkInterval({
    months: Math.trunc(allDays / 30),
    days: allDays % 30,
    micros: total % MICROS_PER_DAY,
  });
}

js("JUSTIFY_HOURS", "INTERVAL -> INTERVAL", justifyHours);
js("JUSTIFY_DAYS", "INTERVAL -> INTERVAL", justifyDays);
js("JUSTIFY_INTERVAL", "INTERVAL -> INTERVAL", justifyInterval);

/** Days and time with one sign. */
function sameSign({ months, days, micros }: { months: number; days: number; micros: bigint }) {
  if (days > 0 && micros < 0n) return { months, days: days - 1, micros: micros + MICROS_PER_DAY };
  if (days < 0 && micros > 0n) return { months, days: days + 1, micros: micros - MICROS_PER_DAY };
  return { months, days, micros };
}
