import { expect, test } from "vitest";
import { toAttribution } from "#functions/load/attribution.ts";

test("a credit line has title, author, source and licence", () => {
  const metadata = {
    username: "ann",
    "source-url": "https://freesound.org/s/7/",
    license: "CC-BY-NC-4.0",
    "license-url": "https://creativecommons.org/licenses/by-nc/4.0/",
  };
  expect(toAttribution("Talk", metadata)).toBe(
    '"Talk" by ann (https://freesound.org/s/7/) is licensed under CC BY-NC 4.0 (https://creativecommons.org/licenses/by-nc/4.0/)',
  );
});

test("what is not known is left out, and without a licence there is no line", () => {
  expect(toAttribution("Talk", { license: "CC0-1.0" })).toBe('"Talk" is licensed under CC0 1.0');
  expect(toAttribution("Talk", { username: "ann" })).toBeNull();
});
