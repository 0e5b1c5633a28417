import { chunkSamples, kernels, roomForFloats } from "./kernels.ts";
import { planRateFilter, tableValues, type RateFilter } from "./rate-filter.ts";

const tableRoom = roomForFloats(tableValues);
/** Holds the longest filter (9784 taps, from 384 to 8 kHz) and a chunk. */
const inputRoom = roomForFloats(chunkSamples + 9856);
/** What a chunk becomes when the rate rises most: four-fold, 4 to 16 kHz. */
const outputRoom = roomForFloats(4 * chunkSamples + 64);

/** The filter that lies in the kernels' memory at this moment. */
let resident: RateFilter | null = null;

/** A signal at another rate, piece by piece: output sample n lies at the same time as before. */
export class RateConverter {
  readonly #filter: RateFilter;
  /** Samples that the next output is made of, as far as they have come. */
  readonly #tail: Float32Array;
  #output = new Float32Array(0);
  #kept: number;
  /** Input samples still to be passed over before the tail; where the next output lies after the first of it, in 1/`to`. */
  #rest = 0;
  #skip = 0;

  constructor(fromRate: number, toRate: number) {
    this.#filter = planRateFilter(fromRate, toRate);
    const { taps } = this.#filter;
    this.#tail = new Float32Array(taps);
    // The first output lies at the first input: as many zeros as the filter looks back stand before it.
    this.#kept = taps / 2 - 1;
  }

  /** Input samples after which the last output that lies within them is out. */
  get delay(): number {
    return this.#filter.taps / 2 + 1;
  }

  /** The outputs that can be told by now, until the next push. */
  push(samples: Float32Array): Float32Array {
    const { from, to, taps } = this.#filter;
    const most = Math.ceil(((samples.length + taps) * to) / from) + 1;
    if (this.#output.length < most) this.#output = new Float32Array(most);
    const output = this.#output;
    let count = 0;
    for (let taken = 0; taken < samples.length; taken += chunkSamples) {
      const ready = this.#convert(samples.subarray(taken, taken + chunkSamples));
      output.set(outputRoom.view.subarray(0, ready), count);
      count += ready;
    }
    return output.subarray(0, count);
  }

  /** Puts the outputs of one chunk into the kernels' memory, and tells how many. */
  #convert(samples: Float32Array): number {
    const { from, to, phases, taps, table } = this.#filter;
    if (resident !== this.#filter) {
      tableRoom.view.set(table);
      resident = this.#filter;
    }
    const input = inputRoom.view;
    input.set(this.#tail.subarray(0, this.#kept));
    input.set(samples, this.#kept);
    const filled = this.#kept + samples.length;
    const start = this.#skip;
    // Output n begins at sample start + ⌊(rest + n · from) / to⌋, and needs `taps` from there.
    const room = (filled - taps - start + 1) * to - this.#rest;
    const ready = Math.max(0, Math.ceil(room / from));
    kernels.convert(
      inputRoom.at + 4 * start,
      this.#rest,
      ready,
      from,
      to,
      tableRoom.at,
      phases,
      taps,
      outputRoom.at,
    );
    const next = this.#rest + ready * from;
    this.#rest = next % to;
    const used = Math.min(filled, start + Math.floor(next / to));
    this.#skip = start + Math.floor(next / to) - used;
    this.#kept = filled - used;
    this.#tail.set(input.subarray(used, filled));
    return ready;
  }
}
