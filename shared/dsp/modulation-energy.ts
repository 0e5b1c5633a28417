import { erb } from "./gammatone.ts";

/** Modulation filters: log-spaced from 4 Hz, second-order band-passes of Q = 2. */
const count = 8;
const lowestHz = 4;
const quality = 2;
const envelopeRate = 400;
const windowSize = Math.ceil(0.256 * envelopeRate);
const hopSize = Math.ceil(0.064 * envelopeRate);
/** Energies below this share of the peak are lifted to it in the normalised variant. */
const dynamicRange = 1e-3;

/**
 * Energy of envelope modulations by acoustic band and modulation frequency, over time: the back half of SRMR.
 * The normalised variant needs all windows before it knows its peak, so they are kept (41 MB an hour).
 */
export class ModulationEnergy {
  readonly #bands: number;
  readonly #centres: Float64Array;
  readonly #filters: readonly {
    readonly hz: number;
    readonly b0: number;
    readonly a1: number;
    readonly a2: number;
  }[];
  readonly #state: Float64Array;
  readonly #history: Float32Array;
  readonly #window = Float64Array.from(
    { length: windowSize },
    (_, n) => (0.54 - 0.46 * Math.cos((2 * Math.PI * n) / windowSize)) ** 2,
  );
  readonly #sum: Float64Array;
  readonly #kept: Float32Array[] | null;
  #written = 0;
  #windows = 0;
  #peak = 0;

  constructor(centres: Float64Array, highestHz: number, isNormalised: boolean) {
    this.#bands = centres.length;
    this.#centres = centres;
    this.#filters = Array.from({ length: count }, (_, i) =>
      planFilter(lowestHz * (highestHz / lowestHz) ** (i / (count - 1))),
    );
    const cells = this.#bands * count;
    this.#state = new Float64Array(cells * 2);
    this.#history = new Float32Array(cells * windowSize);
    this.#sum = new Float64Array(cells);
    this.#kept = isNormalised ? [] : null;
  }

  push(envelopes: Float64Array): void {
    const at = this.#written % windowSize;
    const state = this.#state;
    const history = this.#history;
    const row = at * this.#sum.length;
    for (let k = 0; k < count; k++) {
      const { b0, a1, a2 } = this.#filters[k];
      for (let band = 0, cell = k; band < this.#bands; band++, cell += count) {
        const x = b0 * envelopes[band];
        const y = x + state[2 * cell];
        state[2 * cell] = state[2 * cell + 1] - a1 * y;
        state[2 * cell + 1] = -x - a2 * y;
        history[row + cell] = y * y;
      }
    }
    this.#written++;
    if (this.#written >= windowSize && (this.#written - windowSize) % hopSize === 0)
      this.#endWindow();
  }

  /** ΣE of the four slowest modulation bands over ΣE of the others up to the one that the acoustic bandwidth asks for. */
  ratio(): number | null {
    if (this.#windows === 0) return null;
    const energy = this.#kept ? this.#clamped(this.#kept) : this.#sum;
    const last = this.#lastBand(energy);
    let slow = 0;
    let fast = 0;
    for (let band = 0; band < this.#bands; band++) {
      for (let k = 0; k < last; k++) {
        if (k < 4) slow += energy[band * count + k];
        else fast += energy[band * count + k];
      }
    }
    return fast > 0 ? slow / fast : null;
  }

  #endWindow() {
    const cells = this.#sum.length;
    const energy = new Float32Array(cells);
    const history = this.#history;
    for (let n = 0; n < windowSize; n++) {
      // The oldest row stands where the next will be written.
      const row = ((this.#written + n) % windowSize) * cells;
      const weight = this.#window[n];
      for (let cell = 0; cell < cells; cell++) energy[cell] += weight * history[row + cell];
    }
    for (let cell = 0; cell < cells; cell++) this.#sum[cell] += energy[cell];
    this.#windows++;
    if (!this.#kept) return;
    this.#kept.push(energy);
    for (let k = 0; k < count; k++) {
      let mean = 0;
      for (let band = 0; band < this.#bands; band++) mean += energy[band * count + k];
      this.#peak = Math.max(this.#peak, mean / this.#bands);
    }
  }

  #clamped(windows: readonly Float32Array[]): Float64Array {
    const sum = new Float64Array(this.#sum.length);
    const least = this.#peak * dynamicRange;
    for (const energy of windows) {
      // Pauses say nothing, but lifted to the floor they would weigh as much in either sum.
      if (energy.every((value) => value <= least)) continue;
      for (let cell = 0; cell < sum.length; cell++) {
        sum[cell] += Math.min(this.#peak, Math.max(least, energy[cell]));
      }
    }
    return sum;
  }

  /**
   * How many modulation bands count (5 … 8): those whose lower edge lies below the ERB of the acoustic band under which
   * 90 % of the energy is found.
   */
  #lastBand(energy: Float64Array): number {
    const perBand = Array.from({ length: this.#bands }, (_, band) =>
      energy.subarray(band * count, (band + 1) * count).reduce((a, b) => a + b, 0),
    );
    const total = perBand.reduce((a, b) => a + b, 0);
    let cumulated = 0;
    const index = perBand.findIndex((value) => (cumulated += value) > 0.9 * total);
    const bandwidth = erb(this.#centres[Math.max(0, index)]);
    return (
      4 + Math.max(1, this.#filters.slice(4).filter(({ hz }) => bandwidth > lowerEdge(hz)).length)
    );
  }
}

const warp = (hz: number) => Math.tan((Math.PI * hz) / envelopeRate);
const lowerEdge = (hz: number) => hz - ((warp(hz) / quality) * envelopeRate) / (2 * Math.PI);

function planFilter(hz: number) {
  const w = warp(hz);
  const b = w / quality;
  const a0 = 1 + b + w * w;
  return { hz, b0: b / a0, a1: (2 * w * w - 2) / a0, a2: (1 - b + w * w) / a0 };
}
