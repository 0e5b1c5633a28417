import { hann } from "#shared/dsp/windows.ts";
import type { Sizes } from "./sizes.ts";
import { transform } from "./transform.ts";
const f = Math.fround;

export interface Histogram {
  readonly counts: Float32Array;
  readonly window: Float32Array;
}

export function emptyHistogram(sizes: Sizes): Histogram {
  return { counts: new Float32Array(sizes.align), window: Float32Array.from(hann(sizes.align)) };
}

export const eighthRoot = (x: number) => Math.sqrt(Math.sqrt(Math.sqrt(x)));

/** Circular cross-correlation magnitudes of two windowed frames, and the vote threshold. */
export function correlateFrames(
  window: Float32Array,
  ref: Float32Array,
  i: number,
  deg: Float32Array,
  j: number,
): { c: Float32Array; threshold: number } {
  const size = window.length;
  const ar = new Float32Array(size);
  const ai = new Float32Array(size);
  const br = new Float32Array(size);
  const bi = new Float32Array(size);
  for (let n = 0; n < size; n++) {
    ar[n] = ref[i + n] * window[n];
    br[n] = deg[j + n] * window[n];
  }
  transform(ar, ai, false);
  transform(br, bi, false);
  multiply(ar, ai, br, bi, -1);
  transform(br, bi, true);
  let peak = 0;
  for (let m = 0; m < size; m++) {
    br[m] = Math.abs(br[m]);
    if (br[m] > peak) peak = br[m];
  }
  return { c: br, threshold: f(f(0.99) * peak) };
}

/** b = (a or its conjugate) · b over the kept bins, and the conjugates above them. */
function multiply(ar: Float32Array, ai: Float32Array, br: Float32Array, bi: Float32Array, sign: 1 | -1) {
  const size = ar.length;
  for (let q = 0; q <= size / 2; q++) {
    const y = sign * ai[q];
    const re = f(f(ar[q] * br[q]) - f(y * bi[q]));
    const im = f(f(ar[q] * bi[q]) + f(y * br[q]));
    br[q] = re;
    bi[q] = im;
    if (q > 0 && q < size / 2) {
      br[size - q] = re;
      bi[size - q] = -im;
    }
  }
}

export function voteFrame(
  { counts, window }: Histogram,
  ref: Float32Array,
  i: number,
  deg: Float32Array,
  j: number,
  _sizes: Sizes,
): void {
  const { c, threshold } = correlateFrames(window, ref, i, deg, j);
  const weight = f(eighthRoot(threshold));
  for (let m = 0; m < c.length; m++) if (c[m] > threshold) counts[m] += weight;
}

export function smoothHistogram({ counts }: Histogram, kernel: number) {
  const size = counts.length;
  let sum = 0;
  for (const count of counts) sum = f(sum + count);
  if (sum === 0) return { lag: 0, confidence: 0 };
  const re = counts.slice();
  const im = new Float32Array(size);
  const kr = new Float32Array(size);
  const ki = new Float32Array(size);
  kr[0] = 1;
  for (let k = 1; k < kernel; k++) {
    kr[k] = 1 - k / kernel;
    kr[size - k] = 1 - k / kernel;
  }
  transform(re, im, false);
  transform(kr, ki, false);
  multiply(re, im, kr, ki, 1);
  transform(kr, ki, true);
  let best = 0;
  let at = 0;
  for (let m = 0; m < size; m++) {
    const z = f(Math.abs(kr[m]) / sum);
    if (z > best) {
      best = z;
      at = m;
    }
  }
  return { lag: at >= size / 2 ? at - size : at, confidence: best };
}
