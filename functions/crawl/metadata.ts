import { toSpdx } from "#shared/freesound/license.ts";
import type { Sound } from "#shared/freesound/sound.ts";

/** Cloud Storage takes 8 KiB of custom metadata; the two fields without a bound of their own get a share. */
const limits = { title: 1_000, tags: 4_000 };

/** Custom metadata of a crawled object. What the source does not say is left out. */
export function toMetadata(sound: Sound, query: string, crawlId: string): Record<string, string> {
  const fields = {
    source: "freesound",
    "source-id": String(sound.soundId),
    "source-url": sound.url,
    title: cut(sound.name, limits.title),
    username: sound.username,
    license: toSpdx(sound.license),
    "license-url": sound.license,
    "gen-ai-preference": sound.genAiPreference,
    tags: cutTags(sound.tags),
    md5: sound.md5,
    created: sound.created,
    query: cut(query, limits.title),
    "crawl-id": crawlId,
  };
  return Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, string] => Boolean(field[1])),
  );
}

/** At most `limit` bytes of UTF-8, never ending inside a character. */
function cut(text: string, limit: number): string {
  let cutText = text.slice(0, limit);
  while (Buffer.byteLength(cutText) > limit) cutText = cutText.slice(0, -1);
  return cutText.toWellFormed().replace(/\uFFFD$/, "");
}

/** Whole tags, separated by commas (a Freesound tag holds none). */
function cutTags(tags: readonly string[]): string {
  let text = "";
  for (const tag of tags) {
    const longer = text === "" ? tag : `${text},${tag}`;
    if (Buffer.byteLength(longer) > limits.tags) break;
    text = longer;
  }
  return text;
}
