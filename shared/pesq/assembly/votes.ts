/** Votes of frame correlations for a delay. */
import { forward, inverse } from "./transform";
import { multiply } from "./spectrum";

/** How near to the peak a lag must come, as a share of it. */
const NEAR: f32 = 0.99;

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

/**
 * Correlates two spectra by way of `re`, `im` and notes at `to` which lags come near the peak: the
 * limit (f32), the number of lags (u32) and the lags (u16) upward. Returns their number.
 */
export function correlateLags(
  aRe: usize,
  aIm: usize,
  bRe: usize,
  bIm: usize,
  re: usize,
  im: usize,
  n: i32,
  to: usize,
): i32 {
  multiply(aRe, aIm, bRe, bIm, re, im, n, -1);
  inverse(re, im, n);
  const end: usize = re + ((<usize>n) << 2);
  let most = f32x4.splat(0);
  for (let p: usize = re; p < end; p += 16) most = f32x4.pmax(most, f32x4.abs(v128.load(p)));
  const limit: f32 =
    NEAR *
    max(
      max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
      max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
    );
  const over = f32x4.splat(limit);
  let at: usize = to + 8;
  for (let p: usize = re; p < end; p += 16) {
    let mask = i32x4.bitmask(f32x4.gt(f32x4.abs(v128.load(p)), over));
    for (; mask; mask &= mask - 1) {
      store<u16>(at, <u16>(((p - re) >> 2) + ctz(mask)));
      at += 2;
    }
  }
  const count: i32 = <i32>((at - to - 8) >> 1);
  store<f32>(to, limit);
  store<i32>(to, count, 4);
  return count;
}

// @ts-ignore: decorator
@inline
function eighthRoot(x: f32): f32 {
  return <f32>Math.sqrt(Math.sqrt(Math.sqrt(<f64>x)));
}

/** Adds a vote for every lag that `correlateLags` noted. */
export function voteLags(noted: usize, histogram: usize): void {
  const weight = eighthRoot(load<f32>(noted));
  for (let k: usize = 0, count: usize = load<u32>(noted, 4); k < count; k++) {
    const at: usize = histogram + ((<usize>load<u16>(noted + (k << 1), 8)) << 2);
    store<f32>(at, load<f32>(at) + weight);
  }
}

/** Adds a triangle for every noted lag; returns the grown total. */
export function voteTriangles(
  noted: usize,
  n: i32,
  histogram: usize,
  kernel: i32,
  total: f32,
): f32 {
  const weight: f32 = eighthRoot(load<f32>(noted)) / <f32>kernel;
  for (let k: usize = 0, count: usize = load<u32>(noted, 4); k < count; k++) {
    const lag: i32 = load<u16>(noted + (k << 1), 8);
    total += weight * <f32>kernel;
    for (let t: i32 = 1 - kernel; t < kernel; t++) {
      const at: usize = histogram + ((<usize>((lag + t) & (n - 1))) << 2);
      store<f32>(at, load<f32>(at) + weight * <f32>(kernel - abs(t)));
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
