import { planFft } from "#shared/dsp/fft.ts";
import { type Sizes, pow2 } from "./sizes.ts";

/** Frames that were aligned badly and are tried again with a delay of their own. */
export interface BadInterval {
  readonly start: number;
  /** First frame after the interval. */
  readonly end: number;
  /** Further delay in samples. */
  delay: number;
}

export function findBadIntervals(symmetric: Float64Array, last: number): BadInterval[] {
  const bad = Array.from(symmetric, (d, f) => f > 0 && d > 30);
  const smooth = bad.map(
    (_, f) =>
      f >= 2 &&
      f < last - 2 &&
      (bad[f - 2] || bad[f - 1] || bad[f]) &&
      (bad[f] || bad[f + 1] || bad[f + 2]),
  );
  const intervals: BadInterval[] = [];
  for (let f = 0; f < smooth.length; f++) {
    if (!smooth[f]) continue;
    const start = f;
    while (smooth[f]) f++;
    if (f - start >= 5) intervals.push({ start, end: f, delay: 0 });
  }
  return intervals;
}

export function realign(
  intervals: BadInterval[],
  ref: Float32Array,
  y: Float32Array,
  length: number,
  sizes: Sizes,
): Float32Array {
  const { guard, hop, frame } = sizes;
  const y2 = y.slice();
  for (const interval of intervals) {
    const from = guard + interval.start * hop;
    const to = guard + interval.end * hop + frame;
    interval.delay = findDelay(ref, y, from, to, length, sizes);
    for (let i = from; i < to; i++)
      y2[i] = y[Math.min(Math.max(i + interval.delay, 0), length - 1)];
  }
  return y2;
}

function findDelay(
  ref: Float32Array,
  y: Float32Array,
  from: number,
  to: number,
  length: number,
  { frame, guard, tail }: Sizes,
): number {
  const range = 4 * frame;
  const n = to - from + 2 * range;
  const size = pow2(2 * n);
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  let refNorm = 0;
  let degNorm = 0;
  for (let i = 0; i < n; i++) {
    const at = from - range + i;
    if (at >= from && at < to) re[i] = Math.abs(ref[at]);
    im[i] = Math.abs(y[Math.min(Math.max(at, guard), length - guard + tail - 1)]);
    refNorm += re[i] * re[i];
    degNorm += im[i] * im[i];
  }
  if (refNorm / size <= 1e-6 || degNorm / size <= 1e-6) return 0;
  const fft = planFft(size);
  fft.forward(re, im);
  const outRe = new Float64Array(size);
  const outIm = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    const m = (size - k) % size;
    const ar = (re[k] + re[m]) / 2;
    const ai = (im[k] - im[m]) / 2;
    const br = (im[k] + im[m]) / 2;
    const bi = (re[m] - re[k]) / 2;
    outRe[k] = ar * br + ai * bi;
    outIm[k] = ar * bi - ai * br;
  }
  fft.inverse(outRe, outIm);
  const norm = Math.sqrt(refNorm * degNorm);
  let best = 0;
  let delay = 0;
  for (let t = -range; t < range; t++) {
    const value = Math.abs(outRe[(t + size) % size]) / norm;
    if (value > best) {
      best = value;
      delay = t;
    }
  }
  return best < 0.5 ? 0 : delay;
}
