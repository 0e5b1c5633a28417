import { civilOf, daysInMonth, daysOf, isLeap, MICROS_PER_DAY } from "./calendar.ts";
import { dayNames, monthNames } from "./date-format.ts";
import { fromLocal } from "./time-zone.ts";

/** What a text gave for the elements of a format; what it did not is 1970-01-01 00:00:00. */
interface Fields {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  micros: number;
  century?: number;
  yearOfCentury?: number;
  twelve?: boolean;
  afternoon?: boolean;
  dayOfYear?: number;
  seconds?: bigint;
  offset?: string;
  zone?: string;
}

type Kind = "date" | "time" | "datetime" | "timestamp";

/** PARSE_DATE, PARSE_TIME, PARSE_DATETIME, PARSE_TIMESTAMP: microseconds (days for a DATE). Throws when the text does not fit. */
export function parseMoment(format: string, text: string, kind: Kind, zone = "UTC"): bigint {
  const fields: Fields = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, micros: 0 };
  const reader = new Reader(text, fields, kind);
  reader.read(format);
  reader.end();
  return finish(fields, kind, zone);
}

const fail = (text: string): Error => new Error(`Failed to parse input string "${text}"`);

class Reader {
  private at = 0;
  private readonly text: string;
  private readonly fields: Fields;
  private readonly kind: Kind;

  constructor(text: string, fields: Fields, kind: Kind) {
    this.text = text;
    this.fields = fields;
    this.kind = kind;
    this.spaces();
  }

  read(format: string): void {
    for (let i = 0; i < format.length; i += 1) {
      const char = format.charAt(i);
      if (/\s/.test(char)) {
        this.spaces();
        continue;
      }
      if (char === "%") {
        const element = /^%(?:E\*S|E[0-9]S|E4Y|Ez|[EO]?[A-Za-z%+])/.exec(format.slice(i))?.[0];
        if (element !== undefined) {
          this.element(element.slice(1), element);
          i += element.length - 1;
          continue;
        }
      }
      if (this.text.charAt(this.at) !== char) throw fail(this.text);
      this.at += 1;
    }
  }

  end(): void {
    this.spaces();
    if (this.at < this.text.length) throw fail(this.text);
  }

  private spaces(): void {
    while (/\s/.test(this.text.charAt(this.at))) this.at += 1;
  }

  private take(pattern: RegExp): string {
    const found = pattern.exec(this.text.slice(this.at))?.[0];
    if (found === undefined) throw fail(this.text);
    this.at += found.length;
    return found;
  }

  private number(digits: number, low: number, high: number): number {
    this.spaces();
    const value = Number(this.take(new RegExp(`^\\d{1,${digits}}`)));
    if (value < low || value > high) throw fail(this.text);
    return value;
  }

  private word(words: readonly string[]): number {
    const rest = this.text.slice(this.at).toLowerCase();
    const whole = words.findIndex((word) => rest.startsWith(word.toLowerCase()));
    const index =
      whole >= 0
        ? whole
        : words.findIndex((word) => rest.startsWith(word.slice(0, 3).toLowerCase()));
    if (index < 0) throw fail(this.text);
    this.at += whole >= 0 ? (words[whole]?.length ?? 0) : 3;
    return index;
  }

  private element(name: string, written: string): void {
    const timeOnly = /^(?:[HIklMpPrRSTXsZz]|Ez|E\*S|E[0-9]S|c|\+)$/.test(name);
    const dateOnly = /^(?:[AaBbhCDdeFGgjmQUuVWwxYyx]|E4Y)$/.test(name);
    if ((this.kind === "date" && timeOnly) || (this.kind === "time" && dateOnly))
      throw new Error(
        `Invalid format: ${written} is not allowed for the ${this.kind.toUpperCase()} type.`,
      );
    if (!this.dateElement(name)) this.timeElement(name, written);
  }

  private dateElement(name: string): boolean {
    const { fields } = this;
    switch (name) {
      case "A":
      case "a":
        this.word(dayNames);
        return true;
      case "B":
      case "b":
      case "h":
        fields.month = this.word(monthNames) + 1;
        return true;
      case "C":
        fields.century = this.number(2, 0, 99);
        return true;
      case "D":
      case "x":
        this.read("%m/%d/%y");
        return true;
      case "d":
      case "e":
        fields.day = this.number(2, 1, 31);
        delete fields.dayOfYear;
        return true;
      case "F":
        this.read("%Y-%m-%d");
        return true;
      case "j":
        fields.dayOfYear = this.number(3, 1, 366);
        return true;
      case "m":
        fields.month = this.number(2, 1, 12);
        delete fields.dayOfYear;
        return true;
      case "Y":
      case "E4Y":
        this.spaces();
        fields.year = Number(this.take(name === "Y" ? /^\d{1,4}/ : /^\d{4}/));
        delete fields.century;
        delete fields.yearOfCentury;
        return true;
      case "y":
        fields.yearOfCentury = this.number(2, 0, 99);
        return true;
      case "n":
      case "t":
        this.spaces();
        return true;
      case "%":
        this.take(/^%/);
        return true;
      default:
        return false;
    }
  }

