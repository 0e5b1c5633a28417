import type { DatePart, Option, TypeNode } from "./ast.ts";
import type { Cursor } from "./cursor.ts";

/**
 * A type as written: `INT64`, `NUMERIC(10, 2)`, `ARRAY<STRUCT<a INT64, b STRING>>`. `readOptions` reads the OPTIONS of
 * the fields of structs, where the type is a column's.
 */
export function parseType(c: Cursor, readOptions?: (c: Cursor) => Option[]): TypeNode {
  const { at } = c;
  if (c.accept("ARRAY"))
    return { kind: "array", element: angled(c, () => parseType(c, readOptions)), at };
  if (c.accept("RANGE")) return { kind: "range", element: angled(c, () => parseType(c)), at };
  if (c.accept("STRUCT")) {
    if (c.ahead(0).text === "<" && c.ahead(1).text === ">") {
      c.index += 2;
      return { kind: "struct", fields: [], at };
    }
    return { kind: "struct", fields: angled(c, () => c.list(() => field(c, readOptions))), at };
  }
  const name = (c.is("INTERVAL") ? c.advance().text : c.identifier()).toUpperCase();
  const params = c.accept("(") ? c.list(() => c.advance().text) : [];
  if (params.length > 0) c.expect(")");
  return { kind: "simple", name, params, at };
}

function field(
  c: Cursor,
  readOptions?: (c: Cursor) => Option[],
): { name?: string; type: TypeNode; options?: Option[] } {
  const named = c.isIdentifier && !/^[,<>(.]|^>>$/.test(c.ahead(1).text);
  if (!named) return { type: parseType(c, readOptions) };
  const name = c.identifier();
  const type = parseType(c, readOptions);
  const found = readOptions?.(c) ?? [];
  return found.length > 0 ? { name, type, options: found } : { name, type };
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
