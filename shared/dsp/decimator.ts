import { chunkSamples, first, kernels, roomForDoubles, second } from "./kernels.ts";

/**
 * Halves the sample rate: a half-band low-pass of 31 taps (Blackman window, 74 dB) that is flat to 0.16 and closed from 0.34
 * of the input rate.
 */
const half = 15;
/** The odd taps from the middle outwards; the even ones of a half-band filter are zero, but for the middle, 1/2. */
const taps = roomForDoubles((half + 1) / 2);
taps.view.set(planTaps());
const even = roomForDoubles(chunkSamples / 2 + 64);
const odd = roomForDoubles(chunkSamples / 2 + 64);

class Halver {
  /** What the next output needs of the samples before. */
  readonly #tail = new Float32Array(2 * half + 1);
  #kept = 2 * half;
  #output = new Float32Array(0);

  /** The new samples, until the next push; the filter's delay of 15 input samples stays in. */
  push(samples: Float32Array): Float32Array {
    const most = (samples.length >> 1) + 1;
    if (this.#output.length < most) this.#output = new Float32Array(most);
    const output = this.#output;
    const input = first.view;
    let count = 0;
    for (let taken = 0; taken < samples.length; taken += chunkSamples) {
      const part = samples.subarray(taken, taken + chunkSamples);
      input.set(this.#tail);
      input.set(part, this.#kept);
      const filled = this.#kept + part.length;
      const ready = Math.max(0, Math.ceil((filled - 2 * half) / 2));
      kernels.halve(first.at, ready, taps.at, even.at, odd.at, second.at);
      output.set(second.view.subarray(0, ready), count);
      count += ready;
      this.#kept = filled - 2 * ready;
      this.#tail.set(input.subarray(2 * ready, filled));
    }
    return output.subarray(0, count);
  }
}

/** Halves as often as the rate stays at or over `lowest`. */
export class Decimator {
  readonly sampleRate: number;
  readonly #stages: readonly Halver[];

  constructor(sampleRate: number, lowest: number) {
    const stages = Math.max(0, Math.floor(Math.log2(sampleRate / lowest)));
    this.#stages = Array.from({ length: stages }, () => new Halver());
    this.sampleRate = sampleRate / 2 ** stages;
  }

  /** The new samples, until the next push. */
  push(samples: Float32Array): Float32Array {
    return this.#stages.reduce((signal, stage) => stage.push(signal), samples);
  }
}

function planTaps(): Float64Array {
  const raw = Float64Array.from({ length: (half + 1) / 2 }, (_, k) => {
    const n = 2 * k + 1;
    const window =
      0.42 +
      0.5 * Math.cos((Math.PI * n) / (half + 1)) +
      0.08 * Math.cos((2 * Math.PI * n) / (half + 1));
    return (Math.sin((Math.PI * n) / 2) / (Math.PI * n)) * window;
  });
  const sum = raw.reduce((total, tap) => total + tap, 0);
  return raw.map((tap) => tap / (4 * sum));
}
