import { DATE, DATETIME, STRING, TIME, TIMESTAMP, type Type } from "../analyze/types.ts";
import type { Plain } from "../engine/literal.ts";
import {
  civilOf,
  daysInMonth,
  daysOf,
  MICROS_PER_DAY,
  splitMicros,
  weekdayOf,
} from "./calendar.ts";
import { dayNames, monthNames } from "./date-format.ts";
import { internalUdf } from "./define.ts";
import { checkMicros } from "./interval.ts";
import { fromLocal, offsetAt, toLocal } from "./time-zone.ts";

/** The elements of CAST's FORMAT clause, longest first. */
const elements =
  /^(?:"(?:[^"\\]|\\.)*"|Y,YYY|YYYY|RRRR|YYY|YY|RR|Y|MONTH|MON|MM|DDD|DD|DAY|DY|D|HH24|HH12|HH|MI|SSSSS|SS|FF[1-9]|A\.M\.|P\.M\.|AM|PM|TZH|TZM|[-./,';: ])/i;

const dateElements = /^(?:Y,YYY|YYYY|RRRR|YYY|YY|RR|Y|MONTH|MON|MM|DDD|DD|DAY|DY|D)$/;
const timeElements = /^(?:HH24|HH12|HH|MI|SSSSS|SS|FF[1-9]|A\.M\.|P\.M\.|AM|PM)$/;

function parts(format: string, kind: string): string[] {
  const found: string[] = [];
  let rest = format;
  while (rest !== "") {
    const element = elements.exec(rest)?.[0];
    if (element === undefined) throw new Error(`Cannot find matched format element at: ${rest}`);
    const name = element.toUpperCase();
    const wrong =
      (kind === "DATE" && timeElements.test(name)) ||
      (kind === "TIME" && dateElements.test(name)) ||
      (kind !== "TIMESTAMP" && name.startsWith("TZ"));
    if (wrong) throw new Error(`Format element '${element}' is not supported for the type ${kind}`);
    found.push(element);
    rest = rest.slice(element.length);
  }
  return found;
}

const pad = (n: number, width: number) => String(n).padStart(width, "0");

/** A name in the case of its element: `MON`, `Mon`, `mon`. */
function cased(name: string, element: string): string {
  if (element === element.toUpperCase()) return name.toUpperCase();
  return element.charAt(0) === element.charAt(0).toUpperCase() ? name : name.toLowerCase();
}

function write(element: string, local: bigint, offset: bigint): string {
  if (element.startsWith('"')) return element.slice(1, -1).replaceAll(/\\(.)/g, "$1");
  const { days, time } = splitMicros(local);
  const { year, month, day } = civilOf(days);
  const seconds = Number(time / 1_000_000n);
  const hour = Math.floor(seconds / 3600);
  const fraction = pad(Number(time % 1_000_000n), 6);
  const name = element.toUpperCase();
  if (name.startsWith("FF")) return fraction.padEnd(9, "0").slice(0, Number(name.slice(2)));
  const absolute = Number((offset < 0n ? -offset : offset) / 60_000_000n);
  switch (name) {
    case "YYYY":
    case "RRRR":
      return pad(year, 4);
    case "Y,YYY":
      return `${Math.floor(year / 1000)},${pad(year % 1000, 3)}`;
    case "YYY":
      return pad(year % 1000, 3);
    case "YY":
    case "RR":
      return pad(year % 100, 2);
    case "Y":
      return String(year % 10);
    case "MONTH":
      return cased(monthNames[month - 1] ?? "", element);
    case "MON":
      return cased(monthNames[month - 1]?.slice(0, 3) ?? "", element);
    case "MM":
      return pad(month, 2);
    case "DDD":
      return pad(days - daysOf(year, 1, 1) + 1, 3);
    case "DD":
      return pad(day, 2);
    case "DAY":
      return cased(dayNames[weekdayOf(days)] ?? "", element);
    case "DY":
      return cased(dayNames[weekdayOf(days)]?.slice(0, 3) ?? "", element);
    case "D":
      return String(weekdayOf(days) + 1);
    case "HH24":
      return pad(hour, 2);
    case "HH12":
    case "HH":
      return pad(hour % 12 === 0 ? 12 : hour % 12, 2);
    case "MI":
      return pad(Math.floor(seconds / 60) % 60, 2);
    case "SS":
      return pad(seconds % 60, 2);
    case "SSSSS":
      return pad(seconds, 5);
    case "AM":
    case "PM":
      return cased(hour < 12 ? "Am" : "Pm", element).replace(
        "m",
        element.endsWith("m") ? "m" : "M",
      );
    case "A.M.":
    case "P.M.":
      return element === name ? (hour < 12 ? "A.M." : "P.M.") : hour < 12 ? "a.m." : "p.m.";
    case "TZH":
      return `${offset < 0n ? "-" : "+"}${pad(Math.floor(absolute / 60), 2)}`;
    case "TZM":
      return pad(absolute % 60, 2);
    default:
      return element;
  }
}

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

function read(text: string, found: readonly string[], now: number): Read {
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
function assemble(fields: Read, kind: string, zone: string): bigint {
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

const types: readonly Type[] = [DATE, TIME, DATETIME, TIMESTAMP];
for (const type of types) {
  const { kind } = type;
  const localOf = (value: number | bigint, zone: string) =>
    kind === "DATE"
      ? BigInt(value) * MICROS_PER_DAY
      : kind === "TIMESTAMP"
        ? toLocal(BigInt(value), zone)
        : BigInt(value);
  const toText = (value: number | bigint, format: string, zone: string) => {
    const offset = kind === "TIMESTAMP" ? offsetAt(zone, BigInt(value)) : 0n;
    return parts(format, kind)
      .map((element) => write(element, localOf(value, zone), offset))
      .join("");
  };
  const fromText = (text: string, format: string, zone: string): Plain => {
    const found = parts(format, kind);
    const value = assemble(read(text, found, new Date().getUTCFullYear()), kind, zone);
    return kind === "DATE" ? Number(value) : value;
  };
  const name = kind.toLowerCase();
  internalUdf(
    `format_cast_from_${name}`,
    [type, STRING, STRING],
    STRING,
    toText,
    {},
    `gsql_format_cast_from_${name}`,
  );
  internalUdf(
    `format_cast_to_${name}`,
    [STRING, STRING, STRING],
    type,
    fromText,
    {},
    `gsql_format_cast_to_${name}`,
  );
}
