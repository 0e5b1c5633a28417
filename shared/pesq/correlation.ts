import { type Fft, planFft } from "#shared/dsp/fft.ts";
import { pow2 } from "./sizes.ts";

const plans = new Map<number, Fft>();
function plan(size: number): Fft {
  let fft = plans.get(size);
  if (!fft) plans.set(size, (fft = planFft(size)));
  return fft;
}

/** `Y[m] = Σ a[i] · b[i + m − (p − 1)]`, m = 0 … p + q − 2. */
export function correlate(a: Float64Array, b: Float64Array): Float64Array {
  const length = a.length + b.length - 1;
  // The transforms below would leave rounding noise where there is exactly nothing.
  if (!a.some((x) => x !== 0) || !b.some((x) => x !== 0)) return new Float64Array(length);
  const size = pow2(length);
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  for (let i = 0; i < a.length; i++) re[a.length - 1 - i] = a[i];
  im.set(b);
  const fft = plan(size);
  fft.forward(re, im);
  // Both spectra are in Z = A + jB; A·B = (Z[k]² − conj(Z[−k])²) / 4j.
  const outRe = new Float64Array(size);
  const outIm = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    const n = (size - k) % size;
    const x = re[k] * re[k] - im[k] * im[k] - (re[n] * re[n] - im[n] * im[n]);
    const y = 2 * (re[k] * im[k] + re[n] * im[n]);
    outRe[k] = y / 4;
    outIm[k] = -x / 4;
  }
  fft.inverse(outRe, outIm);
  return outRe.subarray(0, length);
}

/** Index of the first largest positive value, or `fallback` when no value is positive. */
export function argmax(values: ArrayLike<number>, fallback: number): number {
  let best = 0;
  let at = fallback;
  for (let i = 0; i < values.length; i++)
    if (values[i] > best) {
      best = values[i];
      at = i;
    }
  return at;
}
