import { viewOf } from "#shared/audio/bytes.ts";
import { toTags, type AudioTags, type TagName } from "#shared/audio/tags.ts";

const fields: Readonly<Record<string, TagName>> = {
  TITLE: "title", ARTIST: "artist", ALBUM: "album", DATE: "date", GENRE: "genre",
}; // prettier-ignore

/** More comments than any tagger writes are not looked at. */
const mostComments = 1000;

/** A Vorbis comment (xiph.org/vorbis/doc/v-comment.html) from its vendor string on; what is cut off is left out. */
export const readVorbisComment = (bytes: Uint8Array): AudioTags => toTags(comments(bytes));

function* comments(bytes: Uint8Array): Generator<readonly [TagName | undefined, string]> {
  const view = viewOf(bytes);
  let at = 0;
  for (let index = -1; index < mostComments && at + 4 <= bytes.length; index++) {
    const size = view.getUint32(at, true);
    const text = new TextDecoder().decode(bytes.subarray(at + 4, at + 4 + Math.min(size, 4096)));
    // The vendor string is followed by the number of comments.
    at += 4 + size + (index < 0 ? 4 : 0);
    const equals = text.indexOf("=");
    if (index >= 0 && equals > 0)
      yield [fields[text.slice(0, equals).toUpperCase()], text.slice(equals + 1)];
  }
}
