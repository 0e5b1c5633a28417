/** A share of the time, in percent, in which the level lies between two values, in dBov. */
export interface LevelBin {
  readonly from: number;
  readonly to: number;
  readonly percent: number;
}

const windowSeconds = 0.02;
const stepDb = 2;
/** What is fainter, digital silence too, is counted at the bottom. */
export const floorDbov = -100;

/** How loud a signal is how often: the root mean square of every 20 ms, in steps of 2 dB. */
export class LevelHistogram {
  readonly #window: number;
  readonly #counts = new Float64Array(-floorDbov / stepDb);
  #energy = 0;
  #filled = 0;

  constructor(sampleRate: number) {
    this.#window = Math.round(windowSeconds * sampleRate);
  }

  push(samples: Float32Array): void {
    for (const x of samples) {
      this.#energy += x * x;
      if (++this.#filled === this.#window) this.#close();
    }
  }

  /** A last window that is not full counts too, so that the shortest sound has a level. */
  result(): LevelBin[] {
    if (this.#filled > 0) this.#close();
    const all = this.#counts.reduce((sum, count) => sum + count, 0);
    return Array.from(this.#counts, (count, i) => ({
      from: floorDbov + i * stepDb,
      to: floorDbov + (i + 1) * stepDb,
      percent: (100 * count) / Math.max(1, all),
    }));
  }

  #close() {
    const level = 10 * Math.log10(this.#energy / this.#filled);
    const bin = Math.floor((level - floorDbov) / stepDb);
    this.#counts[Math.max(0, Math.min(this.#counts.length - 1, bin))]++;
    this.#energy = 0;
    this.#filled = 0;
  }
}
