import { expect, test } from "vitest";
import { tokenize } from "#emulators/bigquery/sql/lexer.ts";

const read = (text: string) =>
  tokenize(text)
    .slice(0, -1)
    .map(({ type, text }) => [type, text]);

test.each([
  [
    "'it''s'",
    [
      ["string", "it"],
      ["string", "s"],
    ],
  ],
  [String.raw`'a\'b\n\x41\u00e9'`, [["string", "a'b\nAé"]]],
  [String.raw`r'\d'`, [["string", String.raw`\d`]]],
  [`"""a"b\nc"""`, [["string", 'a"b\nc']]],
  ["`p-1.d.t`", [["qid", "p-1.d.t"]]],
  [
    "a.1 b",
    [
      ["id", "a"],
      ["op", "."],
      ["int", "1"],
      ["id", "b"],
    ],
  ],
  [
    "1.5e3 0xFF .5",
    [
      ["float", "1.5e3"],
      ["int", "0xFF"],
      ["float", ".5"],
    ],
  ],
  [
    "@name @@error.message",
    [
      ["param", "name"],
      ["sysvar", "error.message"],
    ],
  ],
  [
    "a--x\n/* y */#z\n|>b",
    [
      ["id", "a"],
      ["op", "|>"],
      ["id", "b"],
    ],
  ],
])("%s", (text, tokens) => {
  expect(read(text)).toEqual(tokens);
});

test.each([
  ["'open", "Unclosed string literal"],
  ["`open", "Unclosed identifier literal"],
  ["/* open", "Unclosed comment"],
  [String.raw`'\q'`, String.raw`Illegal escape sequence: \q`],
  ["$", "Illegal input character"],
  ["1abc", "Missing whitespace between literal and alias"],
])("refuses %s", (text, message) => {
  expect(() => tokenize(text)).toThrow(message);
});

test("offsets are those of the text, however long a comment is", () => {
  const text = `/*${"x".repeat(9000)}*/ word`;
  expect(tokenize(text)[0]).toMatchObject({ text: "word", start: 9005, end: 9009 });
});
