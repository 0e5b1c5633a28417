import { Decimator } from "./decimator.ts";
import { Framer } from "./framer.ts";
import { planRealFft } from "./real-fft.ts";
import { hann } from "./windows.ts";

/** Periodicity and pitch, fifty times a second. */
export interface VoicingTrack {
  /** 0 … 1: normalised autocorrelation at the best lag. */
  readonly periodicity: Float32Array;
  /** Hz, of the best lag. */
  readonly pitchHz: Float32Array;
}

const lowestRate = 4000;
const windowSeconds = 0.04;
const hopSeconds = 0.02;
const lowestPitchHz = 70;
const highestPitchHz = 400;
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
    this.#decimator = new Decimator(sampleRate, lowestRate);
    const rate = this.#decimator.sampleRate;
    const window = hann(Math.round(windowSeconds * rate));
    const size = 2 ** Math.ceil(Math.log2(window.length + rate / lowestPitchHz));
    const correlate = planAutocorrelation(size);
    const reference = correlate(window).slice();
    const shortest = Math.floor(rate / highestPitchHz);
    const longest = Math.ceil(rate / lowestPitchHz);
    const windowed = new Float64Array(window.length);
    this.#framer = new Framer(window.length, hopSeconds * rate, (frame) => {
      const mean = frame.reduce((sum, x) => sum + x, 0) / frame.length;
      for (let i = 0; i < frame.length; i++) windowed[i] = (frame[i] - mean) * window[i];
      const r = correlate(windowed);
      const at = (lag: number) => (r[lag] / r[0]) * (reference[0] / reference[lag]);
      let best = 0;
      for (let lag = shortest; lag <= longest; lag++) if (r[0] > 0) best = Math.max(best, at(lag));
      let lag = shortest;
      while (
        lag < longest &&
        !(at(lag) >= octaveMargin * best && at(lag) >= at(lag - 1) && at(lag) >= at(lag + 1))
      )
        lag++;
      this.#periodicity.push(r[0] > 0 ? Math.min(1, best) : 0);
      this.#pitch.push(rate / refine(lag, at));
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

/** The top of the parabola through a peak and its neighbours. */
function refine(lag: number, at: (lag: number) => number): number {
  const left = at(lag - 1);
  const middle = at(lag);
  const right = at(lag + 1);
  const curve = left - 2 * middle + right;
  return curve < 0 ? lag + Math.max(-0.5, Math.min(0.5, (left - right) / (2 * curve))) : lag;
}

/** Circular autocorrelation at lags 0 … size/2, by the transform of the power spectrum. */
function planAutocorrelation(size: number): (frame: Float64Array) => Float64Array {
  const fft = planRealFft(size);
  const re = new Float64Array(size / 2 + 1);
  const im = new Float64Array(size / 2 + 1);
  const power = new Float64Array(size);
  return (frame) => {
    fft.forward(frame, re, im);
    for (let k = 0; k <= size / 2; k++) {
      power[k] = re[k] * re[k] + im[k] * im[k];
      if (k > 0) power[size - k] = power[k];
    }
    fft.forward(power, re, im);
    return re;
  };
}
