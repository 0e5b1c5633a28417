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

/** Samples at one side's largest value so far, in runs. A new largest value starts the count anew. */
class PeakRuns {
  #peak = 0;
  #run = 0;
  #runs = 0;
  #samples = 0;

  push(x: number) {
    if (x > this.#peak * (1 + 1e-4)) {
      this.#peak = x;
      this.#run = 1;
      this.#runs = 0;
      this.#samples = 0;
    } else if (x >= this.#peak * (1 - 1e-4) && x > 0) {
      this.#run++;
      if (this.#run === shortestRun) {
        this.#runs++;
        this.#samples += shortestRun;
      } else if (this.#run > shortestRun) this.#samples++;
    } else this.#run = 0;
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
    for (let i = 0; i < samples.length; i++) {
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
    this.#samples += samples.length;
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
