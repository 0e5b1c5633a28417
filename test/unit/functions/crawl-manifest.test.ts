import { describe, expect, test } from "vitest";
import { CsvError, parseCsv } from "#functions/crawl/csv.ts";
import { openManifest } from "#functions/crawl/manifest.ts";

describe("CSV (RFC 4180)", () => {
  test.each([
    [
      "a,b\nc,d",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    [
      "a,b\r\nc,d\r\n",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    ['"a,1","b ""x"""\n', [["a,1", 'b "x"']]],
    [
      '"two\nlines",b\n\nc,',
      [
        ["two\nlines", "b"],
        ["c", ""],
      ],
    ],
    ["", []],
    ["one", [["one"]]],
    [",", [["", ""]]],
  ])("%j", (text, rows) => {
    expect([...parseCsv(text)].map(({ cells }) => cells)).toEqual(rows);
  });

  test("rows know their line", () => {
    expect([...parseCsv('h\n"a\nb"\n\nc')].map(({ line }) => line)).toEqual([1, 2, 5]);
  });

  test("takes time in proportion to its length, whatever is in it", () => {
    const length = 1_000_000;
    const startedAt = performance.now();
    for (const text of [
      `url\n"${"a".repeat(length)}"\n`,
      `url\n"${'""'.repeat(length / 2)}"\n`,
      ",".repeat(length),
      '"a\nb",'.repeat(length / 6),
      "\r\n".repeat(length / 2),
    ])
      expect([...parseCsv(text)].length).toBeLessThan(3);
    expect(() => [...parseCsv('"'.repeat(length + 1))]).toThrowError(CsvError);
    expect(performance.now() - startedAt).toBeLessThan(5000); // the square of it would be minutes
  });

  test.each(['"open', 'a"b"', '"a"b'])("%j is none", (text) => {
    expect(() => [...parseCsv(text)]).toThrowError(/quote/);
  });
});

const good = { url: "https://example.org/a.wav", title: "A", license: "CC-BY-4.0" };

const parseManifest = (name: string, content: string) => [...openManifest(name, content).after(0)];

describe("a manifest", () => {
  test("has lines that are read one by one, from any of them on", () => {
    const line = JSON.stringify(good);
    const manifest = openManifest("l.jsonl", `${line}\r\n\n{\n${line}`);
    expect(manifest.found).toBe(3);
    expect([...manifest.after(1)].map(({ line }) => line)).toEqual([3, 4]);
    const table = openManifest("l.csv", "url,title,license\nhttps://a.example/1.wav,A,MIT\n\n,B\n");
    expect(table.found).toBe(2);
    expect([...table.after(2)].map(({ line }) => line)).toEqual([4]);
  });

  test.each([
    ["cc-by-4.0", "CC-BY-4.0"],
    ["CC BY-NC-SA 3.0", "CC-BY-NC-SA-3.0"],
    ["Sampling+", "Sampling-Plus"],
    ["sampling%2B", "Sampling-Plus"],
    ["Sampling-Plus", "Sampling-Plus"],
    ["LicenseRef-house-rules", "LicenseRef-house-rules"],
    ["https://creativecommons.org/licenses/by/3.0/us/deed.en", "CC-BY-3.0-US"],
    ["whatever", null],
    ["CC-FOO-9.9", null],
    ["CC-BY-5.0", null],
    ["https://creativecommons.org/licenses/foo/9.9/", null],
    ["https://example.org/licenses/by/4.0/", null],
  ])("the licence %s is %s", (license, id) => {
    const [line] = parseManifest("l.jsonl", JSON.stringify({ ...good, license }));
    expect(line?.entry?.license ?? null).toBe(id);
    expect(line?.problem.includes(`license: "${license}" is not known`)).toBe(id === null);
  });

  test("as JSON lines: what is wrong with a line is said, the others go on", () => {
    const lines = [
      JSON.stringify({ ...good, tags: ["x", "y"], author: "Ann" }),
      "",
      "{no json",
      JSON.stringify({ ...good, url: "http://example.org/a.wav", titel: "B" }),
      JSON.stringify({ ...good, license: "https://creativecommons.org/licenses/by-nc/3.0/" }),
      JSON.stringify({ ...good, license: "free for all" }),
    ].join("\n");
    const parsed = parseManifest("list.jsonl", `\uFEFF${lines}`);
    expect(parsed).toMatchObject([
      { line: 1, entry: { license: "CC-BY-4.0", tags: ["x", "y"], author: "Ann" } },
      { line: 3, entry: null, problem: "is not JSON" },
      { line: 4, entry: null, problem: expect.stringMatching(/https.*titel/s) },
      {
        line: 5,
        entry: {
          license: "CC-BY-NC-3.0",
          license_url: "https://creativecommons.org/licenses/by-nc/3.0/",
        },
      },
      { line: 6, entry: null, problem: expect.stringMatching(/^license: .*SPDX/) },
    ]);
  });

  test("as CSV", () => {
    const csv =
      'url,title,license,tags\nhttps://example.org/a.wav,"A, too",CC0-1.0,"x, y"\nno url,B,CC0-1.0\n';
    expect(parseManifest("list.csv", csv)).toMatchObject([
      { line: 2, entry: { title: "A, too", tags: ["x", "y"] } },
      { line: 3, entry: null, problem: expect.stringMatching(/^url: /) },
    ]);
    expect(() => parseManifest("list.csv", "url,name\n")).toThrowError(/missing: title, license/);
  });

  test.each([
    "http://example.org/a.wav",
    "ftp://example.org/a.wav",
    "file:///etc/passwd",
    "data:audio/wav;base64,AAAA",
    "//example.org/a.wav",
    "https://",
  ])("never has the address %s", (url) => {
    expect(parseManifest("l.jsonl", JSON.stringify({ ...good, url }))).toMatchObject([
      { entry: null, problem: expect.stringMatching(/^url: /) },
    ]);
  });

  test.each(["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "no address"])(
    "never shows %s as a source or a deed",
    (url) => {
      for (const key of ["source_url", "license_url"])
        expect(parseManifest("l.jsonl", JSON.stringify({ ...good, [key]: url }))).toMatchObject([
          { entry: null, problem: `${key}: must be an http or https address` },
        ]);
    },
  );
});
