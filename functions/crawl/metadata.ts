import { toSpdx } from "#shared/freesound/license.ts";
import type { Sound } from "#shared/freesound/sound.ts";

/** Cloud Storage takes 8 KiB of custom metadata; the fields without a bound of their own get a share. */
const limits = { text: 1_000, tags: 3_000 };

/** Custom metadata of a sound's recording, by the names that the table `recordings` is filled from. */
export const soundMetadata = (sound: Sound): Record<string, string> =>
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
  });

/** Fields as metadata: what is not said is left out, what is too long is cut. */
export function toMetadata(
  fields: Readonly<Record<string, string | readonly string[] | null | undefined>>,
): Record<string, string> {
  const texts = Object.entries(fields).map(([name, value]): [string, string] => {
    if (value === null || value === undefined) return [name, ""];
    return [name, typeof value === "string" ? cut(value, limits.text) : cutTags(value)];
  });
  return Object.fromEntries(texts.filter(([, text]) => text !== ""));
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
