import { parseBuffer } from "music-metadata";

/** What a file says about itself in ID3, Vorbis comments, RIFF INFO or AIFF text chunks. */
export interface AudioTags {
  readonly title?: string;
  readonly artist?: string;
  readonly album?: string;
  readonly date?: string;
  readonly genre?: string;
}

/** Tags are a courtesy: a file whose tags cannot be read has none, and its sound still counts. */
export async function readTags(bytes: Uint8Array): Promise<AudioTags> {
  const metadata = await parseBuffer(bytes, undefined, { skipCovers: true, duration: false }).catch(
    () => null,
  );
  const { title, artist, album, date, genre } = metadata?.common ?? {};
  return {
    ...(title && { title }),
    ...(artist && { artist }),
    ...(album && { album }),
    ...(date && { date }),
    ...(genre?.[0] && { genre: genre[0] }),
  };
}
