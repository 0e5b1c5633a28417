/**
 * True peak by four-fold oversampling: ITU-R BS.1770-5, Annex 2. Instead of the Annex's 48-tap table the interpolator
 * is a Kaiser-windowed sinc of 4 × 24 taps, which follows it up to a higher frequency.
 */
const phases = 4;
const taps = 24;
const half = taps / 2;

const kernels = Array.from({ length: phases - 1 }, (_, phase) => planKernel((phase + 1) / phases));
/** No interpolated value exceeds the largest of the samples that it is made of by more than this factor. */
const reach = Math.max(
  ...kernels.map((kernel) => kernel.reduce((sum, tap) => sum + Math.abs(tap), 0)),
);

/** Samples that are judged together: where none is near the peak so far, nothing is interpolated. */
const stretch = 32;

/** One channel's true peak, relative to full scale 1 (not in dB). Needs 8 kHz or more to mean anything. */
export class TruePeakMeter {
  readonly #buffer = new Float32Array(taps + 4096);
  #filled = taps;
  #peak = 0;

  push(samples: Float32Array): void {
    for (let taken = 0; taken < samples.length;) {
      const part = samples.subarray(taken, taken + this.#buffer.length - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
      this.#scan(this.#filled);
      this.#buffer.copyWithin(0, this.#filled - taps, this.#filled);
      this.#filled = taps;
    }
  }

  /** The largest magnitude, of samples and between them. */
  result(): number {
    this.push(new Float32Array(half));
    return this.#peak;
  }

  #scan(end: number) {
    const buffer = this.#buffer;
    for (let start = taps; start < end; start += stretch) {
      const stop = Math.min(end, start + stretch);
      let local = 0;
      for (let i = start - taps; i < stop; i++) {
        const x = Math.abs(buffer[i]);
        if (x > local) local = x;
      }
      if (local > this.#peak || local * reach > this.#peak) this.#interpolate(start, stop, local);
    }
  }

  #interpolate(start: number, stop: number, local: number) {
    const buffer = this.#buffer;
    let peak = Math.max(this.#peak, local);
    for (const kernel of kernels) {
      for (let i = start; i < stop; i++) {
        let sum = 0;
        for (let tap = 0; tap < taps; tap++) sum += kernel[tap] * buffer[i - taps + 1 + tap];
        const x = Math.abs(sum);
        if (x > peak) peak = x;
      }
    }
    this.#peak = peak;
  }
}

/** Taps that give the value `fraction` of a sample after the middle one. */
function planKernel(fraction: number): Float64Array {
  const beta = 6;
  const raw = Float64Array.from({ length: taps }, (_, tap) => {
    const t = tap - (half - 1) - fraction;
    const inside = 1 - (t / half) ** 2;
    const window = inside > 0 ? bessel0(beta * Math.sqrt(inside)) / bessel0(beta) : 0;
    const x = Math.PI * t;
    return (Math.sin(x) / x) * window;
  });
  const gain = raw.reduce((sum, tap) => sum + tap, 0);
  return raw.map((tap) => tap / gain);
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function bessel0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 40; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
