import { viewOf } from "#shared/audio/bytes.ts";
import type { DecodedBlock } from "#shared/audio/block.ts";
import { alawSamples, mulawSamples } from "./g711.ts";

/** How one sample is stored; the names are those of ffmpeg after `pcm_`. */
export type PcmEncoding = keyof typeof readers;

type Reader = (view: DataView, offset: number) => number;

/** Linear scaling, so that the largest negative code is −1 and code 0 is 0. */
const readers = {
  u8: (view, at) => (view.getUint8(at) - 128) / 128,
  s8: (view, at) => view.getInt8(at) / 128,
  s16le: (view, at) => view.getInt16(at, true) / 2 ** 15,
  s16be: (view, at) => view.getInt16(at, false) / 2 ** 15,
  s24le: (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23,
  s24be: (view, at) => (view.getInt16(at, false) * 2 ** 8 + view.getUint8(at + 2)) / 2 ** 23,
  s32le: (view, at) => view.getInt32(at, true) / 2 ** 31,
  s32be: (view, at) => view.getInt32(at, false) / 2 ** 31,
  f32le: (view, at) => view.getFloat32(at, true),
  f32be: (view, at) => view.getFloat32(at, false),
  f64le: (view, at) => view.getFloat64(at, true),
  f64be: (view, at) => view.getFloat64(at, false),
  alaw: (view, at) => alawSamples[view.getUint8(at)],
  mulaw: (view, at) => mulawSamples[view.getUint8(at)],
} satisfies Record<string, Reader>;

/** Bytes of one stored sample. */
export const sampleBytes = (encoding: PcmEncoding) =>
  encoding.endsWith("law") ? 1 : Number.parseInt(encoding.slice(1), 10) / 8;

/** Interleaved samples → blocks. An incomplete last frame is left out. */
export function* decodePcm(
  bytes: Uint8Array,
  encoding: PcmEncoding,
  channels: number,
): Generator<DecodedBlock> {
  const view = viewOf(bytes);
  const read: Reader = readers[encoding];
  const step = sampleBytes(encoding);
  const frameBytes = step * channels;
  const frames = Math.floor(bytes.length / frameBytes);
  const blockFrames = Math.max(1, Math.floor(65_536 / channels));
  for (let first = 0; first < frames; first += blockFrames) {
    const length = Math.min(blockFrames, frames - first);
    yield Array.from({ length: channels }, (_, channel) => {
      const samples = new Float32Array(length);
      let at = first * frameBytes + channel * step;
      for (let frame = 0; frame < length; frame++, at += frameBytes)
        samples[frame] = read(view, at);
      return samples;
    });
  }
}
