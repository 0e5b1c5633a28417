import { chunkSamples, first, kernels, second } from "./kernels.ts";
import type { Measure } from "./measure.ts";

export interface Clipping {
  /** Share of samples that stand in runs at the signal's own positive or negative peak, or at full scale. */
  readonly ratio: number;
  /** Runs of three or more such samples. */
  readonly runs: number;
  /** Share of samples with |x| ≥ 0.999. */
  readonly fullScaleRatio: number;
}

const fullScale = 0.999;
const shortestRun = 3;
/** Values within this share of the peak are the peak. */
const tolerance = 1e-4;
/** Samples whose extremes are looked at first: those far from the peak need no second look. */
const stretch = 64;

/** Samples at one side's largest value so far, in runs. A new largest value starts the count anew. */
class PeakRuns {
  #peak = 0;
  #run = 0;
  #runs = 0;
  #samples = 0;

  push(x: number) {
    if (x > this.#peak * (1 + tolerance)) {
      this.#peak = x;
      this.#run = 1;
      this.#runs = 0;
      this.#samples = 0;
    } else if (x >= this.#floor && x > 0) {
      this.#run++;
      if (this.#run === shortestRun) {
        this.#runs++;
        this.#samples += shortestRun;
      } else if (this.#run > shortestRun) this.#samples++;
    } else this.#run = 0;
  }

  /** What is below is not at the peak. */
  get #floor() {
    return this.#peak * (1 - tolerance);
  }

  /** Samples none of which exceeds `highest`: true when they are far from the peak, and taken. */
  skip(highest: number): boolean {
    if (!(highest < this.#floor)) return false;
    this.#run = 0;
    return true;
  }

  get found() {
    return { runs: this.#runs, samples: this.#samples };
  }
}

/**
 * Clipping of one channel: runs of three or more samples at the signal's own positive or negative peak (a clip that was
 * turned down later still shows), and samples at full scale.
 */
export class ClippingMeter implements Measure<Clipping> {
  readonly #positive = new PeakRuns();
  readonly #negative = new PeakRuns();
  #samples = 0;
  #atFullScale = 0;

  push(samples: Float32Array): void {
    const found = second.view;
    for (let at = 0; at < samples.length; at += chunkSamples) {
      const count = Math.min(chunkSamples, samples.length - at);
      const stretches = Math.floor(count / stretch);
      first.view.set(samples.subarray(at, at + count));
      kernels.extremes(first.at, stretches, second.at);
      for (let i = 0, from = at; i < stretches; i++, from += stretch) {
        const lowest = found[2 * i];
        const highest = found[2 * i + 1];
        const isLoud = !(lowest > -fullScale && highest < fullScale);
        if (isLoud || !this.#positive.skip(highest) || !this.#negative.skip(-lowest))
          this.#look(samples, from, from + stretch);
      }
      this.#look(samples, at + stretches * stretch, at + count);
    }
    this.#samples += samples.length;
  }

  #look(samples: Float32Array, from: number, to: number) {
    for (let i = from; i < to; i++) {
      const x = samples[i];
      if (x >= 0) {
        this.#positive.push(x);
        this.#negative.push(0);
        if (x >= fullScale) this.#atFullScale++;
      } else {
        this.#negative.push(-x);
        this.#positive.push(0);
        if (x <= -fullScale) this.#atFullScale++;
      }
    }
  }

  result(): Clipping {
    const positive = this.#positive.found;
    const negative = this.#negative.found;
    const all = Math.max(1, this.#samples);
    const clipped = Math.max(positive.samples + negative.samples, this.#atFullScale);
    return {
      ratio: clipped / all,
      runs: positive.runs + negative.runs,
      fullScaleRatio: this.#atFullScale / all,
    };
  }
}
