import { Decimator } from "./decimator.ts";
import { Framer } from "./framer.ts";
import { planAutocorrelation } from "./power-spectrum.ts";
import { hann } from "./windows.ts";

/** Periodicity and pitch, fifty times a second. */
export interface VoicingTrack {
  /** 0 … 1: normalised autocorrelation at the best lag. */
  readonly periodicity: Float32Array;
  /** Hz, of the best lag. */
  readonly pitchHz: Float32Array;
}

/** The signal is brought down to this or up to twice as much. */
export const lowestVoicingRate = 4000;
const windowSeconds = 0.04;
const hopSeconds = 0.02;
const lowestPitchHz = 70;
/** Far over any voice: what whistles, barks or rings up there must not pass for a voice an octave or two below. */
const highestPitchHz = 1000;
/** Lags whose peak is nearly as high as the best's are preferred when shorter: the best may be a multiple. */
const octaveMargin = 0.9;

/**
 * Voicing by autocorrelation of windowed frames, divided by that of the window (Boersma, Proc. IFA 17, 1993), on the signal
 * brought down to 4 to 8 kHz.
 */
export class VoicingMeter {
  readonly #decimator: Decimator;
  readonly #framer: Framer;
  readonly #periodicity: number[] = [];
  readonly #pitch: number[] = [];

  constructor(sampleRate: number) {
    this.#decimator = new Decimator(sampleRate, lowestVoicingRate);
    const rate = this.#decimator.sampleRate;
    const window = hann(Math.round(windowSeconds * rate));
    const size = 2 ** Math.ceil(Math.log2(window.length + rate / lowestPitchHz));
    const correlation = planAutocorrelation(window, size);
    const ofWindow = correlation.of(new Float32Array(window.length).fill(1));
    const shortest = Math.floor(rate / highestPitchHz);
    const longest = Math.ceil(rate / lowestPitchHz);
    // Window and scale are divided out.
    const weights = Float64Array.from(
      { length: longest + 2 },
      (_, lag) => ofWindow[0] / ofWindow[lag],
    );
    const values = new Float64Array(longest + 2);
    this.#framer = new Framer(window.length, hopSeconds * rate, (frame) => {
      const r = correlation.of(frame, meanOf(frame));
      const energy = r[0];
      for (let lag = shortest - 1; lag < values.length; lag++)
        values[lag] = (r[lag] / energy) * weights[lag];
      // Only peaks: the slope of low-pitched noise is high at short lags, and has no period.
      let best = 0;
      for (let lag = shortest; lag <= longest; lag++)
        if (values[lag] > best && isPeak(values, lag, 0)) best = values[lag];
      let lag = shortest;
      while (lag < longest && !isPeak(values, lag, octaveMargin * best)) lag++;
      this.#periodicity.push(energy > 0 ? Math.min(1, best) : 0);
      this.#pitch.push(rate / refine(values, lag));
    });
  }

  push(samples: Float32Array): void {
    this.#framer.push(this.#decimator.push(samples));
  }

  result(): VoicingTrack {
    return {
      periodicity: Float32Array.from(this.#periodicity),
      pitchHz: Float32Array.from(this.#pitch),
    };
  }
}

function meanOf(frame: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < frame.length; i++) sum += frame[i];
  return sum / frame.length;
}

const isPeak = (values: Float64Array, lag: number, least: number) =>
  values[lag] >= least && values[lag] >= values[lag - 1] && values[lag] >= values[lag + 1];

/** The top of the parabola through a peak and its neighbours. */
function refine(values: Float64Array, lag: number): number {
  const left = values[lag - 1];
  const right = values[lag + 1];
  const curve = left - 2 * values[lag] + right;
  return curve < 0 ? lag + Math.max(-0.5, Math.min(0.5, (left - right) / (2 * curve))) : lag;
}
