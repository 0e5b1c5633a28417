import type { Container } from "./audio-stream.ts";
import { decodeAudio } from "./decode.ts";
import { KeptSignal } from "./kept-signal.ts";
import type { AudioLimits } from "./limits.ts";
import { release } from "./block.ts";
import { Measures } from "./measures.ts";
import { toMono } from "./mono.ts";
import type { Scorecard } from "./scorecard.ts";
import type { AudioTags } from "./tags.ts";

export interface ReadOptions {
  readonly limits: AudioLimits;
  /** Also keep the mono mix at this rate; `auto` is 16000, or 8000 for a file of at most 8000 Hz. */
  readonly resampleTo?: 8000 | 16000 | "auto";
  /** Also take the measures that need no reference. */
  readonly measures?: boolean;
}

/** The facts of a recording, counted from its decoded samples; with its signal when that was asked for. */
export interface AudioReading {
  /** Exact: decoded sample frames over the rate. Encoder delay and padding of MP3 and Opus are not counted. */
  readonly durationSeconds: number;
  readonly sampleRate: number;
  readonly channels: number;
  readonly container: Container;
  /** As ffmpeg names codecs: `mp3`, `vorbis`, `opus`, `flac`, `pcm_s16le`, … */
  readonly codec: string;
  readonly bitDepth: number | null;
  /** Bits per second of the coded sound. */
  readonly bitrate: number | null;
  readonly tags: AudioTags;
  /** The end, or a part, is missing: the file holds less than it promises. */
  readonly truncated: boolean;
  /** Mono, at `samplesRate`. */
  readonly samples?: Float32Array<ArrayBuffer>;
  readonly samplesRate?: number;
  readonly measures?: Scorecard;
}

/** Reads a file on the calling thread. `readAudio` does this in a worker, which is what files of strangers call for. */
export async function takeReading(bytes: Uint8Array, options: ReadOptions): Promise<AudioReading> {
  const { limits, resampleTo } = options;
  const decoding = decodeAudio(bytes, limits);
  const { format } = decoding;
  const rate = resampleTo === "auto" ? (format.sampleRate <= 8000 ? 8000 : 16_000) : resampleTo;
  const kept =
    rate && new KeptSignal(format.sampleRate, rate, format.declaredFrames, limits.maxMemoryMb);
  const measures = options.measures ? new Measures(format) : null;
  for await (const block of decoding.blocks()) {
    const mono = toMono(block);
    if (kept) kept.push(mono);
    measures?.push(block, mono);
    release([mono]);
    release(block);
  }
  const durationSeconds = decoding.frames / format.sampleRate;
  return {
    durationSeconds,
    sampleRate: format.sampleRate,
    channels: format.channels,
    container: format.container,
    codec: format.codec,
    bitDepth: format.bitDepth,
    bitrate: format.nominalBitrate ?? Math.round((format.audioBytes * 8) / durationSeconds),
    tags: decoding.tags,
    truncated: decoding.truncated,
    ...(kept && { samples: kept.finish(), samplesRate: kept.sampleRate }),
    ...(measures && { measures: measures.result() }),
  };
}
