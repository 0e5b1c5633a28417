import { expect, test } from "vitest";
import { toMarkdown } from "#emulators/commands/credits.ts";

const by = {
  id: "freesound/1.mp3",
  title: "Talk",
  author: "ann",
  source_url: "https://freesound.org/s/1/",
  license: "CC-BY-4.0",
  license_url: "https://creativecommons.org/licenses/by/4.0/",
  gen_ai_preference: "no-additional-preferences",
};

test("a section for each licence, a line with title, author, source and licence for each recording", () => {
  const rows = [
    { ...by, id: "2", title: "Free", license: "CC0-1.0", license_url: null, author: "bob" },
    by,
    { ...by, id: "3", title: "Second", gen_ai_preference: "no-gen-ai" },
    { id: "mine.wav", title: null, author: null, source_url: null, license: null },
  ];
  expect(toMarkdown(rows)).toBe(`# Credits

4 recordings by 2 authors.

## Licence unknown (1 recording)

Nobody has said how these may be used: find out before you publish them.

- “mine.wav”

## [CC BY 4.0](<https://creativecommons.org/licenses/by/4.0/>) (2 recordings)

- “[Talk](<https://freesound.org/s/1/>)” by ann is licensed under [CC BY 4.0](<https://creativecommons.org/licenses/by/4.0/>)
- “[Second](<https://freesound.org/s/1/>)” by ann is licensed under [CC BY 4.0](<https://creativecommons.org/licenses/by/4.0/>) (preference on generative models: no-gen-ai)

## CC0 1.0 (1 recording)

- “[Free](<https://freesound.org/s/1/>)” by bob is licensed under CC0 1.0
`);
});

test("what strangers write does not become markup", () => {
  const title = "[x](javascript:alert)\n# <b>*big*</b>";
  const markdown = toMarkdown([{ ...by, title, source_url: "javascript:alert(1)" }]);
  expect(markdown).toContain(
    "- “\\[x\\]\\(javascript\\:alert\\) \\# \\<b\\>\\*big\\*\\</b\\>” by ann is licensed",
  );
  expect(markdown).not.toMatch(/[^\\]\(javascript:/);
});

test.each([
  ["https://evil.example", "https\\://evil.example"],
  ["www.evil.example", "www\\.evil.example"],
  ["ask @somebody", "ask \\@somebody"],
  ["a\u202Eb\u0007c\u2066d", "abcd"],
  ["$x$ | y", "\\$x\\$ \\| y"],
])("nor an address, a mention or a change of direction: %j", (title, escaped) => {
  expect(toMarkdown([{ ...by, title, source_url: null }])).toContain(`- “${escaped}” by ann`);
});

test("an address has no character that ends its link", () => {
  const source_url = "https://example.org/a\\)b";
  expect(toMarkdown([{ ...by, source_url }])).toContain("[Talk](<https://example.org/a/)b>)");
});

test("nothing selected is no reason to fail", () => {
  expect(toMarkdown([])).toBe("# Credits\n\n0 recordings by 0 authors.\n");
});
