import { daysInMonth, daysOf, MICROS_PER_DAY } from "./calendar.ts";
import { monthNames } from "./date-format.ts";
import { checkMicros } from "./interval.ts";
import { fromLocal } from "./time-zone.ts";

/** What a text gave for the elements of a format. */
interface Read {
  year?: number;
  month?: number;
  day?: number;
  dayOfYear?: number;
  hour?: number;
  hour12?: number;
  afternoon?: boolean;
  minute?: number;
  second?: number;
  secondOfDay?: number;
  micros?: number;
  zoneHour?: number;
  zoneMinute?: number;
}

export function readModel(text: string, found: readonly string[], now: number): Read {
  const fields: Read = {};
  let at = 0;
  const fail = () => new Error(`Failed to parse input string "${text}"`);
  const take = (pattern: RegExp): string => {
    const match = pattern.exec(text.slice(at))?.[0];
    if (match === undefined) throw fail();
    at += match.length;
    return match;
  };
  const number = (digits: number) => Number(take(new RegExp(`^\\d{1,${digits}}`)));
  const named = (names: readonly string[], length?: number): number => {
    const rest = text.slice(at).toLowerCase();
    const index = names.findIndex((name) => rest.startsWith(name.slice(0, length).toLowerCase()));
    if (index < 0) throw fail();
    at += names[index]?.slice(0, length).length ?? 0;
    return index;
  };
  const century = Math.floor(now / 100) * 100;
  while (/\s/.test(text.charAt(at))) at += 1;
  for (const element of found) {
    const name = element.toUpperCase();
    if (name.startsWith("FF")) {
      fields.micros = Number(
        take(new RegExp(`^\\d{1,${name.slice(2)}}`))
          .padEnd(6, "0")
          .slice(0, 6),
      );
      continue;
    }
    switch (name) {
      case "YYYY":
      case "RRRR":
        fields.year = number(4);
        break;
      case "Y,YYY":
        fields.year = Number(take(/^\d,\d{3}/).replace(",", ""));
        break;
      case "YYY":
        fields.year = Math.floor(now / 1000) * 1000 + number(3);
        break;
      case "YY":
        fields.year = century + number(2);
        break;
      case "RR": {
        const short = number(2);
        const ahead = now % 100 < 50 ? (short < 50 ? 0 : -100) : short < 50 ? 100 : 0;
        fields.year = century + ahead + short;
        break;
      }
      case "Y":
        fields.year = Math.floor(now / 10) * 10 + number(1);
        break;
      case "MONTH":
        fields.month = named(monthNames) + 1;
        break;
      case "MON":
        fields.month = named(monthNames, 3) + 1;
        break;
      case "MM":
        fields.month = number(2);
        break;
      case "DD":
        fields.day = number(2);
        break;
      case "DDD":
        fields.dayOfYear = number(3);
        break;
      case "HH24":
        fields.hour = number(2);
        break;
      case "HH":
      case "HH12":
        fields.hour12 = number(2);
        break;
      case "MI":
        fields.minute = number(2);
        break;
      case "SS":
        fields.second = number(2);
        break;
      case "SSSSS":
        fields.secondOfDay = number(5);
        break;
      case "AM":
      case "PM":
        fields.afternoon = take(/^[AaPp][Mm]/).toLowerCase() === "pm";
        break;
      case "A.M.":
      case "P.M.":
        fields.afternoon = take(/^[AaPp]\.[Mm]\./).toLowerCase() === "p.m.";
        break;
      case "TZH":
        fields.zoneHour = Number(take(/^[+-]?\d{1,2}/));
        break;
      case "TZM":
        fields.zoneMinute = number(2);
        break;
      case "DAY":
      case "DY":
      case "D":
        throw new Error(`Format element '${element}' is not supported for parsing`);
      case " ":
        take(/^\s+/);
        break;
      default: {
        const written = element.startsWith('"')
          ? element.slice(1, -1).replaceAll(/\\(.)/g, "$1")
          : element;
        if (!text.startsWith(written, at)) throw fail();
        at += written.length;
      }
    }
  }
  if (text.slice(at).trim() !== "") throw fail();
  return fields;
}

/** Microseconds from what was read; the date is the first of this month where none was given. */
export function assembleModel(fields: Read, kind: string, zone: string): bigint {
  const now = new Date();
  const [year, month] = [
    fields.year ?? now.getUTCFullYear(),
    fields.month ?? now.getUTCMonth() + 1,
  ];
  const day = fields.day ?? 1;
  const { dayOfYear } = fields;
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month))
    throw new Error("Out-of-range date in CAST with FORMAT");
  const days = dayOfYear === undefined ? daysOf(year, month, day) : daysOf(year, 1, dayOfYear);
  const { hour12 } = fields;
  if (hour12 !== undefined && (hour12 < 1 || hour12 > 12 || fields.afternoon === undefined))
    throw new Error("HH12 needs a meridian indicator");
  const hour =
    hour12 === undefined
      ? (fields.hour ?? 0)
      : (hour12 % 12) + (fields.afternoon === true ? 12 : 0);
  const [minute, second] = [fields.minute ?? 0, fields.second ?? 0];
  if (hour > 23 || minute > 59 || second > 59 || (fields.secondOfDay ?? 0) > 86_399)
    throw new Error("Out-of-range time in CAST with FORMAT");
  const seconds = fields.secondOfDay ?? hour * 3600 + minute * 60 + second;
  const time = BigInt(seconds) * 1_000_000n + BigInt(fields.micros ?? 0);
  if (kind === "DATE") return BigInt(days);
  if (kind === "TIME") return time;
  const local = BigInt(days) * MICROS_PER_DAY + time;
  if (kind === "DATETIME") return checkMicros(local);
  if (fields.zoneHour === undefined) return checkMicros(fromLocal(local, zone));
  const minutes = Math.abs(fields.zoneHour) * 60 + (fields.zoneMinute ?? 0);
  return checkMicros(local - BigInt((fields.zoneHour < 0 ? -minutes : minutes) * 60) * 1_000_000n);
}
