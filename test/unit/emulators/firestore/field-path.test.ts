import { describe, expect, test } from "vitest";
import {
  getField,
  parseFieldPath,
  pickFields,
  withField,
} from "#emulators/firestore/field-path.ts";
import type { Fields, Value } from "#emulators/firestore/wire.ts";

const one: Value = { valueType: "integerValue", integerValue: "1" };
const map = (fields: Fields): Value => ({ valueType: "mapValue", mapValue: { fields } });

describe("parseFieldPath", () => {
  test.each([
    ["a", ["a"]],
    ["a.b.c", ["a", "b", "c"]],
    ["`a.b`.c", ["a.b", "c"]],
    ["a.`x\\`y\\\\z`", ["a", "x`y\\z"]],
    ["`ż 1`", ["ż 1"]],
  ])("%s", (text, path) => expect(parseFieldPath(text)).toEqual(path));

  test.each(["", ".", "a.", ".a", "a..b", "`a", "a`b`", "`a`b"])("%j is refused", (text) =>
    expect(() => parseFieldPath(text)).toThrow("Invalid field path"),
  );
});

test("setting a field leaves the given ones alone and makes maps on the way", () => {
  const fields = { a: one };
  expect(withField(fields, ["m", "x"], one)).toEqual({ a: one, m: map({ x: one }) });
  expect(withField(fields, ["a", "x"], one)).toEqual({ a: map({ x: one }) });
  expect(fields).toEqual({ a: one });
});

test("deleting takes the field, and makes nothing on the way", () => {
  expect(withField({ m: map({ x: one, y: one }) }, ["m", "x"], undefined)).toEqual({
    m: map({ y: one }),
  });
  expect(withField({ a: one }, ["m", "x"], undefined)).toEqual({ a: one });
});

test("names of Object's own are no fields", () => {
  expect(getField({}, ["constructor"])).toBeUndefined();
  expect(getField({ m: map({}) }, ["m", "toString"])).toBeUndefined();
});

test("picking keeps the named fields only", () => {
  const fields = { a: one, m: map({ x: one, y: one }) };
  expect(pickFields(fields, [["m", "y"], ["none"]])).toEqual({ m: map({ y: one }) });
});
