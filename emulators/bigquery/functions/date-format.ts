import { civilOf, daysOf, isoWeek, splitMicros, weekdayOf } from "./calendar.ts";
import { offsetAt, offsetText } from "./time-zone.ts";

export const dayNames = [
  "Sunday",
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
];
export const monthNames = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** What a format string may name: parts of a value that a type does not have stay as an error. */
export interface Moment {
  /** Civil microseconds since 1970. */
  readonly local: bigint;
  readonly has: "date" | "time" | "datetime" | "timestamp";
  /** Set for a TIMESTAMP. */
  readonly zone?: string;
  readonly utc?: bigint;
}

const pad = (n: number | bigint, width: number, fill = "0") => String(n).padStart(width, fill);

/** FORMAT_DATE, FORMAT_TIME, FORMAT_DATETIME and FORMAT_TIMESTAMP: strftime's elements as GoogleSQL has them. */
export function formatMoment(format: string, moment: Moment): string {
  let out = "";
  for (let i = 0; i < format.length; i += 1) {
    const char = format.charAt(i);
    if (char !== "%") {
      out += char;
      continue;
    }
    const element = /^%(?:E\*S|E[0-9]S|E4Y|E\*z|Ez|E[A-Za-z]|O[A-Za-z]|[A-Za-z%+])/.exec(
      format.slice(i),
    )?.[0];
    if (element === undefined) {
      out += char;
      continue;
    }
    out += formatElement(element.slice(1), moment, element);
    i += element.length - 1;
  }
  return out;
}

function formatElement(name: string, moment: Moment, written: string): string {
  if (/^(?:E[cCxXyY]|O[deHImMSuUVwWy])$/.test(name))
    return formatElement(name.slice(1), moment, written);
  const { days, time } = splitMicros(moment.local);
  if (/^[nt%]$/.test(name)) return { n: "\n", t: "\t", "%": "%" }[name] ?? "";
  const fromDate = dateElement(name, days);
  if (fromDate !== undefined) return moment.has === "time" ? otherType(written) : fromDate;
  const fromTime = timeElement(name, time);
  if (fromTime !== undefined) return moment.has === "date" ? otherType(written) : fromTime;
  if (name === "c" || name === "+") {
    if (moment.has === "date") return otherType(written);
    const { year, month, day } = civilOf(days);
    const zone = name === "+" ? `${zoneName(moment)} ` : "";
    return `${dayNames[weekdayOf(days)]?.slice(0, 3)} ${monthNames[month - 1]?.slice(0, 3)} ${pad(day, 2, " ")} ${timeElement("T", time)} ${zone}${year}`;
  }
  if (!/^(?:Ez|E\*z|[sZz])$/.test(name))
    throw new Error(`Not supported by the local BigQuery: the format element ${written}`);
  if (moment.has !== "timestamp" || moment.utc === undefined || moment.zone === undefined)
    return otherType(written);
  const offset = offsetAt(moment.zone, moment.utc);
  if (name === "z") return offsetText(offset, true).replace(":", "");
  if (name === "Ez") return offsetText(offset, true);
  if (name === "Z") return zoneName(moment);
  if (name === "s")
    return String(
      moment.utc / 1_000_000n - (moment.utc < 0n && moment.utc % 1_000_000n !== 0n ? 1n : 0n),
    );
  throw new Error(`Not supported by the local BigQuery: the format element ${written}`);
}

/** A DATE has no time, a TIME no date: what the real service then writes is not known to us. */
function otherType(written: string): never {
  throw new Error(
    `Not supported by the local BigQuery: the format element ${written} for a value of this type`,
  );
}

function zoneName({ zone, utc }: Moment): string {
  if (zone === undefined || utc === undefined) return "";
  const offset = offsetAt(zone, utc);
  return offset === 0n && /^(?:UTC|Etc\/UTC|Z)$/i.test(zone)
    ? "UTC"
    : `UTC${offsetText(offset).replace(/^([+-])0/, "$1")}`;
}

function dateElement(name: string, days: number): string | undefined {
  const { year, month, day } = civilOf(days);
  const dayOfYear = days - daysOf(year, 1, 1) + 1;
  const weekday = weekdayOf(days);
  switch (name) {
    case "A":
      return dayNames[weekday];
    case "a":
      return dayNames[weekday]?.slice(0, 3);
    case "B":
      return monthNames[month - 1];
    case "b":
    case "h":
      return monthNames[month - 1]?.slice(0, 3);
    case "C":
      return pad(Math.floor(year / 100), 2);
    case "D":
    case "x":
      return `${pad(month, 2)}/${pad(day, 2)}/${pad(year % 100, 2)}`;
    case "d":
      return pad(day, 2);
    case "e":
      return pad(day, 2, " ");
    case "E4Y":
      return pad(year, 4);
    case "F":
      return `${year}-${pad(month, 2)}-${pad(day, 2)}`;
    case "G":
      return String(isoWeek(days).year);
    case "g":
      return pad(isoWeek(days).year % 100, 2);
    case "J": {
      const { week } = isoWeek(days);
      return pad((week - 1) * 7 + (weekday === 0 ? 7 : weekday), 3);
    }
    case "j":
      return pad(dayOfYear, 3);
    case "m":
      return pad(month, 2);
    case "Q":
      return String(Math.floor((month + 2) / 3));
    case "U":
      return pad(Math.floor((dayOfYear + 6 - weekday) / 7), 2);
    case "u":
      return String(weekday === 0 ? 7 : weekday);
    case "V":
      return pad(isoWeek(days).week, 2);
    case "W":
      return pad(Math.floor((dayOfYear + 6 - ((weekday + 6) % 7)) / 7), 2);
    case "w":
      return String(weekday);
    case "Y":
      return String(year);
    case "y":
      return pad(year % 100, 2);
    default:
      return undefined;
  }
}

function timeElement(name: string, time: bigint): string | undefined {
  const seconds = Number(time / 1_000_000n);
  const [hour, minute, second] = [
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  const twelve = hour % 12 === 0 ? 12 : hour % 12;
  const fraction = pad(time % 1_000_000n, 6);
  const digits = /^E([0-9])S$/.exec(name)?.[1];
  if (digits !== undefined)
    return digits === "0"
      ? pad(second, 2)
      : `${pad(second, 2)}.${fraction.padEnd(9, "0").slice(0, Number(digits))}`;
  switch (name) {
    case "H":
      return pad(hour, 2);
    case "I":
      return pad(twelve, 2);
    case "k":
      return pad(hour, 2, " ");
    case "l":
      return pad(twelve, 2, " ");
    case "M":
      return pad(minute, 2);
    case "P":
      return hour < 12 ? "am" : "pm";
    case "p":
      return hour < 12 ? "AM" : "PM";
    case "R":
      return `${pad(hour, 2)}:${pad(minute, 2)}`;
    case "r":
      return `${pad(twelve, 2)}:${pad(minute, 2)}:${pad(second, 2)} ${hour < 12 ? "AM" : "PM"}`;
    case "S":
      return pad(second, 2);
    case "T":
    case "X":
      return `${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}`;
    case "E*S":
      return `${pad(second, 2)}${fraction === "000000" ? "" : `.${fraction.replace(/0+$/, "")}`}`;
    default:
      return undefined;
  }
}
