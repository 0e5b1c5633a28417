import * as fc from "fast-check";
import { expect, test } from "vitest";
import { comparePaths, compareUtf8 } from "#emulators/firestore/strings.ts";

const text = fc.string({ unit: "binary" });

test("strings compare as their UTF-8 bytes do", () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
      expect(Math.sign(compareUtf8(a, b))).toBe(bytes);
    }),
  );
});

test("paths compare segment by segment", () => {
  const paths = ["a", "a/b", "a/b/c/d", "a/b0", "a b", "a-/x", "b"];
  expect(paths.toReversed().toSorted(comparePaths)).toEqual(paths);
});

test("numeric ids come first, by their number", () => {
  const ids = ["c/__id-9__", "c/__id2__", "c/__id10__", "c/A", "c/__idx__"];
  expect(ids.toReversed().toSorted(comparePaths)).toEqual(ids);
});
