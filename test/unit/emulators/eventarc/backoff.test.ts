import { expect, test } from "vitest";
import { backoffSeconds } from "../../../../emulators/eventarc/backoff.ts";
import { seededRandom } from "../../../../emulators/eventarc/index.ts";
import { shuffled } from "../../../../emulators/eventarc/shuffle.ts";

test("10 s doubling to 600 s", () => {
  const middle = [1, 2, 3, 4, 5, 6, 7, 8, 150].map((n) => backoffSeconds(n, () => 0.5));
  expect(middle).toEqual([10, 20, 40, 80, 160, 320, 600, 600, 600]);
});

test("jitter of a quarter never leaves 10–600 s", () => {
  expect([backoffSeconds(1, () => 0), backoffSeconds(3, () => 0)]).toEqual([10, 30]);
  expect([backoffSeconds(3, () => 1), backoffSeconds(9, () => 1)]).toEqual([50, 600]);
});

test("a shuffle keeps every item", () => {
  const items = [1, 2, 3, 4, 5];
  const result = shuffled(items, seededRandom(5));
  expect(shuffled(items, seededRandom(5))).toEqual(result);
  expect(result.toSorted((a, b) => a - b)).toEqual(items);
  expect(items).toEqual([1, 2, 3, 4, 5]);
});
