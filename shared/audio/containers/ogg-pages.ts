import { ascii, viewOf } from "#shared/audio/bytes.ts";

/** One page of an Ogg file (RFC 3533, 6). */
export interface OggPage {
  readonly serial: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** Codec-defined position at the end of the page; −1 when no packet ends on it. */
  readonly granule: number;
  /** The whole page, header included. */
  readonly bytes: Uint8Array;
  readonly body: Uint8Array;
}

export interface OggPages {
  readonly pages: readonly OggPage[];
  /** Bytes that belong to no page, or a last page cut short. */
  readonly isBroken: boolean;
}

export function readOggPages(bytes: Uint8Array): OggPages {
  const view = viewOf(bytes);
  const pages: OggPage[] = [];
  let isBroken = false;
  let at = 0;
  while (at + 27 <= bytes.length) {
    if (ascii(bytes, at) !== "OggS" || bytes[at + 4] !== 0) {
      isBroken = true;
      at = nextCapture(bytes, at + 1);
      continue;
    }
    const bodyStart = at + 27 + bytes[at + 26];
    const bodySize = bytes.subarray(at + 27, bodyStart).reduce((sum, lace) => sum + lace, 0);
    const end = bodyStart + bodySize;
    if (end > bytes.length) break;
    const flags = bytes[at + 5];
    pages.push({
      serial: view.getUint32(at + 14, true),
      isFirst: (flags & 2) !== 0,
      isLast: (flags & 4) !== 0,
      granule: Number(view.getBigInt64(at + 6, true)),
      bytes: bytes.subarray(at, end),
      body: bytes.subarray(bodyStart, end),
    });
    at = end;
  }
  return { pages, isBroken: isBroken || at < bytes.length };
}

function nextCapture(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0x4f, from); at >= 0; at = bytes.indexOf(0x4f, at + 1)) {
    if (ascii(bytes, at) === "OggS") return at;
  }
  return bytes.length;
}
