import { describe, expect, test } from "vitest";
import { parseDate } from "#emulators/freesound/search/dates.ts";
import { pageUrl, parseSearch } from "#emulators/freesound/search/parameters.ts";

const parse = (query: string) => parseSearch(new URLSearchParams(query));

const link = (query: string, page = 2) => pageUrl("http://fs.test", parse(query), page);

describe("search parameters", () => {
  test.each([
    ["", 1, 15],
    ["page=3&page_size=50", 3, 50],
    ["page=x&page_size=many", 1, 15],
    ["page=1.5&page_size=", 1, 15],
    ["page_size=151", 1, 150],
    ["page=%202%20", 2, 15],
  ])("%s is page %i of %i", (query, page, pageSize) => {
    expect(parse(query)).toMatchObject({ page, pageSize });
  });

  test.each(["page=0", "page=-1", "page_size=0", "page_size=-5"])("%s is not found", (query) => {
    expect(() => parse(query)).toThrow(
      expect.objectContaining({ status: 404, message: "Not found" }),
    );
  });

  test("an empty filter is invalid, no filter is none", () => {
    const invalid = expect.objectContaining({ status: 400, message: "Invalid filter." });
    expect(() => parse("filter=")).toThrow(invalid);
    expect(() => parse("filter=%20%20")).toThrow(invalid);
    expect(parse("query=a").filter).toBe("");
  });

  test.each(["", "query=", 'query="%20"', "query=''", "query=%20"])("%s asks for all", (query) => {
    expect(parse(query).query).toBe("");
  });

  test("an unknown sort is by score", () => {
    expect(parse("sort=name_desc").sort).toBe("score");
    expect(parse("sort=created_desc").sort).toBe("created_desc");
  });
});

describe("links", () => {
  test("are written as the API writes them, without the token", () => {
    expect(
      link("query=old+town&filter=duration:[1+TO+5]&page_size=150&fields=id,previews&token=secret"),
    ).toBe(
      "http://fs.test/apiv2/search/?&query=old%20town&filter=duration:[1%20TO%205]&weights=&page=2&page_size=150&fields=id,previews",
    );
  });

  test("leave out what is the default", () => {
    expect(link("sort=score&page_size=15&group_by_pack=0")).toBe(
      "http://fs.test/apiv2/search/?&query=&weights=&page=2",
    );
  });

  test("keep sort, weights and grouping", () => {
    expect(link("query=a&sort=created_asc&weights=tags:4&group_by_pack=1")).toBe(
      "http://fs.test/apiv2/search/?&query=a&weights=tags:4&sort=created_asc&page=2&group_by_pack=1",
    );
  });

  test("quote what Python's quote quotes", () => {
    expect(link(`query=${encodeURIComponent('né "x/y" & (a+b)!~\'*')}`)).toContain(
      "&query=n%C3%A9%20%22x%2Fy%22%20%26%20(a+b)%21~'*&",
    );
  });
});

describe("a date", () => {
  const now = Date.parse("2026-11-22T12:34:56.789Z");
  test.each([
    ["NOW", "2026-11-22T12:34:56.789Z"],
    ["NOW/DAY", "2026-11-22T00:00:00.000Z"],
    ["NOW-7DAYS/DAY", "2026-11-15T00:00:00.000Z"],
    ["NOW-1MONTH+2HOURS", "2026-10-22T14:34:56.789Z"],
    ["NOW/YEAR", "2026-01-01T00:00:00.000Z"],
    ["NOW/MONTH-1SECOND", "2026-10-31T23:59:59.000Z"],
    ["2026-01-31T10:00:00Z", "2026-01-31T10:00:00.000Z"],
    ["2026-01-31T10:00:00.250Z+1DAY", "2026-02-01T10:00:00.250Z"],
  ])("%s is %s", (text, iso) => {
    expect(new Date(parseDate(text, now)).toISOString()).toBe(iso);
  });

  test.each([
    "2026",
    "2026-01-31",
    "2026-01-31T10:00:00",
    "2026-13-01T00:00:00Z",
    "NOW-7",
    "yesterday",
    "NOW/WEEK",
  ])("%s is none", (text) => {
    expect(() => parseDate(text, now)).toThrow(`Invalid Date String:'${text}'`);
  });
});
