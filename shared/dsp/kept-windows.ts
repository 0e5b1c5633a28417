/** Windows whose energies are kept together. */
const chunkWindows = 256;

/**
 * Energies of windows, to be clamped between a peak and a share of it, the floor, when all have come. Pauses, all of whose
 * energies lie under the floor, are left out: they would weigh as much in every sum. In speech they are few (41 MB an hour).
 */
export class KeptWindows {
  readonly #cells: number;
  readonly #range: number;
  readonly #chunks: Float32Array[] = [];
  #count = 0;

  /** `range` is what the floor is of the peak. */
  constructor(cells: number, range: number) {
    this.#cells = cells;
    this.#range = range;
  }

  /** What lies under the floor of the peak so far will lie under that of a higher one as well. */
  add(window: Float64Array, peakSoFar: number): void {
    if (isPause(window, peakSoFar * this.#range)) return;
    const at = this.#count++ % chunkWindows;
    if (at === 0) this.#chunks.push(new Float32Array(chunkWindows * this.#cells));
    this.#chunks[this.#chunks.length - 1].set(window, at * this.#cells);
  }

  /** Of each cell, the sum over the windows. */
  clampedSum(peak: number): Float64Array {
    const sum = new Float64Array(this.#cells);
    const window = new Float64Array(this.#cells);
    const floor = peak * this.#range;
    for (let i = 0; i < this.#count; i++) {
      const from = (i % chunkWindows) * this.#cells;
      window.set(this.#chunks[Math.floor(i / chunkWindows)].subarray(from, from + this.#cells));
      if (isPause(window, floor)) continue;
      for (let cell = 0; cell < sum.length; cell++)
        sum[cell] += Math.min(peak, Math.max(floor, window[cell]));
    }
    return sum;
  }
}

function isPause(energies: Float64Array, floor: number): boolean {
  for (let cell = 0; cell < energies.length; cell++) if (energies[cell] > floor) return false;
  return true;
}
