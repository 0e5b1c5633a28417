import { decodeAudio } from "#shared/audio/decode.ts";
import type { AudioLimits } from "#shared/audio/limits.ts";
import { toMono } from "#shared/audio/mono.ts";
import { type Column, Envelope } from "./envelope.ts";
import { type LevelBin, LevelHistogram } from "./level-histogram.ts";
import { type Levels, Spectrogram } from "./spectrogram.ts";

/** What a picture of a recording shows, of a size that does not grow with its length. */
export interface PictureData {
  readonly durationSeconds: number;
  readonly sampleRate: number;
  readonly waveforms: readonly (readonly Column[])[];
  readonly levels: readonly LevelBin[];
  readonly spectrogram: Levels;
}

const mostColumns = 1000;

/**
 * Decodes a file a second time, block by block: what its columns are is known only when its length is. `frames` is
 * that length, counted by `readAudio`, which has also shown that the file decodes.
 */
export async function readPictureData(
  bytes: Uint8Array,
  frames: number,
  limits: AudioLimits,
): Promise<PictureData> {
  const decoding = decodeAudio(bytes, limits);
  const { sampleRate, channels } = decoding.format;
  const envelopes = Array.from({ length: channels }, () => new Envelope(frames, mostColumns));
  const histogram = new LevelHistogram(sampleRate);
  const spectrogram = new Spectrogram(sampleRate, frames, mostColumns);
  for await (const block of decoding.blocks()) {
    block.forEach((samples, channel) => envelopes[channel].push(samples));
    const mono = toMono(block);
    histogram.push(mono);
    spectrogram.push(mono);
  }
  return {
    durationSeconds: frames / sampleRate,
    sampleRate,
    waveforms: envelopes.map((envelope) => envelope.result()),
    levels: histogram.result(),
    spectrogram: spectrogram.result(),
  };
}
