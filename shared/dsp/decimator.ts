/**
 * Halves the sample rate: a half-band low-pass of 31 taps (Blackman window, 74 dB) that is flat to 0.16 and closed from 0.34
 * of the input rate.
 */
const half = 15;
/** The odd taps from the middle outwards; the even ones of a half-band filter are zero, but for the middle, 1/2. */
const taps = planTaps();

export class Halver {
  readonly #buffer = new Float32Array(2 * half + 4096);
  #filled = 2 * half;
  #next = half;

  /** The new samples; the filter's delay of 15 input samples stays in. */
  push(samples: Float32Array): Float32Array {
    const output = new Float32Array((samples.length >> 1) + 1);
    let count = 0;
    for (let taken = 0; taken < samples.length;) {
      const part = samples.subarray(taken, taken + this.#buffer.length - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
      const buffer = this.#buffer;
      let at = this.#next;
      for (; at + half < this.#filled; at += 2) {
        let sum = buffer[at] / 2;
        for (let k = 0; k < taps.length; k++)
          sum += taps[k] * (buffer[at - 2 * k - 1] + buffer[at + 2 * k + 1]);
        output[count++] = sum;
      }
      const used = at - half;
      buffer.copyWithin(0, used, this.#filled);
      this.#filled -= used;
      this.#next = half;
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
