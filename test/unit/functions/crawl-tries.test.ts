import { expect, test } from "vitest";
import { freshMark, Mark, withMark, withTries } from "#shared/catalog/mark.ts";

const mark = (retries: Mark["retries"], givenUp: string[] = []): Mark => ({
  ...freshMark,
  retries,
  givenUp,
});
const tried = (before: Mark, failed: string[], settled: string[] = []) => {
  const { retries, givenUp } = withTries(before, { failed, settled });
  return { tries: Object.fromEntries(retries.map(({ id, tries }) => [id, tries])), givenUp };
};

test("each crawl that fails counts, whichever way it came by the sound", () => {
  expect(tried(mark([]), ["a", "b"])).toEqual({ tries: { a: 1, b: 1 }, givenUp: [] });
  expect(tried(mark([{ id: "a", tries: 3 }]), ["a"])).toEqual({ tries: { a: 4 }, givenUp: [] });
  // One that stands there twice keeps the higher count.
  const twice = mark([
    { id: "a", tries: 3 },
    { id: "a", tries: 1 },
  ]);
  expect(tried(twice, ["a"])).toEqual({ tries: { a: 4 }, givenUp: [] });
});

test("the fifth one gives up, and what is settled is forgotten", () => {
  const before = mark([{ id: "a", tries: 4 }], ["b", "c"]);
  expect(tried(before, ["a", "b"], ["c"])).toEqual({ tries: {}, givenUp: ["b", "a"] });
  expect(tried(before, [], ["a"])).toEqual({ tries: {}, givenUp: ["b", "c"] });
});

test("the lists are bounded: of too many, those that wait longest and those given up last stay", () => {
  const many = Array.from({ length: 1500 }, (_, index) => `${index}`);
  const { retries } = withTries(mark([{ id: "old", tries: 1 }]), { failed: many, settled: [] });
  expect(retries).toHaveLength(1000);
  expect(retries[0]).toEqual({ id: "old", tries: 1 });
  const worn = mark([{ id: "new", tries: 4 }], many);
  expect(tried(worn, ["new"]).givenUp.slice(-2)).toEqual(["1499", "new"]);
  expect(tried(worn, ["new"]).givenUp).toHaveLength(1000);
});

test("a mark of the schema before these lists is read", () => {
  const { givenUp: _, ...old } = freshMark;
  expect(Mark.parse({ ...old, place: { scan: { page: 1 }, looked: 3 } })).toMatchObject({
    givenUp: [],
    place: { stuck: 0, swept: null },
  });
});

test("the marks of a query fit into a document, the newest ones first", () => {
  const long = Array.from({ length: 1000 }, (_, index) => String(index).padStart(20, "0"));
  let marks = {};
  for (let index = 0; index < 60; index++)
    marks = withMark(marks, `policy ${index}`, { ...mark([], long), updatedAt: index });
  const names = Object.keys(marks);
  expect(names[0]).toBe("policy 59");
  expect(JSON.stringify(marks).length).toBeLessThan(520_000);
  expect(names.length).toBeGreaterThan(15);
});
