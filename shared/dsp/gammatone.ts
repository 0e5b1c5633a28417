import { planPowerSpectrum } from "./power-spectrum.ts";

const bandCount = 23;
const lowestHz = 125;
/** SRMR is defined for 8 and 16 kHz: the bands end at what the latter can hold. */
const highestHz = 8000;
const windowSeconds = 0.01;

/** Equivalent rectangular bandwidth of the ear at `hz` (Glasberg & Moore 1990, in Slaney's form). */
export const erb = (hz: number) => hz / 9.26449 + 24.7;

/** Gammatone-weighted short-time spectra: one envelope value a band for each frame. */
export interface Gammatone {
  readonly bands: number;
  /** Centre frequencies, rising. */
  readonly centres: Float64Array;
  readonly windowSize: number;
  envelopes(frame: Float32Array, output: Float64Array): void;
}

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
  const power = new Float64Array(spectrum.bins);
  const centres = erbSpace(lowestHz, Math.min(highestHz, sampleRate / 2));
  const weights = Array.from(centres, (centre) =>
    planBand(centre, sampleRate / size, spectrum.bins),
  );
  // One array for all bands: this runs four hundred times a second.
  const flat = Float64Array.from(
    weights.flatMap(({ values }) => [...values]),
    (weight) => weight / size,
  );
  const firsts = Int32Array.from(weights, ({ first }) => first);
  const lasts = Int32Array.from(weights, ({ first, values }) => first + values.length);
  const bins = Math.max(...lasts);

  function envelopes(frame: Float32Array, output: Float64Array): void {
    spectrum.of(frame, power);
    for (let bin = 0; bin < bins; bin++) power[bin] = Math.sqrt(power[bin]);
    for (let band = 0, at = 0; band < bandCount; band++) {
      const first = firsts[band];
      const last = lasts[band];
      let sum = 0;
      for (let bin = first; bin < last; bin++) sum += flat[at++] * power[bin];
      output[band] = sum;
    }
  }

  return { bands: bandCount, centres, windowSize, envelopes };
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

/** Weights under −40 dB are left out. */
function planBand(
  centre: number,
  binHz: number,
  bins: number,
): { first: number; values: Float64Array } {
  const width = 1.019 * erb(centre);
  const reach = width * Math.sqrt(100 ** 0.5 - 1);
  const first = Math.max(0, Math.ceil((centre - reach) / binHz));
  const last = Math.min(bins - 1, Math.floor((centre + reach) / binHz));
  const values = Float64Array.from({ length: last - first + 1 }, (_, i) => {
    const distance = ((first + i) * binHz - centre) / width;
    return (1 + distance * distance) ** -2;
  });
  return { first, values };
}
