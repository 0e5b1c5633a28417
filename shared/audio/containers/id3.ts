import { ascii } from "#shared/audio/bytes.ts";

/**
 * Where the sound starts after the ID3v2 tags at `offset` (id3.org, ID3v2.4.0 §3.1): a tag says its size in four
 * 7-bit bytes. A tag that claims to be longer than the file is not believed, only its own ten bytes are passed.
 */
export function skipId3(bytes: Uint8Array, offset = 0): number {
  let at = offset;
  while (at + 10 <= bytes.length && ascii(bytes, at, 3) === "ID3") {
    const sizes = bytes.subarray(at + 6, at + 10);
    if (sizes.some((byte) => byte > 0x7f)) return at + 10;
    const size = sizes.reduce((sum, byte) => sum * 128 + byte, 0);
    const hasFooter = (bytes[at + 5] & 0x10) !== 0;
    const end = at + 10 + size + (hasFooter ? 10 : 0);
    if (end > bytes.length) return at + 10;
    at = end;
  }
  return at;
}
