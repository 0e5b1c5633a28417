import { BOOL, DATE, DATETIME, TIMESTAMP, type Type } from "../analyze/types.ts";
import type { Plain } from "../engine/literal.ts";
import { internalUdf } from "./define.ts";

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
  define("range_overlaps", [range, range], BOOL, (a: Range, b: Range) => overlaps(a, b));
  define("range_intersect", [range, range], range, (x: Range, y: Range) => {
    if (!overlaps(x, y)) throw new Error("Provided ranges do not overlap");
    return [startBefore(x[0], y[0]) ? y[0] : x[0], endAfter(x[1], y[1]) ? y[1] : x[1]];
  });
}
