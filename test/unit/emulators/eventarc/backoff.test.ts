import { expect, test } from "vitest";
import { backoffSeconds } from "../../../../emulators/eventarc/backoff.ts";
import { seededRandom, shuffled } from "../../../../emulators/eventarc/random.ts";

test("10 s doubling to 600 s", () => {
  const middle = [1, 2, 3, 4, 5, 6, 7, 8, 150].map((n) => backoffSeconds(n, () => 0.5));
  expect(middle).toEqual([10, 20, 40, 80, 160, 320, 600, 600, 600]);
});

test("jitter of a quarter never leaves 10–600 s", () => {
  expect([backoffSeconds(1, () => 0), backoffSeconds(3, () => 0)]).toEqual([10, 30]);
  expect([backoffSeconds(3, () => 1), backoffSeconds(9, () => 1)]).toEqual([50, 600]);
});

const draw = (seed: number) => Array.from({ length: 1000 }, seededRandom(seed));

test("seeded numbers repeat, differ by seed and fill [0, 1)", () => {
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(Math.min(...draw(3))).toBeGreaterThanOrEqual(0);
  expect(Math.max(...draw(3))).toBeLessThan(1);
  const mean = draw(4).reduce((sum, value) => sum + value, 0) / 1000;
  expect(mean).toBeCloseTo(0.5, 1);
});

test("a shuffle keeps every item", () => {
  const items = [1, 2, 3, 4, 5];
  const result = shuffled(items, seededRandom(5));
  expect(result.toSorted((a, b) => a - b)).toEqual(items);
  expect(items).toEqual([1, 2, 3, 4, 5]);
});
