import type { Measure } from "./measure.ts";
import { wadaTable } from "./wada-table.ts";

const floor = 1e-10;
/** Digital silence as long as this is a gap, not a sample of speech or noise. */
const gapSeconds = 0.02;

/**
 * Signal-to-noise ratio from the distribution of amplitudes (WADA-SNR, Kim & Stern 2008), in dB, −20 … 100. It takes
 * speech to be gamma-distributed and noise Gaussian, so it is blind to noise that is shaped like speech.
 *
 * Runs of exact zeros of 20 ms and more are left out: padding and lost packets would else count as purest speech.
 * Null when nothing else is there.
 */
export class WadaSnrMeter implements Measure<number | null> {
  readonly #gap: number;
  #zeros = 0;
  #count = 0;
  #zeroCount = 0;
  #sum = 0;
  #logSum = 0;
  #peak = 0;

  constructor(sampleRate: number) {
    this.#gap = Math.round(gapSeconds * sampleRate);
  }

  push(samples: Float32Array): void {
    // Logarithms are slow: amplitudes are multiplied up and their product's logarithm taken now and then.
    let product = 1;
    let sum = 0;
    let logSum = 0;
    let count = 0;
    let peak = this.#peak;
    let zeros = this.#zeros;
    for (let i = 0; i < samples.length; i++) {
      const x = Math.abs(samples[i]);
      if (x < floor) {
        zeros++;
        continue;
      }
      if (zeros > 0) {
        this.#closeRun(zeros);
        zeros = 0;
      }
      if (x > peak) peak = x;
      sum += x;
      product *= x;
      count++;
      if (product < 1e-200 || product > 1e200) {
        logSum += Math.log(product);
        product = 1;
      }
    }
    this.#peak = peak;
    this.#zeros = zeros;
    this.#count += count;
    this.#sum += sum;
    this.#logSum += logSum + Math.log(product);
  }

  result(): number | null {
    const zeros = this.#zeroCount + (this.#zeros < this.#gap ? this.#zeros : 0);
    const count = this.#count + zeros;
    if (this.#count === 0) return null;
    // The peak that amplitudes are normalised by cancels out, but for the floor that stands in for zeros.
    const meanLog = (this.#logSum + zeros * Math.log(floor * this.#peak)) / count;
    return snrOf(Math.log(this.#sum / count) - meanLog);
  }

  #closeRun(zeros: number) {
    if (zeros < this.#gap) this.#zeroCount += zeros;
  }
}

/** The table is not monotonic at its start: the last step that is still below counts. */
function snrOf(g: number): number {
  const last = wadaTable.length - 1;
  if (g <= wadaTable[0]) return -20;
  if (g >= wadaTable[last]) return 100;
  let index = last;
  while (wadaTable[index] > g) index--;
  return index - 20 + (g - wadaTable[index]) / (wadaTable[index + 1] - wadaTable[index]);
}
