import { chunkSamples, first, kernels, roomForDoubles } from "./kernels.ts";
import { kaiser } from "./windows.ts";

/**
 * True peak by four-fold oversampling: ITU-R BS.1770-5, Annex 2. Instead of the Annex's 48-tap table the interpolator
 * is a Kaiser-windowed sinc of 4 × 24 taps, which follows it up to a higher frequency.
 */
const phases = 4;
const taps = 24;
const half = taps / 2;

const interpolators = Array.from({ length: phases - 1 }, (_, phase) =>
  planKernel((phase + 1) / phases),
);
const table = roomForDoubles(interpolators.length * taps);
interpolators.forEach((kernel, phase) => table.view.set(kernel, phase * taps));
/**
 * No interpolated value exceeds the largest of the samples that it is made of by more than this factor: where none is near
 * the peak so far, nothing is interpolated.
 */
const reach = Math.max(
  ...interpolators.map((kernel) => kernel.reduce((sum, tap) => sum + Math.abs(tap), 0)),
);

/** One channel's true peak, relative to full scale 1 (not in dB). Needs 8 kHz or more to mean anything. */
export class TruePeakMeter {
  /** The last samples, which the next values are made of as well. */
  readonly #tail = new Float32Array(taps);
  #peak = 0;

  push(samples: Float32Array): void {
    const input = first.view;
    for (let taken = 0; taken < samples.length; taken += chunkSamples) {
      const part = samples.subarray(taken, taken + chunkSamples);
      const filled = taps + part.length;
      input.set(this.#tail);
      input.set(part, taps);
      input.fill(0, filled, filled + 4);
      this.#peak = kernels.truePeak(first.at, part.length, table.at, reach, this.#peak);
      this.#tail.set(input.subarray(part.length, filled));
    }
  }

  /** The largest magnitude, of samples and between them. */
  result(): number {
    this.push(new Float32Array(half));
    return this.#peak;
  }
}

/** Taps that give the value `fraction` of a sample after the middle one. */
function planKernel(fraction: number): Float64Array {
  const beta = 6;
  const raw = Float64Array.from({ length: taps }, (_, tap) => {
    const t = tap - (half - 1) - fraction;
    const x = Math.PI * t;
    return (Math.sin(x) / x) * kaiser(t / half, beta);
  });
  const gain = raw.reduce((sum, tap) => sum + tap, 0);
  return raw.map((tap) => tap / gain);
}
