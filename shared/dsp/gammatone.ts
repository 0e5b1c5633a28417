import { kernels, roomForDoubles, roomForIntegers, type Pointer } from "./kernels.ts";
import { planPowerSpectrum } from "./power-spectrum.ts";

export const bandCount = 23;
const lowestHz = 125;
/** SRMR is defined for 8 and 16 kHz: the bands end at what the latter can hold. */
const highestHz = 8000;
const windowSeconds = 0.01;

/** Equivalent rectangular bandwidth of the ear at `hz` (Glasberg & Moore 1990, in Slaney's form). */
export const erb = (hz: number) => hz / 9.26449 + 24.7;

/** Gammatone-weighted short-time spectra: one envelope value a band for each frame. */
export interface Gammatone {
  /** Centre frequencies, rising. */
  readonly centres: Float64Array;
  readonly windowSize: number;
  /** Lays out what `envelopes` needs: to be called first by each that takes a turn. */
  prepare(): void;
  /** Puts the values of the next frame at `output`. */
  envelopes(frame: Float32Array, output: Pointer): void;
}

/** Each band's first bin and number of bins; the weights of all, one band after the other. */
const spansRoom = roomForIntegers(2 * bandCount);
const weightsRoom = roomForDoubles(4096);

/**
 * 23 bands, equally spaced on the ERB scale from 125 Hz. A fourth-order gammatone filter of bandwidth b = 1.019 ERB has
 * the magnitude (1 + ((f − cf) / b)²)^−2, which weights the magnitudes of a Hann-windowed spectrum.
 */
export function planGammatone(sampleRate: number): Gammatone {
  const windowSize = Math.round(windowSeconds * sampleRate);
  const size = 2 ** Math.ceil(Math.log2(windowSize));
  const window = Float64Array.from(
    { length: windowSize },
    (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / windowSize),
  );
  const spectrum = planPowerSpectrum(window, size);
  const centres = erbSpace(lowestHz, Math.min(highestHz, sampleRate / 2));
  const bands = Array.from(centres, (centre) => planBand(centre, sampleRate / size, spectrum.bins));
  const spans = bands.flatMap(({ first, values }) => [first, values.length]);
  const weights = bands.flatMap(({ values }) => values.map((weight) => weight / size));
  const bins = Math.max(...bands.map(({ first, values }) => first + values.length));
  const evenBins = bins + (bins % 2);

  function prepare(): void {
    spansRoom.view.set(spans);
    weightsRoom.view.set(weights);
  }

  function envelopes(frame: Float32Array, output: Pointer): void {
    spectrum.of(frame);
    kernels.gammatone(spectrum.at, evenBins, bandCount, spansRoom.at, weightsRoom.at, output);
  }

  return { centres, windowSize, prepare, envelopes };
}

/** Frequencies at equal steps of the integral of 1/erb; the top one is left out, as in Slaney's ERBSpace. */
function erbSpace(low: number, high: number): Float64Array {
  const corner = 9.26449 * 24.7;
  const step = Math.log((high + corner) / (low + corner)) / bandCount;
  return Float64Array.from(
    { length: bandCount },
    (_, i) => (low + corner) * Math.exp(step * i) - corner,
  );
}

/** Weights under −40 dB are left out; their number is made even. */
function planBand(
  centre: number,
  binHz: number,
  bins: number,
): { first: number; values: number[] } {
  const width = 1.019 * erb(centre);
  const reach = width * Math.sqrt(100 ** 0.5 - 1);
  const first = Math.max(0, Math.ceil((centre - reach) / binHz));
  const last = Math.min(bins - 1, Math.floor((centre + reach) / binHz));
  const values = Array.from({ length: last - first + 1 }, (_, i) => {
    const distance = ((first + i) * binHz - centre) / width;
    return (1 + distance * distance) ** -2;
  });
  return { first, values: values.length % 2 === 0 ? values : [...values, 0] };
}
