import { decoder } from "@audio/decode-mp3";
import type { AudioFormat, AudioStream } from "#shared/audio/audio-stream.ts";
import { decodePieces, inPieces, type DecodedBlock } from "#shared/audio/block.ts";
import { ascii, viewOf } from "#shared/audio/bytes.ts";
import { rejection } from "#shared/audio/rejection.ts";
import { readId3 } from "./id3.ts";
import type { MpegHeader } from "./mpeg-header.ts";
import { walkMpeg } from "./mpeg-walk.ts";

/** MPEG audio, or null when the bytes from `from` hold no run of its frames. */
export function openMp3(bytes: Uint8Array, from: number): AudioStream | null {
  const walk = walkMpeg(bytes, from);
  if (!walk) return null;
  const { first, odd } = walk;
  if (odd) {
    throw rejection(
      "mixed-streams",
      `This MPEG audio file changes inside from ${describe(first)} to ${describe(odd)}: it was joined from unlike parts.`,
    );
  }
  const info = readInfoFrame(bytes, walk.start, first);
  const found = walk.frames - (info ? 1 : 0);
  const promised = info?.frames ?? found;
  const trimmed = info ? info.delay + info.padding : 0;
  const format: AudioFormat = {
    container: "mp3",
    codec: `mp${first.layer}`,
    sampleRate: first.sampleRate,
    channels: first.channels,
    bitDepth: null,
    declaredFrames: Math.max(0, promised * first.samples - trimmed),
    audioBytes: walk.end - walk.start,
    nominalBitrate: walk.constantBitrate,
  };
  return {
    format,
    damaged: walk.isBroken,
    tags: readId3(bytes),
    blocks: () =>
      withChannels(
        decodePieces(decoder, inPieces(bytes.subarray(walk.start, walk.end), 16_384)),
        first.channels,
      ),
  };
}

const describe = ({ sampleRate, channels }: MpegHeader) =>
  `${sampleRate} Hz ${channels === 1 ? "mono" : "stereo"}`;

/**
 * The Xing/Info frame of LAME and others: how many frames follow, and how many samples the encoder added in front
 * and behind (Mp3 Info Tag rev 1, gabriel.mp3-tech.org/mp3infotag.html; the decoder removes them).
 */
function readInfoFrame(bytes: Uint8Array, start: number, { version, channels, layer }: MpegHeader) {
  if (layer !== 3) return null;
  const side = version === 1 ? (channels === 1 ? 17 : 32) : channels === 1 ? 9 : 17;
  const at = start + 4 + side;
  const name = ascii(bytes, at);
  if ((name !== "Xing" && name !== "Info") || at + 12 > bytes.length) return null;
  const view = viewOf(bytes);
  const flags = view.getUint32(at + 4, false);
  const lame =
    at +
    8 +
    (flags & 1 ? 4 : 0) +
    (flags & 2 ? 4 : 0) +
    (flags & 4 ? 100 : 0) +
    (flags & 8 ? 4 : 0);
  const hasGaps = lame + 24 <= bytes.length && /^(LAME|Lavf|Lavc)/.test(ascii(bytes, lame));
  const gaps = hasGaps ? viewOf(bytes).getUint32(lame + 20, false) >>> 8 : 0;
  return {
    frames: flags & 1 ? view.getUint32(at + 8, false) : null,
    delay: gaps >>> 12,
    padding: gaps & 0xfff,
  };
}

/** The decoder gives two channels always; a mono file's second one is a copy. */
async function* withChannels(blocks: AsyncIterable<DecodedBlock>, channels: number) {
  for await (const block of blocks) yield block.slice(0, channels);
}
