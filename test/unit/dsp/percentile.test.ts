import { array, assert, constantFrom, float, integer, oneof, property } from "fast-check";
import { expect, test } from "vitest";
import { percentile, percentileOf } from "#shared/dsp/percentile.ts";

/** By sorting: the definition. */
function sorted(values: readonly number[], share: number) {
  const list = values.toSorted((a, b) => a - b);
  const place = share * (list.length - 1);
  const below = Math.floor(place);
  return list[below] + (place - below) * ((list[below + 1] ?? list[below]) - list[below]);
}

test("is what sorting finds, among equal values too", () => {
  const value = oneof(integer({ min: -3, max: 3 }), float({ min: -99, max: 99, noNaN: true }));
  assert(
    property(
      array(value, { minLength: 1, maxLength: 200 }),
      constantFrom(0, 0.1, 0.25, 0.5, 0.9, 0.95, 1),
      (values, share) => {
        expect(percentile(values, share)).toBeCloseTo(sorted(values, share), 10);
      },
    ),
  );
});

test("nothing has none; a copy is left as it is", () => {
  expect(percentile([], 0.5)).toBeNaN();
  const values = Float32Array.of(3, 1, 2);
  expect(percentile(values, 0.5)).toBe(2);
  expect([...values]).toEqual([3, 1, 2]);
  expect(percentileOf(values, 1)).toBe(3);
});
