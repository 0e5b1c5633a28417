import type { DatePart, TypeNode } from "./ast.ts";
import type { Cursor } from "./cursor.ts";

/** A type as written: `INT64`, `NUMERIC(10, 2)`, `ARRAY<STRUCT<a INT64, b STRING>>`. */
export function parseType(c: Cursor): TypeNode {
  const { at } = c;
  if (c.accept("ARRAY")) return { kind: "array", element: angled(c, () => parseType(c)), at };
  if (c.accept("RANGE")) return { kind: "range", element: angled(c, () => parseType(c)), at };
  if (c.accept("STRUCT")) {
    if (c.ahead(0).text === "<" && c.ahead(1).text === ">") {
      c.index += 2;
      return { kind: "struct", fields: [], at };
    }
    return { kind: "struct", fields: angled(c, () => c.list(() => field(c))), at };
  }
  const name = (c.is("INTERVAL") ? c.advance().text : c.identifier()).toUpperCase();
  const params = c.accept("(") ? c.list(() => c.advance().text) : [];
  if (params.length > 0) c.expect(")");
  return { kind: "simple", name, params, at };
}

function field(c: Cursor): { name?: string; type: TypeNode } {
  const named = c.isIdentifier && !/^[,<>(.]|^>>$/.test(c.ahead(1).text);
  if (!named) return { type: parseType(c) };
  const name = c.identifier();
  return { name, type: parseType(c) };
}

function angled<T>(c: Cursor, read: () => T): T {
  c.expect("<");
  const value = read();
  c.closeAngle();
  return value;
}

const weekdays = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];
const partNames = new Set(
  (
    "MICROSECOND MILLISECOND SECOND MINUTE HOUR DAY DAYOFWEEK DAYOFYEAR WEEK ISOWEEK MONTH QUARTER YEAR ISOYEAR " +
    "DATE TIME DATETIME NANOSECOND"
  ).split(" "),
);

/** Whether a date part stands here (as an argument: followed by `,` or `)`). */
export function isDatePart(c: Cursor): boolean {
  if (c.token.type !== "id" || !partNames.has(c.token.upper)) return false;
  return c.is("WEEK", "(") ? weekdays.includes(c.ahead(2).upper) : /^[,)]$/.test(c.ahead(1).text);
}

export function parseDatePart(c: Cursor): DatePart {
  if (c.token.type !== "id" || !partNames.has(c.token.upper)) c.fail("Expected a date part");
  const name = c.advance().upper;
  if (name !== "WEEK" || !c.accept("(")) return { name };
  const weekday = weekdays.indexOf(c.token.upper);
  if (weekday < 0) c.fail("Expected a weekday");
  c.advance();
  c.expect(")");
  return { name, weekday };
}
