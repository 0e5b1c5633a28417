import { expect, test } from "vitest";
import { crawlMetadata, soundMetadata, toMetadata } from "#functions/crawl/metadata.ts";
import type { Sound } from "#shared/freesound/sound.ts";

const sound: Sound = {
  soundId: 42,
  name: "talk.wav",
  url: "https://freesound.org/s/42/",
  username: "ann",
  license: "http://creativecommons.org/licenses/by/4.0/",
  tags: ["speech", "english"],
  created: "2026-01-01T00:00:00",
  fileSize: 10,
  md5: "0cc175b9c0f1b6a831c399e269772661",
  genAiPreference: "no-gen-ai",
  previews: {},
};

test("says where a recording came from and how it may be used", () => {
  expect(soundMetadata(sound, "preview-hq-mp3")).toEqual({
    source: "freesound",
    "source-id": "42",
    "source-url": "https://freesound.org/s/42/",
    title: "talk.wav",
    username: "ann",
    license: "CC-BY-4.0",
    "license-url": "http://creativecommons.org/licenses/by/4.0/",
    "gen-ai-preference": "no-gen-ai",
    tags: "speech,english",
    md5: "0cc175b9c0f1b6a831c399e269772661",
    created: "2026-01-01T00:00:00",
    format: "preview-hq-mp3",
  });
});

test("leaves out what the source does not say", () => {
  const metadata = soundMetadata(
    { ...sound, md5: null, genAiPreference: null, tags: [] },
    "original",
  );
  for (const key of ["md5", "gen-ai-preference", "tags"]) expect(metadata).not.toHaveProperty(key);
});

test("stays below the 8 KiB that Cloud Storage takes, in whole characters and whole tags", () => {
  const tags = Array.from({ length: 2000 }, (_, index) => `étiquette${index}`);
  const metadata = soundMetadata({ ...sound, name: "😀".repeat(2000), tags }, "original");
  const bytes = Object.entries(metadata).join("").length;
  expect(Buffer.byteLength(JSON.stringify(metadata))).toBeLessThan(8192);
  expect(bytes).toBeGreaterThan(3000);
  expect(metadata["title"]?.isWellFormed()).toBe(true);
  expect(tags).toContain(metadata["tags"]?.split(",").at(-1));
});

const sizeOf = (metadata: Record<string, string>) =>
  Buffer.byteLength(Object.entries(metadata).flat().join(""));

test.each(["x", "é", "語", "😀", "e\u0301", "\uD800"])(
  "everything as long as can be, in %j: still fits, with what the crawl and others add",
  (character) => {
    const long = character.repeat(5000);
    const metadata = toMetadata({
      source: "manifest",
      "source-id": "1",
      "source-url": `https://example.org/${"x".repeat(1900)}`,
      "license-url": `https://example.org/${"x".repeat(1900)}`,
      title: long,
      username: long,
      license: "CC0-1.0",
      "gen-ai-preference": long,
      tags: [long.slice(0, 500), long.slice(0, 500), long],
      md5: "0".repeat(32),
      created: "2026-01-01T00:00:00Z",
    });
    const whole = { ...metadata, ...crawlMetadata(long, "20260101T000000Z-abcdef") };
    expect(sizeOf(whole)).toBeLessThan(8192 - 300);
    for (const text of Object.values(whole)) expect(text.isWellFormed()).toBe(true);
    expect(metadata["source-url"]).toHaveLength(1920);
    expect(metadata["title"]?.length).toBeGreaterThan(100);
    expect(whole["query"]?.startsWith(long.slice(0, 2).toWellFormed())).toBe(true);
  },
);

test("an address that is too long is left out: one that is cut leads nowhere", () => {
  const url = `https://example.org/${"x".repeat(3000)}`;
  expect(toMetadata({ "source-url": url, "license-url": "https://example.org" })).toEqual({
    "license-url": "https://example.org",
  });
});
