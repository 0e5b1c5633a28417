import { kaiser } from "./windows.ts";

/** Low-pass filters for the way from one sample rate to another, without common divisors. */
export interface RateFilter {
  readonly from: number;
  readonly to: number;
  /** Length of each filter: the output lies between inputs taps/2 − 1 and taps/2. A multiple of eight. */
  readonly taps: number;
  /** Places between these two for which there is a filter; one more, for the place of the second, stands at the end. */
  readonly phases: number;
  /** `phases` + 1 filters, one after the other. */
  readonly table: Float32Array;
}

/** Passed are frequencies up to 0.92 of the lower of both Nyquist frequencies, stopped those over it. */
const passed = 0.92;
const stopped = 1;
const attenuationDb = 125;
/** Room for every table. Rates without a small ratio have fewer filters than places: two are interpolated, to −120 dB. */
export const tableValues = 420_000;
const mostPhases = 2048;
/** Rates are taken to be multiples of this: AIFF has some that are no whole numbers (22254.54…). */
const unitHz = 0.001;

/** Files come with the same few rates again and again. */
let latest: RateFilter | null = null;

/**
 * Windowed sinc filters, by Kaiser's formulas (Oppenheim & Schafer, "Discrete-Time Signal Processing", 7.5.3): one for each
 * place that an output sample can have between two input samples.
 */
export function planRateFilter(fromRate: number, toRate: number): RateFilter {
  const [fromUnits, toUnits] = [fromRate, toRate].map((rate) => Math.round(rate / unitHz));
  const divisor = greatestCommonDivisor(fromUnits, toUnits);
  const from = fromUnits / divisor;
  const to = toUnits / divisor;
  if (latest?.from === from && latest.to === to) return latest;
  /** The lower one, in half-cycles per input sample. */
  const nyquist = Math.min(1, to / from);
  const cutoff = ((passed + stopped) / 2) * nyquist;
  const least = (attenuationDb - 8) / (2.285 * Math.PI * (stopped - passed) * nyquist);
  const taps = 8 * Math.ceil(least / 8);
  const phases = Math.min(to, mostPhases, Math.floor(tableValues / taps) - 1);
  latest = { from, to, taps, phases, table: planTable(taps, phases, cutoff) };
  return latest;
}

function planTable(taps: number, phases: number, cutoff: number): Float32Array {
  const beta = 0.1102 * (attenuationDb - 8.7);
  const table = new Float32Array(taps * (phases + 1));
  const filter = new Float64Array(taps);
  for (let phase = 0; phase <= phases; phase++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const t = tap - (taps / 2 - 1) - phase / phases;
      const x = Math.PI * cutoff * t;
      filter[tap] = (x === 0 ? 1 : Math.sin(x) / x) * kaiser((2 * t) / taps, beta);
      sum += filter[tap];
    }
    for (let tap = 0; tap < taps; tap++) table[phase * taps + tap] = filter[tap] / sum;
  }
  return table;
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);
