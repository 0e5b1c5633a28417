/** What a column of a waveform shows: the extremes and the root mean square of its samples. */
export interface Column {
  readonly low: number;
  readonly high: number;
  readonly rms: number;
}

/** The outline of one channel in a fixed number of columns, whatever its length. */
export class Envelope {
  readonly #frames: number;
  readonly #low: Float32Array;
  readonly #high: Float32Array;
  readonly #energy: Float64Array;
  readonly #count: Float64Array;
  #at = 0;

  /** `frames` is the length that will be pushed; there are no more columns than frames. */
  constructor(frames: number, mostColumns: number) {
    const columns = Math.min(frames, mostColumns);
    this.#frames = frames;
    this.#low = new Float32Array(columns).fill(Infinity);
    this.#high = new Float32Array(columns).fill(-Infinity);
    this.#energy = new Float64Array(columns);
    this.#count = new Float64Array(columns);
  }

  push(samples: Float32Array): void {
    const columns = this.#low.length;
    for (const x of samples) {
      const column = Math.min(columns - 1, Math.floor((this.#at++ * columns) / this.#frames));
      if (x < this.#low[column]) this.#low[column] = x;
      if (x > this.#high[column]) this.#high[column] = x;
      this.#energy[column] += x * x;
      this.#count[column]++;
    }
  }

  result(): Column[] {
    return Array.from(this.#low, (low, column) => ({
      low,
      high: this.#high[column],
      rms: Math.sqrt(this.#energy[column] / this.#count[column]),
    }));
  }
}
