import { expect, test } from "vitest";
import { pointAt, printResult } from "#emulators/commands/sql-print.ts";

const result = {
  columns: ["a", "b", "c"],
  rows: [
    { a: 1, b: null, c: [true, "x,y"] },
    { a: "9007199254740993", b: false, c: [] },
  ],
  done: "select: done",
};

test("CSV has a header even without rows, words for booleans, and arrays as JSON", () => {
  expect(printResult(result, "csv")).toBe('a,b,c\n1,,"[true,""x,y""]"\n9007199254740993,false,[]');
  expect(printResult({ ...result, rows: [] }, "csv")).toBe("a,b,c");
});

test("a statement without rows says what it did, and is no row to a program", () => {
  const changed = { columns: undefined, rows: [], done: "2 rows inserted" };
  expect(printResult(changed, "table")).toBe("2 rows inserted");
  expect(printResult(changed, "json")).toBe("[]");
  expect(printResult(changed, "csv")).toBe("");
  expect(printResult({ ...result, rows: [] }, "table")).toBe("no rows");
});

test.each([
  ["SELECT nope", "bad at [1:8]", "  SELECT nope\n         ^"],
  ["SELECT\r\n\tnope\r\nFROM t", "bad at [2:2]", "  \tnope\n  \t^"],
  ["SELECT '日本', nope", "bad at [1:14]", "  SELECT '日本', nope\n                 ^"],
  ["SELECT (", "bad at [1:9]", "  SELECT (\n          ^"],
])("the caret stands under the place: %j", (sql, message, below) => {
  expect(pointAt(sql, message)).toBe(`${message}\n${below}`);
});

test("a message without a place, or with one that is not there, stays as it is", () => {
  expect(pointAt("SELECT 1", "division by zero")).toBe("division by zero");
  expect(pointAt("SELECT 1", "bad at [7:1]")).toBe("bad at [7:1]");
});
