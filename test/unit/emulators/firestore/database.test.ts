import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createDatabase, type Database } from "#emulators/firestore/database.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const hourMs = 3_600_000;

/** Writes `n` at a path, or deletes it, and gives the time. */
function put(database: Database, path: string, n: string | undefined): number {
  const now = database.clock.next();
  const integer = { valueType: "integerValue", integerValue: n ?? "" } as const;
  const document = { path, fields: { n: integer }, createTime: now, updateTime: now };
  database.commit(new Map([[path, n === undefined ? undefined : document]]), now);
  return now;
}

const read = (database: Database, path: string, at?: number) => {
  const value = database.read(path, at)?.fields["n"];
  return value?.valueType === "integerValue" ? value.integerValue : undefined;
};

test("every moment can be read, and times only go up", () => {
  const database = createDatabase("d");
  const before = database.clock.now();
  const [first, second, gone] = [
    put(database, "c/a", "1"),
    put(database, "c/a", "2"),
    put(database, "c/a", undefined),
  ];
  expect(before < first && first < second && second < gone).toBe(true);
  expect([before, first, second, gone].map((at) => read(database, "c/a", at))).toEqual([
    undefined,
    "1",
    "2",
    undefined,
  ]);
});

test("a clock set back does not set times back", () => {
  const database = createDatabase("d");
  const first = put(database, "c/a", "1");
  vi.setSystemTime(Date.now() - hourMs);
  expect(put(database, "c/a", "2")).toBe(first + 1);
});

test("versions over an hour old go, the one that is still true stays", () => {
  const database = createDatabase("d");
  const first = put(database, "c/a", "1");
  const second = put(database, "c/a", "2");
  put(database, "c/gone", "1");
  put(database, "c/gone", undefined);
  expect(database.isReadable(first)).toBe(true);
  vi.advanceTimersByTime(2 * hourMs);
  const late = put(database, "other/b", "1");
  expect(database.isReadable(second)).toBe(false);
  expect(database.isReadable(late)).toBe(true);
  expect([read(database, "c/a", first), read(database, "c/a")]).toEqual([undefined, "2"]);
  expect(database.lastChange("c/gone")).toBe(0);
  expect(database.collectionPaths("")).toEqual(["c", "other"]);
});

test("a collection whose documents all went is forgotten with them", () => {
  const database = createDatabase("d");
  put(database, "c/a", "1");
  put(database, "c/a", undefined);
  vi.advanceTimersByTime(2 * hourMs);
  put(database, "other/b", "1");
  expect(database.collectionPaths("")).toEqual(["other"]);
});
