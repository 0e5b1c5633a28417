import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compareValues } from "#emulators/firestore/values.ts";
import type { Value } from "#emulators/firestore/wire.ts";

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant({ valueType: "nullValue", nullValue: "NULL_VALUE" } as const),
    fc.boolean().map((booleanValue) => ({ valueType: "booleanValue", booleanValue }) as const),
    fc
      .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
      .map((n) => ({ valueType: "integerValue", integerValue: String(n) }) as const),
    fc.double().map((doubleValue) => ({ valueType: "doubleValue", doubleValue }) as const),
    fc
      .string({ unit: "binary" })
      .map((stringValue) => ({ valueType: "stringValue", stringValue }) as const),
    fc
      .uint8Array()
      .map((bytes) => ({ valueType: "bytesValue", bytesValue: Buffer.from(bytes) }) as const),
    fc
      .array(tie("value"), { maxLength: 3 })
      .map((values) => ({ valueType: "arrayValue", arrayValue: { values } }) as const),
    fc
      .dictionary(fc.constantFrom("a", "b", "é"), tie("value"))
      .map((fields) => ({ valueType: "mapValue", mapValue: { fields } }) as const),
  ),
}));

test("the order is the same from both sides, and a value equals itself", () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(Math.sign(compareValues(a, b)) + Math.sign(compareValues(b, a))).toBe(0);
      expect(compareValues(a, a)).toBe(0);
    }),
  );
});

test("the order is transitive", () => {
  fc.assert(
    fc.property(fc.tuple(value, value, value), (three) => {
      const [low, middle, high] = three.toSorted(compareValues) as typeof three;
      expect(compareValues(low, middle)).toBeLessThanOrEqual(0);
      expect(compareValues(middle, high)).toBeLessThanOrEqual(0);
      expect(compareValues(low, high)).toBeLessThanOrEqual(0);
    }),
  );
});
