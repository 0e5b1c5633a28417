import { DATE, DATETIME, STRING, TIME, TIMESTAMP, type Type } from "../analyze/types.ts";
import type { Plain } from "../engine/literal.ts";
import { civilOf, daysOf, MICROS_PER_DAY, splitMicros, weekdayOf } from "./calendar.ts";
import { dayNames, monthNames } from "./date-format.ts";
import { internalUdf } from "./define.ts";
import { assembleModel, readModel } from "./format-model-read.ts";
import { offsetAt, toLocal } from "./time-zone.ts";

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
    const value = assembleModel(readModel(text, found, new Date().getUTCFullYear()), kind, zone);
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
