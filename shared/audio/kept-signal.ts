import { rejection } from "./rejection.ts";
import { Resampler } from "./resample.ts";

/** Collects the mono mix of a recording at one rate: the only thing of its length that a reading keeps. */
export class KeptSignal {
  readonly sampleRate: number;
  readonly #resampler: Resampler;
  readonly #mostSamples: number;
  #samples: Float32Array<ArrayBuffer>;
  #length = 0;

  /** `expectedFrames` at the rate `from` spares growing; null when nobody knows. */
  constructor(from: number, to: number, expectedFrames: number | null, maxMemoryMb: number) {
    const expected =
      expectedFrames === null ? 60 * to : Math.ceil((expectedFrames * to) / from) + 1;
    this.sampleRate = to;
    this.#resampler = new Resampler(from, to);
    this.#mostSamples = (maxMemoryMb * 2 ** 20) / 4;
    this.#samples = new Float32Array(Math.min(expected, this.#mostSamples));
  }

  /** The next part of the mono mix. */
  push(mono: Float32Array) {
    this.#append(this.#resampler.push(mono));
  }

  finish(): Float32Array<ArrayBuffer> {
    this.#append(this.#resampler.finish());
    return this.#samples.subarray(0, this.#length);
  }

  #append(part: Float32Array) {
    const needed = this.#length + part.length;
    if (needed > this.#mostSamples) {
      throw rejection(
        "decode-memory",
        `The signal needs more than the ${(this.#mostSamples * 4) / 2 ** 20} MB that a reading may hold.`,
      );
    }
    if (needed > this.#samples.length) {
      const grown = new Float32Array(Math.min(this.#mostSamples, Math.ceil(needed * 1.5)));
      grown.set(this.#samples.subarray(0, this.#length));
      this.#samples = grown;
    }
    this.#samples.set(part, this.#length);
    this.#length = needed;
  }
}
