/** CRC-16 of FLAC frames (RFC 9639, 9.3: x¹⁶ + x¹⁵ + x² + 1, most significant bit first, start 0). */
const crc16 = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x8005) & 0xffff : crc << 1;
  return crc;
});

/** CRC-8 of frame headers (RFC 9639, 9.1.8: x⁸ + x² + x + 1). */
const crc8 = Uint8Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 7) & 0xff : crc << 1;
  return crc;
});

/** Bytes of a frame that is longer than any encoder makes, where the header does not say what its longest is. */
const longestFrame = 2 ** 20;

/**
 * The frames of a FLAC stream, whole ones only: each proves itself by its CRC-16. What does not is skipped.
 *
 * The decoder is fed frame by frame because it misses the end of a frame when the bytes it is given end inside the
 * next one's header, and then drops all that follows; and because a frame is the most it can turn into samples at once
 * (a frame of silence codes 65,535 samples × 8 channels in some 30 bytes).
 */
export function* flacFrames(bytes: Uint8Array, largest: number): Generator<Uint8Array> {
  let start = nextHeader(bytes, 0);
  while (start < bytes.length) {
    const end = frameEnd(bytes, start, largest || longestFrame);
    if (end !== null) yield bytes.subarray(start, end);
    start =
      end !== null && headerLength(bytes, end) > 0 ? end : nextHeader(bytes, end ?? start + 1);
  }
}

/** Where the frame that begins at `start` ends: its CRC is 0 there, and another begins or the file ends. */
function frameEnd(bytes: Uint8Array, start: number, largest: number): number | null {
  const last = Math.min(bytes.length, start + largest);
  let crc = 0;
  for (let at = start; at < last; at++) {
    if (crc === 0 && at > start + 5 && bytes[at] === 0xff && headerLength(bytes, at) > 0) return at;
    crc = crc16[(crc >> 8) ^ bytes[at]] ^ ((crc << 8) & 0xffff);
  }
  return crc === 0 ? last : null;
}

function nextHeader(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (headerLength(bytes, at) > 0) return at;
  }
  return bytes.length;
}

/** Length of the frame header at `at` (RFC 9639, 9.1), or 0 where there is none. */
function headerLength(bytes: Uint8Array, at: number): number {
  if (at + 6 > bytes.length || bytes[at] !== 0xff || (bytes[at + 1] & 0xfe) !== 0xf8) return 0;
  const blockSize = bytes[at + 2] >> 4;
  const rate = bytes[at + 2] & 15;
  const assignment = bytes[at + 3] >> 4;
  if (blockSize === 0 || rate === 15 || assignment > 10 || bytes[at + 3] & 1) return 0;
  // The frame or sample number is coded like UTF-8, extended to seven bytes.
  const number = Math.max(1, Math.clz32(~(bytes[at + 4] << 24)));
  const sizeBytes = blockSize === 6 ? 1 : blockSize === 7 ? 2 : 0;
  const rateBytes = rate === 12 ? 1 : rate === 13 || rate === 14 ? 2 : 0;
  const length = 4 + number + sizeBytes + rateBytes;
  if (at + length >= bytes.length) return 0;
  let crc = 0;
  for (let i = at; i < at + length; i++) crc = crc8[crc ^ bytes[i]];
  return crc === bytes[at + length] ? length + 1 : 0;
}
