import { PermanentError } from "#shared/errors.ts";
import type { AudioFormat, AudioStream } from "./audio-stream.ts";
import type { DecodedBlock } from "./block.ts";
import {
  defaultAudioLimits,
  highestPlausiblePeak,
  maxSampleValues,
  sampleRateRange,
  type AudioLimits,
} from "./limits.ts";
import { openAudio } from "./open.ts";
import { rejection } from "./rejection.ts";
import type { AudioTags } from "./tags.ts";

/**
 * A file on its way to being samples: the headers are read and within the limits, the samples come block by block,
 * so that memory does not grow with length. `frames` and `truncated` are final when the blocks have ended.
 */
export class Decoding {
  readonly format: AudioFormat;
  /** Sample frames so far. */
  frames = 0;
  readonly #stream: AudioStream;
  readonly #limits: AudioLimits;

  constructor(stream: AudioStream, limits: AudioLimits) {
    this.format = stream.format;
    this.#stream = stream;
    this.#limits = limits;
    refuseByHeader(stream.format, limits);
  }

  get tags(): AudioTags {
    return this.#stream.tags;
  }

  /** Less sound came out than the headers promise, or the container is visibly incomplete. */
  get truncated(): boolean {
    const { declaredFrames, sampleRate, bitDepth } = this.format;
    const tolerance = bitDepth === null ? 0.1 * sampleRate : 0;
    return (
      this.#stream.damaged || (declaredFrames !== null && this.frames < declaredFrames - tolerance)
    );
  }

  /** @throws PermanentError for what only decoding shows; an allocation that fails stays what it is: transient. */
  async *blocks(): AsyncGenerator<DecodedBlock> {
    try {
      for await (const block of this.#stream.blocks()) {
        this.#check(block);
        yield block;
      }
    } catch (error) {
      if (error instanceof PermanentError || isAllocationFailure(error)) throw error;
      const { codec } = this.format;
      throw rejection("cannot-decode", `The ${codec} decoder gave up: ${String(error)}`, {
        cause: error,
      });
    }
    if (this.frames === 0)
      throw rejection("no-samples", "The file holds no sound that can be decoded.");
  }

  #check(block: DecodedBlock) {
    const { channels, sampleRate } = this.format;
    if (block.length !== channels) {
      throw rejection(
        "mixed-streams",
        `The file changes from ${channels} to ${block.length} channels inside.`,
      );
    }
    this.frames += block[0]?.length ?? 0;
    refuseByLength(this.frames, channels, sampleRate, this.#limits);
    for (const samples of block) refuseBySamples(samples);
  }
}

/**
 * Starts to decode a file held in memory. Containers and codecs are found by content.
 * @throws PermanentError with an `AudioRejection`
 */
export function decodeAudio(bytes: Uint8Array, limits = defaultAudioLimits): Decoding {
  if (bytes.length > limits.maxBytes) {
    throw rejection(
      "too-large",
      `The file has ${bytes.length} bytes; the limit is ${limits.maxBytes}.`,
    );
  }
  return new Decoding(openAudio(bytes), limits);
}

function refuseByHeader(
  { channels, sampleRate, declaredFrames }: AudioFormat,
  limits: AudioLimits,
) {
  const { lowest, highest } = sampleRateRange;
  if (!(sampleRate >= lowest && sampleRate <= highest)) {
    throw rejection(
      "bad-sample-rate",
      `The sample rate is given as ${sampleRate} Hz; sound has ${lowest} to ${highest} Hz.`,
    );
  }
  if (channels > limits.maxChannels) {
    throw rejection(
      "too-many-channels",
      `The file has ${channels} channels; the limit is ${limits.maxChannels}.`,
    );
  }
  if (declaredFrames !== null) refuseByLength(declaredFrames, channels, sampleRate, limits);
}

function refuseByLength(frames: number, channels: number, sampleRate: number, limits: AudioLimits) {
  const { maxDurationSeconds } = limits;
  const seconds = frames / sampleRate;
  if (seconds > maxDurationSeconds) {
    throw rejection(
      "too-long",
      `The file lasts at least ${seconds.toFixed(0)} s; the limit is ${maxDurationSeconds} s.`,
    );
  }
  if (frames * channels > maxSampleValues(limits)) {
    throw rejection(
      "too-long",
      `The file holds at least ${frames} × ${channels} samples: more than ${maxDurationSeconds} s of 192 kHz stereo.`,
    );
  }
}

function refuseBySamples(samples: Float32Array) {
  // Indexed: iterators over typed arrays cost several times as much, and this sees every sample.
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i];
    if (Math.abs(sample) <= highestPlausiblePeak) continue;
    throw Number.isFinite(sample)
      ? rejection(
          "implausible-samples",
          `The file decodes to samples of ${sample.toExponential(1)} (full scale is 1): it is corrupt.`,
        )
      : rejection(
          "non-finite-samples",
          "The file holds samples that are not numbers (NaN or infinity).",
        );
  }
}

/** Memory that the machine would not give now, not a length that a file made impossible. */
const isAllocationFailure = (error: unknown) =>
  error instanceof RangeError &&
  /allocation failed|could not allocate|out of memory/i.test(error.message);
