import { daysInMonth, daysOf, MAX_MICROS, MICROS_PER_DAY, MIN_MICROS } from "./calendar.ts";
import { fromLocal } from "./time-zone.ts";

const dateForm = "(\\d{1,4})-(\\d{1,2})-(\\d{1,2})";
const timeForm = "(\\d{1,2}):(\\d{1,2}):(\\d{1,2})(?:\\.(\\d{0,9}))?";
const date = new RegExp(`^\\s*${dateForm}\\s*$`);
const time = new RegExp(`^\\s*${timeForm}\\s*$`);
const datetime = new RegExp(`^\\s*${dateForm}(?:(?:\\s|[Tt])\\s*${timeForm})?\\s*$`);
const timestamp = new RegExp(
  `^\\s*${dateForm}(?:(?:\\s|[Tt])${timeForm})?\\s*([Zz]|[+-]\\d{1,2}(?::?\\d{2})?|[A-Za-z][A-Za-z0-9_+/-]*)?\\s*$`,
);

/** Reads a DATE, TIME, DATETIME or TIMESTAMP in its canonical text form; undefined when it is not one. */
export function parseTemporal(
  text: string,
  kind: string,
  zone = "UTC",
): number | bigint | undefined {
  switch (kind) {
    case "DATE":
      return days(date.exec(text)?.slice(1));
    case "TIME":
      return micros(time.exec(text)?.slice(1));
    case "DATETIME":
      return civil(datetime.exec(text)?.slice(1));
    case "TIMESTAMP": {
      const parts = timestamp.exec(text)?.slice(1);
      const local = civil(parts);
      if (local === undefined) return undefined;
      const named = parts?.[7] ?? zone;
      try {
        const utc = fromLocal(local, /^z$/i.test(named) ? "UTC" : named);
        return utc < MIN_MICROS || utc > MAX_MICROS ? undefined : utc;
      } catch {
        return undefined; // a zone that there is not makes the text no timestamp
      }
    }
    default:
      return undefined;
  }
}

function days(parts: readonly string[] | undefined): number | undefined {
  if (parts === undefined) return undefined;
  const [year = 0, month = 0, day = 0] = parts.slice(0, 3).map(Number);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month))
    return undefined;
  return daysOf(year, month, day);
}

function micros(parts: readonly (string | undefined)[] | undefined): bigint | undefined {
  if (parts === undefined) return undefined;
  const [hour = 0, minute = 0, second = 0] = parts.slice(0, 3).map(Number);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const fraction = parts[3] ?? "";
  if (fraction.length > 6 && /[1-9]/.test(fraction.slice(6))) return undefined;
  return (
    BigInt(hour * 3600 + minute * 60 + second) * 1_000_000n +
    BigInt(fraction.slice(0, 6).padEnd(6, "0"))
  );
}

function civil(parts: readonly (string | undefined)[] | undefined): bigint | undefined {
  const day = days(parts as string[] | undefined);
  if (day === undefined || parts === undefined) return undefined;
  const clock = parts[3] === undefined ? 0n : micros(parts.slice(3, 7));
  return clock === undefined ? undefined : BigInt(day) * MICROS_PER_DAY + clock;
}
