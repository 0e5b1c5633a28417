import { bandCount as bands, erb } from "./gammatone.ts";
import { KeptWindows } from "./kept-windows.ts";
import { kernels, roomForDoubles, type Pointer, type Room } from "./kernels.ts";

/** Modulation filters: log-spaced from 4 Hz, second-order band-passes of Q = 2. */
const count = 8;
const lowestHz = 4;
const quality = 2;
const envelopeRate = 400;
const windowSize = Math.ceil(0.256 * envelopeRate);
const hopSize = Math.ceil(0.064 * envelopeRate);
/** Energies below this share of the peak are lifted to it in the normalised variant. */
const dynamicRange = 1e-3;

/** As many windows overlap at any time. */
const overlapping = Math.ceil(windowSize / hopSize);
const cells = bands * count;
const window = Float64Array.from({ length: overlapping * hopSize }, (_, n) =>
  n < windowSize ? (0.54 - 0.46 * Math.cos((2 * Math.PI * n) / windowSize)) ** 2 : 0,
);

/** Coefficients of the filters; their states, and the sums of the windows that are open. */
interface Bench {
  readonly filters: Room<Float64Array>;
  readonly memory: Room<Float64Array>;
}
const sumsAt = 2 * cells;
const memorySize = sumsAt + overlapping * cells;
const openBench = (): Bench => ({
  filters: roomForDoubles(3 * count),
  memory: roomForDoubles(memorySize),
});
/** Of the plain and of the normalised variant, which are taken at the same time. */
const benches = { plain: openBench(), normalised: openBench() };
/** States this faint are those of a silence that has lasted; as numbers they are slow to reckon with. */
const nothing = 1e-30;

/**
 * Energy of envelope modulations by acoustic band and modulation frequency, over time: the back half of SRMR. The
 * normalised variant needs all windows before it knows its peak, so they are kept (see there).
 */
export class ModulationEnergy {
  readonly #centres: Float64Array;
  readonly #filters: readonly ModulationFilter[];
  readonly #bench: Bench;
  readonly #memory = new Float64Array(memorySize);
  readonly #sum = new Float64Array(cells);
  readonly #kept: KeptWindows | null;
  #written = 0;
  #windows = 0;
  #peak = 0;

  constructor(centres: Float64Array, highestHz: number, isNormalised: boolean) {
    this.#centres = centres;
    this.#filters = Array.from({ length: count }, (_, i) =>
      planFilter(lowestHz * (highestHz / lowestHz) ** (i / (count - 1))),
    );
    this.#bench = isNormalised ? benches.normalised : benches.plain;
    this.#kept = isNormalised ? new KeptWindows(cells, dynamicRange) : null;
  }

  /** Lays out what `push` needs, before a run of pushes. */
  prepare(): void {
    this.#bench.filters.view.set([
      ...this.#filters.map(({ b0 }) => b0),
      ...this.#filters.map(({ a1 }) => a1),
      ...this.#filters.map(({ a2 }) => a2),
    ]);
    this.#bench.memory.view.set(this.#memory);
  }

  /** Takes back what others would overwrite, after a run of pushes. */
  putAway(): void {
    const memory = this.#memory;
    memory.set(this.#bench.memory.view);
    for (let i = 0; i < memory.length; i++) if (Math.abs(memory[i]) < nothing) memory[i] = 0;
  }

  /** The envelopes of one frame. */
  push(envelopes: Pointer): void {
    const { filters, memory } = this.#bench;
    // With every hop a window opens, where the oldest has closed: window w adds up in slot w mod 4.
    const place = this.#written % hopSize;
    const newest = Math.floor(this.#written / hopSize);
    if (place === 0) this.#slot(newest).fill(0);
    kernels.modulate(
      envelopes,
      bands,
      filters.at,
      memory.at,
      memory.at + 8 * sumsAt,
      weightIn(0, newest, place),
      weightIn(1, newest, place),
      weightIn(2, newest, place),
      weightIn(3, newest, place),
    );
    this.#written++;
    if (this.#written >= windowSize && (this.#written - windowSize) % hopSize === 0)
      this.#endWindow((this.#written - windowSize) / hopSize);
  }

  /** ΣE of the four slowest modulation bands over ΣE of the others up to the one that the acoustic bandwidth asks for. */
  ratio(): number | null {
    if (this.#windows === 0) return null;
    const energy = this.#kept?.clampedSum(this.#peak) ?? this.#sum;
    const last = this.#lastBand(energy);
    let slow = 0;
    let fast = 0;
    for (let band = 0; band < bands; band++) {
      for (let k = 0; k < last; k++) {
        if (k < 4) slow += energy[band * count + k];
        else fast += energy[band * count + k];
      }
    }
    return fast > 0 ? slow / fast : null;
  }

  /** The sums of a window that is open. */
  #slot(index: number): Float64Array {
    const from = sumsAt + (index % overlapping) * cells;
    return this.#bench.memory.view.subarray(from, from + cells);
  }

  #endWindow(index: number) {
    const energy = this.#slot(index);
    for (let cell = 0; cell < cells; cell++) this.#sum[cell] += energy[cell];
    this.#windows++;
    if (this.#kept) {
      for (let k = 0; k < count; k++) {
        let mean = 0;
        for (let band = 0; band < bands; band++) mean += energy[band * count + k];
        this.#peak = Math.max(this.#peak, mean / bands);
      }
      this.#kept.add(energy, this.#peak);
    }
  }

  /**
   * How many modulation bands count (5 … 8): those whose lower edge lies below the ERB of the acoustic band under which
   * 90 % of the energy is found.
   */
  #lastBand(energy: Float64Array): number {
    const perBand = Array.from({ length: bands }, (_, band) =>
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

/** What the envelope at `place` after the opening of window `newest` weighs in the window of a slot. */
const weightIn = (slot: number, newest: number, place: number) =>
  window[place + hopSize * ((newest + overlapping - slot) % overlapping)];

interface ModulationFilter {
  readonly hz: number;
  readonly b0: number;
  readonly a1: number;
  readonly a2: number;
}

const warp = (hz: number) => Math.tan((Math.PI * hz) / envelopeRate);
const lowerEdge = (hz: number) => hz - ((warp(hz) / quality) * envelopeRate) / (2 * Math.PI);

function planFilter(hz: number): ModulationFilter {
  const w = warp(hz);
  const b = w / quality;
  const a0 = 1 + b + w * w;
  return { hz, b0: b / a0, a1: (2 * w * w - 2) / a0, a2: (1 - b + w * w) / a0 };
}
