/** What a file says about itself in ID3, Vorbis comments, RIFF INFO or AIFF text chunks. */
export interface AudioTags {
  readonly title?: string;
  readonly artist?: string;
  readonly album?: string;
  readonly date?: string;
  readonly genre?: string;
}

export type TagName = keyof AudioTags;

/** Tags from the [name, text] pairs that a container's own names were translated to; the first of a name counts. */
export function toTags(pairs: Iterable<readonly [TagName | undefined, string]>): AudioTags {
  const tags: { [name in TagName]?: string } = {};
  for (const [name, text] of pairs) {
    const trimmed = text.replace(/\0.*$/s, "").trim();
    if (name && trimmed && tags[name] === undefined) tags[name] = trimmed;
  }
  return tags;
}
