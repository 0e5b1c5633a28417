import { ascii, viewOf } from "#shared/audio/bytes.ts";
import { toTags, type AudioTags, type TagName } from "#shared/audio/tags.ts";

/** Text frames by their names in ID3v2.3/2.4 and, of three letters, in v2.2. */
const frames: Readonly<Record<string, TagName>> = {
  TIT2: "title", TT2: "title", TPE1: "artist", TP1: "artist", TALB: "album", TAL: "album",
  TDRC: "date", TYER: "date", TYE: "date", TCON: "genre", TCO: "genre",
}; // prettier-ignore

/** Encodings by the first byte of a text frame. */
const encodings = ["latin1", "utf-16", "utf-16be", "utf-8"];

/**
 * Where the sound starts after the ID3v2 tags at the beginning (id3.org, ID3v2.4.0 §3.1): a tag says its size in four
 * 7-bit bytes. A tag that claims to be longer than the file is not believed, only its own ten bytes are passed.
 */
export function skipId3(bytes: Uint8Array): number {
  let at = 0;
  while (at + 10 <= bytes.length && ascii(bytes, at, 3) === "ID3") {
    const hasFooter = (bytes[at + 5] & 0x10) !== 0;
    const end = at + 10 + syncSafe(bytes, at + 6) + (hasFooter ? 10 : 0);
    if (end > bytes.length) return at + 10;
    at = end;
  }
  return at;
}

/** The text frames of the ID3v2 tag in front, up to the first that is none; else the ID3v1 tag at the end. */
export function readId3(bytes: Uint8Array): AudioTags {
  const start = skipId3(bytes);
  if (start > 10) return toTags(textFrames(bytes, start));
  const old = bytes.subarray(-128);
  if (old.length < 128 || ascii(old, 0, 3) !== "TAG") return {};
  const field = (offset: number, size: number) =>
    decode(old.subarray(offset, offset + size), "latin1");
  return toTags([["title", field(3, 30)], ["artist", field(33, 30)], ["album", field(63, 30)], ["date", field(93, 4)]]); // prettier-ignore
}

function* textFrames(
  bytes: Uint8Array,
  end: number,
): Generator<readonly [TagName | undefined, string]> {
  const version = bytes[3];
  const nameSize = version === 2 ? 3 : 4;
  const headSize = version === 2 ? 6 : 10;
  const view = viewOf(bytes);
  let at = 10;
  while (at + headSize <= end && /^[A-Z][A-Z0-9]+$/.test(ascii(bytes, at, nameSize))) {
    const size =
      version === 2
        ? view.getUint32(at + 2, false) & 0xff_ffff
        : version === 4
          ? syncSafe(bytes, at + 4)
          : view.getUint32(at + 4, false);
    const body = bytes.subarray(at + headSize, Math.min(end, at + headSize + size));
    const name = frames[ascii(bytes, at, nameSize)];
    if (name && body.length > 1)
      yield [name, decode(body.subarray(1, 4096), encodings[body[0]] ?? "latin1")];
    at += headSize + size;
  }
}

const syncSafe = (bytes: Uint8Array, at: number) =>
  bytes.subarray(at, at + 4).reduce((sum, byte) => sum * 128 + (byte & 127), 0);

const decode = (bytes: Uint8Array, encoding: string) => new TextDecoder(encoding).decode(bytes);
