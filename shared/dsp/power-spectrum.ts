import { planFft } from "./fft.ts";

/** Windowed power spectra of real frames: bins 0 … size/2, no scaling. */
export interface PowerSpectrum {
  readonly size: number;
  readonly bins: number;
  /** Writes |FFT(window · frame)|² of the first `window.length` samples into `power`. */
  of(frame: Float32Array, power: Float64Array): void;
}

/** A window shorter than the transform is padded with zeros. A real frame costs a complex transform of half its size. */
export function planPowerSpectrum(window: Float64Array, size: number): PowerSpectrum {
  const half = size / 2;
  const fft = planFft(half);
  const re = new Float64Array(half);
  const im = new Float64Array(half);
  const cos = Float64Array.from({ length: half + 1 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sin = Float64Array.from({ length: half + 1 }, (_, k) => Math.sin((2 * Math.PI * k) / size));

  function of(frame: Float32Array, power: Float64Array): void {
    re.fill(0);
    im.fill(0);
    for (let n = 0; n < window.length; n++) {
      const value = frame[n] * window[n];
      if (n & 1) im[n >> 1] = value;
      else re[n >> 1] = value;
    }
    fft.forward(re, im);
    for (let k = 0; k <= half; k++) {
      const a = k === half ? 0 : k;
      const b = k === 0 ? 0 : half - k;
      const evenRe = (re[a] + re[b]) / 2;
      const evenIm = (im[a] - im[b]) / 2;
      const oddRe = (im[a] + im[b]) / 2;
      const oddIm = (re[b] - re[a]) / 2;
      const x = evenRe + oddRe * cos[k] + oddIm * sin[k];
      const y = evenIm + oddIm * cos[k] - oddRe * sin[k];
      power[k] = x * x + y * y;
    }
  }

  return { size, bins: half + 1, of };
}
