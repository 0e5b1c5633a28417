import { civilOf, daysOf, MICROS_PER_DAY, splitMicros } from "./calendar.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  try {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "iso8601",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
      era: "short",
    });
    formats.set(zone, format);
    return format;
  } catch (cause) {
    throw new Error(`Invalid time zone: ${zone}`, { cause });
  }
}

const fixed = /^(?:UTC)?([+-])(\d{1,2})(?::?(\d{2}))?$/;

/** Microseconds east of UTC at an instant. Takes IANA names and `+HH[:MM]`. Throws for an unknown zone. */
export function offsetAt(zone: string, utcMicros: bigint): bigint {
  if (/^(?:UTC|Z|GMT|Etc\/UTC)$/i.test(zone)) return 0n;
  const match = fixed.exec(zone);
  if (match !== null) {
    const [, sign, hours = "0", minutes = "0"] = match;
    if (Number(hours) > 14 || Number(minutes) > 59) throw new Error(`Invalid time zone: ${zone}`);
    const micros = BigInt((Number(hours) * 60 + Number(minutes)) * 60_000_000);
    return sign === "-" ? -micros : micros;
  }
  if (/^[+-]/.test(zone)) throw new Error(`Invalid time zone: ${zone}`);
  const seconds = (utcMicros - (((utcMicros % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n;
  const parts: Record<string, number> = {};
  let before = false;
  for (const { type, value } of formatOf(zone).formatToParts(Number(seconds) * 1000)) {
    if (type === "era") before = value.startsWith("B");
    else parts[type] = Number(value);
  }
  const year = before ? 1 - (parts["year"] ?? 0) : (parts["year"] ?? 0);
  const days = daysOf(year, parts["month"] ?? 1, parts["day"] ?? 1);
  const local =
    BigInt(days) * 86_400n +
    BigInt((parts["hour"] ?? 0) * 3600 + (parts["minute"] ?? 0) * 60 + (parts["second"] ?? 0));
  return (local - seconds) * 1_000_000n;
}

/** The civil time of an instant in a zone, as microseconds. */
export const toLocal = (utcMicros: bigint, zone: string): bigint =>
  utcMicros + offsetAt(zone, utcMicros);

/** The instant of a civil time; a time that a shift skips moves forward, one that occurs twice is the first. */
export function fromLocal(local: bigint, zone: string): bigint {
  const before = offsetAt(zone, local - MICROS_PER_DAY);
  const after = offsetAt(zone, local + MICROS_PER_DAY);
  const early = local - before;
  if (offsetAt(zone, early) === before) return early;
  const late = local - after;
  if (offsetAt(zone, late) === after) return late;
  return early;
}

/** `YYYY-MM-DD` of days since 1970. */
export function dateText(days: number): string {
  const { year, month, day } = civilOf(days);
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

const two = (n: number) => String(n).padStart(2, "0");

/** `HH:MM:SS` with 0, 3 or 6 digits of fraction, as many as the value needs. */
export function timeText(micros: bigint): string {
  const seconds = Number(micros / 1_000_000n);
  const fraction = Number(micros % 1_000_000n);
  const base = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  if (fraction === 0) return base;
  return fraction % 1000 === 0
    ? `${base}.${String(fraction / 1000).padStart(3, "0")}`
    : `${base}.${String(fraction).padStart(6, "0")}`;
}

export function datetimeText(micros: bigint, separator = " "): string {
  const { days, time } = splitMicros(micros);
  return `${dateText(days)}${separator}${timeText(time)}`;
}

/** The text of a TIMESTAMP: civil time and offset, `2020-01-02 03:04:05+00`. */
export function timestampText(micros: bigint, zone = "UTC"): string {
  const offset = offsetAt(zone, micros);
  return datetimeText(micros + offset) + offsetText(offset);
}

export function offsetText(offset: bigint, always = false): string {
  const minutes = Number((offset < 0n ? -offset : offset) / 60_000_000n);
  const rest = minutes % 60;
  return `${offset < 0n ? "-" : "+"}${two(Math.floor(minutes / 60))}${rest === 0 && !always ? "" : `:${two(rest)}`}`;
}
