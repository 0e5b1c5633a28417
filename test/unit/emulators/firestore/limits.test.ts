import { expect, test } from "vitest";
import { checkFields, documentSize } from "#emulators/firestore/limits.ts";
import type { Value } from "#emulators/firestore/wire.ts";

const text = (stringValue: string): Value => ({ valueType: "stringValue", stringValue });
const list = (...values: Value[]): Value => ({ valueType: "arrayValue", arrayValue: { values } });
const nested = (levels: number): Value =>
  levels === 0
    ? text("x")
    : { valueType: "mapValue", mapValue: { fields: { m: nested(levels - 1) } } };

// The worked example of https://firebase.google.com/docs/firestore/storage-size#document_size
test("the size of a document is that of the documentation's example", () => {
  const fields = {
    type: text("Personal"),
    done: { valueType: "booleanValue", booleanValue: false },
    priority: { valueType: "integerValue", integerValue: "1" },
    description: text("Learn Cloud Firestore"),
  } as const;
  expect(documentSize("users/jeff/tasks/my_task_id", fields)).toBe(147);
});

test("maps nest twenty deep and no deeper", () => {
  expect(checkFields({ f: nested(20) })).toEqual({ f: nested(20) });
  expect(() => checkFields({ f: nested(21) })).toThrow("nested deeper than 20");
});

test("a list directly in a list is refused, in a map in a list it is not", () => {
  expect(() => checkFields({ f: list(list()) })).toThrow("array value in an array value");
  const within = list({ valueType: "mapValue", mapValue: { fields: { f: list() } } });
  expect(checkFields({ f: within })).toEqual({ f: within });
});

test("a value without a type is refused", () => {
  expect(() => checkFields({ f: {} as Value })).toThrow("has no type");
});
