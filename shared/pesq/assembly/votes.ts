/** Votes of frame correlations for a delay. */
import { forward, inverse } from "./transform";
import { multiply } from "./spectrum";

/** Half spectrum of a windowed frame, by way of `re` and `im`; 0 when the frame is silent. */
export function frameSpectrum(
  x: usize,
  window: usize,
  re: usize,
  im: usize,
  n: i32,
  toRe: usize,
  toIm: usize,
): i32 {
  let any = f32x4.splat(0);
  for (let i: usize = 0, end: usize = (<usize>n) << 2; i < end; i += 16) {
    const v = f32x4.mul(v128.load(x + i), v128.load(window + i));
    any = v128.or(any, f32x4.ne(v, f32x4.splat(0)));
    v128.store(re + i, v);
  }
  if (!v128.any_true(any)) return 0;
  forward(re, im, n, toRe, toIm);
  return 1;
}

/** Correlation magnitudes of two spectra at `toRe`; returns the largest. */
export function correlatePeak(
  aRe: usize,
  aIm: usize,
  bRe: usize,
  bIm: usize,
  toRe: usize,
  toIm: usize,
  n: i32,
): f32 {
  multiply(aRe, aIm, bRe, bIm, toRe, toIm, n, -1);
  inverse(toRe, toIm, n);
  let most = f32x4.splat(0);
  for (let p: usize = toRe, end: usize = toRe + ((<usize>n) << 2); p < end; p += 16) {
    const v = f32x4.abs(v128.load(p));
    v128.store(p, v);
    most = f32x4.pmax(most, v);
  }
  return max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
}

// @ts-ignore: decorator
@inline
function eighthRoot(x: f32): f32 {
  return <f32>Math.sqrt(Math.sqrt(Math.sqrt(<f64>x)));
}

const NEAR: f32 = 0.99;

/** Adds a vote for every lag near the peak. */
export function voteLags(c: usize, n: i32, peak: f32, histogram: usize): void {
  const threshold: f32 = NEAR * peak;
  const weight = eighthRoot(threshold);
  const over = f32x4.splat(threshold);
  for (let i: usize = 0, end: usize = (<usize>n) << 2; i < end; i += 16) {
    const v = v128.load(c + i);
    const mask = i32x4.bitmask(f32x4.gt(v, over));
    if (!mask) continue;
    for (let lane: usize = 0; lane < 4; lane++) {
      if (!((mask >> <i32>lane) & 1)) continue;
      const at: usize = histogram + i + (lane << 2);
      store<f32>(at, load<f32>(at) + weight);
    }
  }
}

/** Adds a triangle for every lag near the peak; returns the grown total. */
export function voteTriangles(
  c: usize,
  n: i32,
  peak: f32,
  histogram: usize,
  kernel: i32,
  total: f32,
): f32 {
  const threshold: f32 = NEAR * peak;
  const weight: f32 = eighthRoot(threshold) / <f32>kernel;
  const over = f32x4.splat(threshold);
  for (let i: i32 = 0; i < n; i += 4) {
    const mask = i32x4.bitmask(f32x4.gt(v128.load(c + ((<usize>i) << 2)), over));
    if (!mask) continue;
    for (let lane: i32 = 0; lane < 4; lane++) {
      if (!((mask >> lane) & 1)) continue;
      total += weight * <f32>kernel;
      for (let t: i32 = 1 - kernel; t < kernel; t++) {
        const at: usize = histogram + ((<usize>((i + lane + t) & (n - 1))) << 2);
        store<f32>(at, load<f32>(at) + weight * <f32>(kernel - abs(t)));
      }
    }
  }
  return total;
}

/** `Y[m] = Σ a[i]·b[i + m − (p − 1)]` of the reversed `a` and of `b`, both `n` long with zeros. */
export function convolve(aRe: usize, aIm: usize, bRe: usize, bIm: usize, toRe: usize, toIm: usize, n: i32): void {
  forward(aRe, aIm, n, aRe, aIm);
  forward(bRe, bIm, n, bRe, bIm);
  multiply(aRe, aIm, bRe, bIm, toRe, toIm, n, 1);
  inverse(toRe, toIm, n);
}
