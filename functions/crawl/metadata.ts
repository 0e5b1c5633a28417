import { toSpdx } from "#shared/freesound/license.ts";
import type { Sound } from "#shared/freesound/sound.ts";

/**
 * Cloud Storage takes 8 KiB of custom metadata an object, names and values together
 * (https://cloud.google.com/storage/quotas#objects). Of that, the crawl's own fields have their share, and the
 * rest is for what is added later (`source-deleted`, `reference`).
 */
const limits = { all: 8192, own: 1200, later: 400, text: 1000, tags: 3000 };

/** What gives way when all of it is too long: the first ones first. */
const expendable = ["tags", "title", "username", "created", "md5", "gen-ai-preference"];

/** Custom metadata of a sound's recording, by the names that the table `recordings` is filled from. */
export const soundMetadata = (sound: Sound, format: string): Record<string, string> =>
  toMetadata({
    source: "freesound",
    "source-id": String(sound.soundId),
    "source-url": sound.url,
    title: sound.name,
    username: sound.username,
    license: toSpdx(sound.license),
    "license-url": sound.license,
    "gen-ai-preference": sound.genAiPreference,
    tags: sound.tags,
    md5: sound.md5,
    created: sound.created,
    format,
  });

/**
 * Fields as metadata: what is not said is left out, what is too long is cut. An address that is too long is left
 * out too, for one that is cut leads nowhere. The same fields give the same metadata in every crawl.
 */
export function toMetadata(
  fields: Readonly<Record<string, string | readonly string[] | null | undefined>>,
): Record<string, string> {
  const texts = Object.entries(fields).map(([name, value]): [string, string] => {
    if (value === null || value === undefined) return [name, ""];
    if (typeof value !== "string") return [name, cutTags(value, limits.tags)];
    if (name.endsWith("-url"))
      return [name, Buffer.byteLength(value) > limits.text * 2 ? "" : value];
    return [name, cut(value, limits.text)];
  });
  const metadata = Object.fromEntries(texts.filter(([, text]) => text !== ""));
  for (const name of expendable) {
    const text = metadata[name];
    const excess = sizeOf(metadata) - (limits.all - limits.own - limits.later);
    if (text === undefined || excess <= 0) continue;
    const left = Buffer.byteLength(text) - excess;
    metadata[name] = name === "tags" ? cutTags(text.split(","), left) : cut(text, left);
    if (metadata[name] === "") delete metadata[name];
  }
  return metadata;
}

/** The fields that say which crawl has stored an object, within their share. */
export const crawlMetadata = (query: string, crawlId: string): Record<string, string> => ({
  query: cut(query, limits.text),
  "crawl-id": cut(crawlId, 100),
});

const sizeOf = (metadata: Readonly<Record<string, string>>) =>
  Buffer.byteLength(Object.entries(metadata).flat().join(""));

/** At most `limit` bytes of UTF-8, never ending inside a character. */
function cut(text: string, limit: number): string {
  const bytes = Buffer.from(text.toWellFormed());
  if (bytes.length <= limit) return text.toWellFormed();
  let end = Math.max(0, limit);
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--; // bytes inside a character
  return bytes.toString("utf8", 0, end);
}

/** Whole tags, separated by commas (a Freesound tag holds none). */
function cutTags(tags: readonly string[], limit: number): string {
  let text = "";
  for (const tag of tags) {
    const longer = text === "" ? tag : `${text},${tag}`;
    if (Buffer.byteLength(longer) > limit) break;
    text = longer;
  }
  return text;
}
