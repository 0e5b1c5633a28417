import { describe, expect, test } from "vitest";
import { parseFilter } from "#emulators/pubsub/filter/parse.ts";

/** The worked examples of cloud.google.com/pubsub/docs/subscription-message-filter and their kin. */
const cases: readonly (readonly [string, Record<string, string>, boolean])[] = [
  ["attributes:domain", { domain: "" }, true],
  ["attributes:domain", { other: "x" }, false],
  ["attributes : domain", { domain: "x" }, true],
  ["attributes:constructor", {}, false],
  ['attributes.domain = "com"', { domain: "com" }, true],
  ['attributes.domain="com"', { domain: "COM" }, false],
  ['attributes.Domain = "com"', { domain: "com" }, false],
  ["attributes.domain = 'com'", { domain: "com" }, true],
  ['attributes.domain != "com"', { domain: "com" }, false],
  ['attributes.domain != "com"', { domain: "org" }, true],
  ['attributes.domain != "com"', {}, true],
  ['hasPrefix(attributes.domain, "co")', { domain: "com" }, true],
  ['hasPrefix(attributes.domain, "co")', { domain: "org" }, false],
  ['hasPrefix(attributes.domain, "")', {}, false],
  ['NOT hasPrefix(attributes.domain, "co")', {}, true],
  ["NOT attributes:domain", {}, true],
  ["NOT NOT attributes:domain", { domain: "x" }, true],
  ["-attributes:domain", {}, true],
  ["- (attributes:a OR attributes:b)", { b: "1" }, false],
  ["attributes:a AND attributes:b", { a: "1", b: "1" }, true],
  ["attributes:a AND attributes:b", { a: "1" }, false],
  ["attributes:a AND attributes:b AND attributes:c", { a: "", b: "", c: "" }, true],
  ["attributes:a OR attributes:b OR attributes:c", { c: "" }, true],
  ["NOT attributes:a AND attributes:b", { b: "1" }, true],
  ["attributes:a AND (attributes:b OR attributes:c)", { a: "", c: "" }, true],
  ["(attributes:a AND attributes:b) OR attributes:c", { c: "" }, true],
  ["((attributes:a))", { a: "" }, true],
  ["NOT(attributes:a)", {}, true],
  ['attributes:"ce-type"', { "ce-type": "x" }, true],
  ['attributes.ce-type = "x"', { "ce-type": "x" }, true],
  ['attributes."odd.key" = "x"', { "odd.key": "x" }, true],
  ['attributes.NOT = "x"', { NOT: "x" }, true],
  ['attributes:"み\\u307f\\U0000307F\\x41\\101"', { みみみAA: "" }, true],
  ['attributes.a = "say \\"hi\\" \\\\ \\n"', { a: 'say "hi" \\ \n' }, true],
];

test.each(cases)("%s of %o is %s", (filter, attributes, expected) => {
  expect(parseFilter(filter)(attributes)).toBe(expected);
});

describe("refuses", () => {
  test.each([
    ["", "expected attributes"],
    ["attributes", "expected ."],
    ["attributes.a", "expected = or !="],
    ["attributes.a = b", "expected string"],
    ["attributes.a = 1", "expected string"],
    ['attributes.a > "1"', "unexpected >"],
    ['attributes.a == "1"', "expected string"],
    ['attributes = "1"', "expected ."],
    ['data = "1"', "expected attributes"],
    ["attributes:", "expected word"],
    ["attributes:a attributes:b", "expected end"],
    ["attributes:a and attributes:b", "expected end"],
    ["not attributes:a", "expected attributes"],
    ["attributes:a AND", "expected attributes"],
    ["attributes:a AND attributes:b OR attributes:c", "parentheses"],
    ["attributes:a OR attributes:b AND attributes:c", "parentheses"],
    ["(attributes:a", "expected )"],
    ["attributes:a)", "expected end"],
    ['hasPrefix(attributes.a "x")', "expected ,"],
    ['hasPrefix(a, "x")', "expected attributes"],
    ['hasprefix(attributes.a, "x")', "expected attributes"],
    ['attributes.a = "open', "unexpected"],
    ['attributes.a = "\\q"', "unknown escape"],
    [`attributes.a = "${"x".repeat(241)}"`, "256 bytes"],
    [`attributes.a = "${"ł".repeat(121)}"`, "256 bytes"],
  ])("%s", (filter, message) => {
    expect(() => parseFilter(filter)).toThrow(message);
  });

  test("with the position of what was not expected", () => {
    expect(() => parseFilter("attributes:a nonsense")).toThrow(
      expect.objectContaining({ name: "FilterError", at: 13 }),
    );
  });

  test("nothing within 256 bytes", () => {
    expect(parseFilter(`attributes.a = "${"x".repeat(239)}"`)({})).toBe(false);
  });
});
