import { planRealFft } from "./real-fft.ts";

/** Windowed power spectra of real frames: bins 0 … size/2, no scaling. */
export interface PowerSpectrum {
  readonly size: number;
  readonly bins: number;
  /** Writes |FFT(window · frame)|² of the first `window.length` samples into `power`. */
  of(frame: Float32Array, power: Float64Array): void;
}

/** A window shorter than the transform is padded with zeros. */
export function planPowerSpectrum(window: Float64Array, size: number): PowerSpectrum {
  const fft = planRealFft(size);
  const bins = size / 2 + 1;
  const windowed = new Float64Array(window.length);
  const re = new Float64Array(bins);
  const im = new Float64Array(bins);

  function of(frame: Float32Array, power: Float64Array): void {
    for (let n = 0; n < windowed.length; n++) windowed[n] = frame[n] * window[n];
    fft.forward(windowed, re, im);
    for (let k = 0; k < bins; k++) power[k] = re[k] * re[k] + im[k] * im[k];
  }

  return { size, bins, of };
}
