import {
  arrayOf,
  BOOL,
  DATE,
  DATETIME,
  INTERVAL,
  STRING,
  TIMESTAMP,
  type Type,
} from "../analyze/types.ts";
import type { Plain, PlainInterval } from "../engine/literal.ts";
import { MICROS_PER_DAY } from "./calendar.ts";
import { internalUdf } from "./define.ts";
import { addMonths, checkDays, plus } from "./interval.ts";
import { parseRange } from "./range-text.ts";

type End = number | bigint | null;
type Range = readonly [End, End];

const startBefore = (a: End, b: End) => a === null || (b !== null && a < b);
const endAfter = (a: End, b: End) => b !== null && (a === null || a > b);
const overlaps = ([a, b]: Range, [c, d]: Range) =>
  (d === null || a === null || a < d) && (b === null || c === null || c < b);

for (const element of [DATE, DATETIME, TIMESTAMP] as const) {
  const range: Type = { kind: "RANGE", element };
  const suffix = element.kind.toLowerCase();
  const define = (
    name: string,
    params: readonly Type[],
    result: Type,
    call: (...args: never[]) => Plain,
    nulls = false,
  ) => internalUdf(name, params, result, call, { nulls }, `gsql_${name}_${suffix}`);
  define(
    "range",
    [element, element],
    range,
    (start: End, end: End) => {
      if (start !== null && end !== null && start >= end)
        throw new Error("Range start element must be smaller than range end element");
      return [start, end];
    },
    true,
  );
  define(
    "range_contains",
    [range, range],
    BOOL,
    ([a, b]: Range, [c, d]: Range) => !startBefore(c, a) && !endAfter(d, b),
  );
  define(
    "range_contains_value",
    [range, element],
    BOOL,
    ([a, b]: Range, value: End) =>
      value !== null && (a === null || a <= value) && (b === null || value < b),
  );
  define("cast_string_range", [STRING], range, (text: string) => {
    const read = parseRange(text, element.kind);
    if (read === undefined) throw new Error(`Invalid RANGE value: "${text}"`);
    return read;
  });
  define(
    "generate_range_array",
    [range, INTERVAL, BOOL],
    arrayOf(range),
    ([start, end]: Range, step: PlainInterval, partial: boolean) => {
      if (start === null || end === null)
        throw new Error("GENERATE_RANGE_ARRAY does not support ranges with unbounded ends");
      return split(start, end, step, partial, element.kind === "TIMESTAMP");
    },
  );
  define("range_overlaps", [range, range], BOOL, (a: Range, b: Range) => overlaps(a, b));
  define("range_intersect", [range, range], range, (x: Range, y: Range) => {
    if (!overlaps(x, y)) throw new Error("Provided ranges do not overlap");
    return [startBefore(x[0], y[0]) ? y[0] : x[0], endAfter(x[1], y[1]) ? y[1] : x[1]];
  });
}

const mostRanges = 1_048_575;

/** Ranges of one length after another; the last, cut off at the end, is left out unless `partial`. */
function split<T extends number | bigint>(
  start: T,
  end: T,
  step: PlainInterval,
  partial: boolean,
  timestamps: boolean,
): [T, T][] {
  const { months, days, micros } = step;
  const total = BigInt(months * 30 + days) * MICROS_PER_DAY + micros;
  const mixed = [months, days, micros].some((x) => x < 0);
  if (total <= 0n || mixed) throw new Error("GENERATE_RANGE_ARRAY needs a step above zero");
  if (timestamps && months !== 0)
    throw new Error("GENERATE_RANGE_ARRAY of timestamps takes a step of days or less");
  if (typeof start === "number" && micros !== 0n)
    throw new Error("GENERATE_RANGE_ARRAY of dates takes a step of days, months or years");
  const at = (i: number): T => {
    const moved = { months: months * i, days: days * i, micros: micros * BigInt(i) };
    if (typeof start === "number")
      return checkDays(addMonths(start, moved.months) + moved.days) as T;
    return plus(start, moved) as T;
  };
  const ranges: [T, T][] = [];
  for (let from = start, i = 1; from < end; i += 1) {
    const next = at(i);
    if (next > end) {
      if (partial) ranges.push([from, end]);
      break;
    }
    if (ranges.length >= mostRanges) throw new Error("Cannot generate an array of so many ranges");
    ranges.push([from, next]);
    from = next;
  }
  return ranges;
}
