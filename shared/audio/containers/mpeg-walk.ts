import { readMpegHeader, type MpegHeader } from "./mpeg-header.ts";

/** The frames of an MPEG audio file, found by following one header to the next. */
export interface MpegWalk {
  readonly first: MpegHeader;
  readonly start: number;
  /** After the last whole frame. */
  readonly end: number;
  readonly frames: number;
  /** Bit rate of all frames if they share one (the first, which may be an information frame, apart), else null. */
  readonly constantBitrate: number | null;
  /** A frame that keeps another rate or channel count than the first. */
  readonly odd: MpegHeader | null;
  /** Bytes between frames that belong to none, and a last frame cut short. */
  readonly isBroken: boolean;
}

/** How far a first frame is looked for where something else stands in front. */
const searchBytes = 2 ** 16;

/** Null when there is no run of frames that begins within 64 KiB of `from`. */
export function walkMpeg(bytes: Uint8Array, from: number): MpegWalk | null {
  const start = findRun(bytes, from, from + searchBytes, 3);
  const first = start === null ? null : readMpegHeader(bytes, start);
  if (start === null || !first) return null;

  let at = start;
  let end = start;
  let frames = 0;
  let odd: MpegHeader | null = null;
  let isBroken = false;
  let bitrate: number | null | undefined;
  while (at < bytes.length) {
    const header = readMpegHeader(bytes, at);
    if (!header || !isFollowed(bytes, at, header)) {
      if (isTail(bytes, at)) break;
      isBroken = true;
      const next = findRun(bytes, at + 1, bytes.length, 2);
      if (next === null) break;
      at = next;
      continue;
    }
    if (!isAlike(header, first)) odd ??= header;
    if (frames > 0)
      bitrate = bitrate === undefined || bitrate === header.bitrate ? header.bitrate : null;
    frames++;
    at += header.length;
    end = at;
  }
  return { first, start, end, frames, constantBitrate: bitrate ?? null, odd, isBroken };
}

/** The frame at `at` is whole, and after it comes another, or the end, or a tag. */
function isFollowed(bytes: Uint8Array, at: number, header: MpegHeader) {
  const next = at + header.length;
  if (next > bytes.length) return false;
  return (
    next + 4 > bytes.length ||
    readMpegHeader(bytes, next) !== null ||
    isTail(bytes, next) ||
    isZero(bytes, next)
  );
}

function findRun(bytes: Uint8Array, from: number, to: number, run: number): number | null {
  for (let at = bytes.indexOf(0xff, from); at >= 0 && at < to; at = bytes.indexOf(0xff, at + 1)) {
    if (isRun(bytes, at, run)) return at;
  }
  return null;
}

function isRun(bytes: Uint8Array, at: number, run: number): boolean {
  const first = readMpegHeader(bytes, at);
  let next = at;
  for (let count = 0; count < run; count++) {
    const header = readMpegHeader(bytes, next);
    if (!first || !header || !isAlike(header, first)) return count > 0 && next === bytes.length;
    next += header.length;
  }
  return true;
}

const isAlike = (a: MpegHeader, b: MpegHeader) =>
  a.version === b.version &&
  a.layer === b.layer &&
  a.sampleRate === b.sampleRate &&
  a.channels === b.channels;

/** ID3v1 (`TAG`), APE and Lyrics3 tags stand at the end; less than a header's bytes is padding. */
function isTail(bytes: Uint8Array, at: number) {
  if (at + 4 > bytes.length) return true;
  const name = String.fromCharCode(...bytes.subarray(at, at + 8));
  return /^(TAG|APETAGEX|LYRICS)/.test(name);
}

const isZero = (bytes: Uint8Array, at: number) =>
  bytes.subarray(at, at + 16).every((byte) => byte === 0);
