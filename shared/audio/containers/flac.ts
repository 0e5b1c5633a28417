import { decoder } from "@audio/decode-flac";
import type { AudioFormat, AudioStream } from "#shared/audio/audio-stream.ts";
import { decodePieces } from "#shared/audio/block.ts";
import { ascii, viewOf } from "#shared/audio/bytes.ts";
import { rejection } from "#shared/audio/rejection.ts";
import type { AudioTags } from "#shared/audio/tags.ts";
import { flacFrames } from "./flac-frames.ts";
import { readVorbisComment } from "./vorbis-comment.ts";

/** STREAMINFO (RFC 9639, 8.2): always 34 bytes. */
const streamInfoBytes = 34;

/** Native FLAC (RFC 9639). `start` is where `fLaC` stands, after any ID3 tag. */
export function openFlac(bytes: Uint8Array, start: number): AudioStream {
  let offset = start + 4;
  let info: Uint8Array | undefined;
  let tags: AudioTags = {};
  for (let isLast = false; !isLast;) {
    if (offset + 4 > bytes.length) throw endsInHeader();
    const head = viewOf(bytes).getUint32(offset, false);
    const size = head & 0xff_ffff;
    isLast = head >>> 31 === 1;
    const body = bytes.subarray(offset + 4, offset + 4 + size);
    const type = (head >>> 24) & 0x7f;
    if (type === 0) info = body.subarray(0, streamInfoBytes);
    if (type === 4) tags = readVorbisComment(body);
    offset += 4 + size;
  }
  if (!info || info.length < streamInfoBytes || offset > bytes.length) throw endsInHeader();
  const frames = bytes.subarray(offset);
  return flacStream("flac", info, frames, tags);
}

const endsInHeader = () =>
  rejection(
    "malformed-header",
    "This FLAC file ends inside its header, or has no STREAMINFO: no frame can be read.",
  );

/** The frames in `sound`, described by `info`; Ogg FLAC is unwrapped to this as well. */
export function flacStream(
  container: "flac" | "ogg",
  info: Uint8Array,
  sound: Uint8Array,
  tags: AudioTags,
): AudioStream {
  const view = viewOf(info);
  const packed = view.getUint32(10, false);
  const total = (packed & 15) * 2 ** 32 + view.getUint32(14, false);
  const largestFrame = view.getUint32(6, false) & 0xff_ffff;
  const format: AudioFormat = {
    container,
    codec: "flac",
    sampleRate: packed >>> 12,
    channels: ((packed >>> 9) & 7) + 1,
    bitDepth: ((packed >>> 4) & 31) + 1,
    declaredFrames: total === 0 ? null : total,
    audioBytes: sound.length,
    nominalBitrate: null,
  };
  function* pieces() {
    yield Uint8Array.of(0x66, 0x4c, 0x61, 0x43, 0x80, 0, 0, streamInfoBytes, ...info);
    yield* flacFrames(sound, largestFrame);
  }
  async function* blocks() {
    for await (const block of decodePieces(decoder, pieces())) {
      for (const samples of block) toStored(samples, format.bitDepth ?? 16);
      yield block;
    }
  }
  return { format, damaged: false, tags, blocks };
}

/**
 * The decoder divides integers by 2^(bits−1) − 1; full scale is 2^(bits−1) everywhere else. The integers
 * come back whole up to 24 bits, as many as a single-precision number holds.
 */
function toStored(samples: Float32Array, bits: number): void {
  const highest = 2 ** (bits - 1) - 1;
  if (bits > 24) {
    for (let i = 0; i < samples.length; i++) samples[i] *= highest / (highest + 1);
    return;
  }
  for (let i = 0; i < samples.length; i++)
    samples[i] = Math.round(samples[i] * highest) / (highest + 1);
}

/** The native stream inside an Ogg FLAC's first packet: 0x7F `FLAC`, version, header count, `fLaC`, STREAMINFO. */
export function oggFlacInfo(packet: Uint8Array): Uint8Array {
  const info = packet.subarray(17, 17 + streamInfoBytes);
  if (ascii(packet, 9) !== "fLaC" || info.length < streamInfoBytes) throw endsInHeader();
  return info;
}
