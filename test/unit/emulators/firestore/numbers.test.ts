import * as fc from "fast-check";
import { expect, test } from "vitest";
import { add, compareNumbers, double, integer, sum } from "#emulators/firestore/numbers.ts";

const [min, max] = [-(2n ** 63n), 2n ** 63n - 1n];
const int64 = fc.bigInt({ min, max });
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

test("integers compare exactly", () => {
  fc.assert(
    fc.property(int64, int64, (a, b) => {
      expect(compareNumbers(integer(a), integer(b))).toBe(a < b ? -1 : Number(a > b));
    }),
  );
});

test("an integer and a double compare exactly", () => {
  fc.assert(
    fc.property(int64, finite, (a, b) => {
      const whole = BigInt(Math.trunc(b));
      const expected = a === whole ? Math.trunc(b) - b : Number(a - whole);
      expect(Math.sign(compareNumbers(integer(a), double(b))) + 0).toBe(Math.sign(expected) + 0);
    }),
  );
});

test("beyond 2^53 an integer is not the double beside it", () => {
  expect(compareNumbers(integer(2n ** 53n + 1n), double(2 ** 53))).toBe(1);
  expect(compareNumbers(integer(max), double(2 ** 63))).toBe(-1);
});

test("NaN is before everything, zero and minus zero are equal", () => {
  expect(compareNumbers(double(Number.NaN), double(-Infinity))).toBe(-1);
  expect(compareNumbers(integer(0), double(Number.NaN))).toBe(1);
  expect(compareNumbers(double(Number.NaN), double(Number.NaN))).toBe(0);
  expect(compareNumbers(double(-0), integer(0))).toBe(0);
});

test("sums of two integers stop at the ends of 64 bits", () => {
  expect(add(integer(max), integer(1))).toEqual(integer(max));
  expect(add(integer(min), integer(-1))).toEqual(integer(min));
  expect(add(integer(max), integer(min))).toEqual(integer(-1));
  expect(add(integer(1), double(0.5))).toEqual(double(1.5));
});

test("a sum over many goes past 64 bits as a double, and comes back in", () => {
  const big = integer(max);
  expect(sum([big, integer(1)])).toEqual(double(2 ** 63));
  expect(sum([big, integer(1), integer(-1)])).toEqual(big);
  expect(sum([integer(1), double(0.5)])).toEqual(double(1.5));
  expect(sum([])).toEqual(integer(0));
});
