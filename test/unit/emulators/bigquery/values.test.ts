import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bigNumericBytes,
  bigNumericFromBytes,
  decimalText,
} from "#emulators/bigquery/engine/literal.ts";
import { civilOf, daysOf, MAX_DAYS, MIN_DAYS } from "#emulators/bigquery/functions/calendar.ts";
import { fromFloat, parseDecimal, toFloat } from "#emulators/bigquery/functions/decimal.ts";
import { canonicalJson } from "#emulators/bigquery/functions/json-text.ts";
import { compilePattern } from "#emulators/bigquery/functions/re2.ts";
import { fromLocal, offsetAt, toLocal } from "#emulators/bigquery/functions/time-zone.ts";
import { parseCsv } from "#emulators/bigquery/rest/csv.ts";

const days = fc.integer({ min: MIN_DAYS, max: MAX_DAYS });
const numeric = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });
const bigNumeric = fc.bigInt({ min: -(1n << 255n), max: (1n << 255n) - 1n });

test("a day is its civil date", () => {
  fc.assert(
    fc.property(days, (day) => {
      const { year, month, day: dayOfMonth } = civilOf(day);
      expect(daysOf(year, month, dayOfMonth)).toBe(day);
      expect(new Date(day * 86_400_000).getUTCDate()).toBe(dayOfMonth);
    }),
  );
});

test("a decimal reads back from its text", () => {
  fc.assert(
    fc.property(numeric, (value) => {
      expect(parseDecimal(decimalText(value, 9), "NUMERIC")).toBe(value);
    }),
  );
});

test("the bytes of BIGNUMERIC sort as the numbers do", () => {
  fc.assert(
    fc.property(bigNumeric, bigNumeric, (a, b) => {
      expect(bigNumericFromBytes(bigNumericBytes(a))).toBe(a);
      expect(Math.sign(Buffer.compare(bigNumericBytes(a), bigNumericBytes(b)))).toBe(
        a < b ? -1 : a > b ? 1 : 0,
      );
    }),
  );
});

test("a double of few digits is the decimal of its digits", () => {
  fc.assert(
    fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), (n) => {
      expect(fromFloat(n / 64, "NUMERIC")).toBe((BigInt(n) * 10n ** 9n) / 64n);
      expect(toFloat(BigInt(n), "NUMERIC")).toBe(n / 1e9);
    }),
  );
});

describe("time zones", () => {
  test("know summer time and odd offsets", () => {
    const utc = BigInt(Date.UTC(2026, 6, 1)) * 1000n;
    expect(offsetAt("Europe/Zurich", utc)).toBe(7_200_000_000n);
    expect(offsetAt("Asia/Kolkata", utc)).toBe(19_800_000_000n);
    expect(offsetAt("+05:45", utc)).toBe(20_700_000_000n);
    expect(() => offsetAt("Nowhere/City", utc)).toThrow("Invalid time zone: Nowhere/City");
  });

  test("a civil time leads back to an instant with that civil time", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000_000_000 }), (seconds) => {
        const utc = BigInt(seconds) * 1_000_000n;
        const local = toLocal(utc, "America/New_York");
        expect(toLocal(fromLocal(local, "America/New_York"), "America/New_York")).toBe(local);
      }),
    );
  });
});

test("canonical JSON means the same and does not change again", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      fc.pre(!/\d{16}|e/i.test(text));
      const once = canonicalJson(text);
      expect(JSON.parse(once)).toEqual(JSON.parse(text));
      expect(canonicalJson(once)).toBe(once);
    }),
  );
});

test.each([
  ["a.c", "abc", true],
  ["a.c", "a\nc", false],
  [String.raw`^\pL+$`, "Àé", true],
  ["[[:digit:]]+x", "12x", true],
  [String.raw`\Qa.b\E`, "axb", false],
  ["(?i)ÀB", "àb", true],
  ["a{2}", "aa", true],
  ["[^a-z]", "b", false],
])("the pattern %s over %s", (pattern, text, matches) => {
  expect(compilePattern(pattern, false).test(text)).toBe(matches);
});

test.each(["(", "a(?=b)", String.raw`(a)\1`, "[", "a{1001}", String.raw`\y`])(
  "no pattern: %s",
  (pattern) => {
    expect(() => compilePattern(pattern, false)).toThrow("Cannot parse regular expression");
  },
);

test("CSV keeps quotes, delimiters and lines inside of quotes", () => {
  const rows = parseCsv('a,"b ""c"", d"\r\n"x\ny",\n');
  expect(rows.map((row) => row.map(({ text }) => text))).toEqual([
    ["a", 'b "c", d'],
    ["x\ny", ""],
  ]);
  expect(parseCsv('"open')).toEqual([[{ text: "open", quoted: true, unclosed: true }]]);
});