  private timeElement(name: string, written: string): void {
    const { fields } = this;
    const hour = (value: number, twelve: boolean) => {
      fields.hour = value;
      fields.twelve = twelve;
    };
    switch (name) {
      case "H":
      case "k":
        return hour(this.number(2, 0, 23), false);
      case "I":
      case "l":
        return hour(this.number(2, 1, 12), true);
      case "M":
        fields.minute = this.number(2, 0, 59);
        return undefined;
      case "S":
        fields.second = this.number(2, 0, 60);
        return undefined;
      case "P":
      case "p":
        fields.afternoon = this.word(["AM.", "PM."].map((word) => word.slice(0, 2))) === 1;
        return undefined;
      case "R":
        return this.read("%H:%M");
      case "r":
        return this.read("%I:%M:%S %p");
      case "T":
      case "X":
        return this.read("%H:%M:%S");
      case "c":
        return this.read("%a %b %e %H:%M:%S %Y");
      case "s":
        fields.seconds = BigInt(this.take(/^-?\d{1,12}/));
        return undefined;
      case "z":
      case "Ez":
        fields.offset = this.take(/^(?:[+-]\d{2}:?\d{2}|Z)/);
        return undefined;
      case "Z":
        fields.zone = this.take(/^[A-Za-z_/]+(?:[+-]\d{1,2})?/);
        return undefined;
      default:
        return this.fractional(name, written);
    }
  }

  private fractional(name: string, written: string): void {
    const digits = /^E([0-9*])S$/.exec(name)?.[1];
    if (digits === undefined)
      throw new Error(
        `Not supported by the local BigQuery: the format element ${written} in parsing`,
      );
    this.fields.second = this.number(2, 0, 60);
    if (this.text.charAt(this.at) !== "." || digits === "0") return;
    const fraction = this.take(new RegExp(`^\\.\\d{0,${digits === "*" ? 9 : digits}}`)).slice(1);
    this.fields.micros = Number(fraction.slice(0, 6).padEnd(6, "0"));
  }
}

function yearOf({ year, century, yearOfCentury }: Fields): number {
  if (yearOfCentury !== undefined) {
    if (century !== undefined) return century * 100 + yearOfCentury;
    return yearOfCentury + (yearOfCentury < 69 ? 2000 : 1900);
  }
  return century === undefined ? year : century * 100;
}

function finish(fields: Fields, kind: Kind, standardZone: string): bigint {
  const year = yearOf(fields);
  if (year < 1 || year > 9999) throw new Error("Parsed date is out of range");
  const { month, day, dayOfYear } = fields;
  if (dayOfYear === undefined && day > daysInMonth(year, month))
    throw new Error("Out-of-range datetime field");
  if (dayOfYear === 366 && !isLeap(year)) throw new Error("Out-of-range datetime field");
  const days = dayOfYear === undefined ? daysOf(year, month, day) : daysOf(year, 1, dayOfYear);
  if (kind === "date") return BigInt(days);
  const hour =
    fields.twelve === true
      ? (fields.hour % 12) + (fields.afternoon === true ? 12 : 0)
      : fields.hour;
  // A leap second is the first second of the next minute.
  const time =
    BigInt(hour * 3600 + fields.minute * 60 + fields.second) * 1_000_000n +
    BigInt(fields.second === 60 ? 0 : fields.micros);
  if (kind === "time") return time % MICROS_PER_DAY;
  if (fields.seconds !== undefined && kind === "timestamp") return fields.seconds * 1_000_000n;
  if (fields.seconds !== undefined) return fields.seconds * 1_000_000n;
  const local = BigInt(days) * MICROS_PER_DAY + time;
  if (civilOf(Number(local / MICROS_PER_DAY)).year > 9999)
    throw new Error("Parsed timestamp is out of range");
  if (kind === "datetime") return local;
  const zone =
    fields.offset === undefined
      ? (fields.zone ?? standardZone)
      : fields.offset === "Z"
        ? "UTC"
        : fields.offset;
  return fromLocal(local, zone);
}
