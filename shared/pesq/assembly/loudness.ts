/**
 * Bark powers, loudness and disturbance of a frame. Tables have `bands` rounded up to a multiple
 * of four (`lanes`); the padding and band 0 have an infinite threshold, so they count for nothing.
 */

/** Bark powers of a half spectrum. `order`: slot of each bin (u16); `bins`: bins a band (u8). */
export function barkPowers(
  re: usize,
  im: usize,
  order: usize,
  bins: usize,
  scale: usize,
  bands: i32,
  to: usize,
): void {
  store<f32>(to, 0);
  let at: usize = order + 2;
  for (let b: usize = 1; b < <usize>bands; b++) {
    let sum: f64 = 0;
    for (const end: usize = at + ((<usize>load<u8>(bins + b)) << 1); at < end; at += 2) {
      const slot: usize = (<usize>load<u16>(at)) << 2;
      const x = <f64>load<f32>(re + slot);
      const y = <f64>load<f32>(im + slot);
      sum += x * x + y * y;
    }
    store<f32>(to + (b << 2), <f32>(sum * load<f64>(scale + (b << 3))));
  }
}

/** Sum of the powers above `factor` times the threshold. */
export function audiblePower(power: usize, threshold: usize, lanes: i32, factor: f32): f64 {
  let sum = f64x2.splat(0);
  const by = f32x4.splat(factor);
  for (let i: usize = 0, end: usize = (<usize>lanes) << 2; i < end; i += 16) {
    const p = v128.load(power + i);
    const heard = v128.and(p, f32x4.gt(p, f32x4.mul(by, v128.load(threshold + i))));
    sum = f64x2.add(sum, f64x2.promote_low_f32x4(heard));
    sum = f64x2.add(sum, f64x2.promote_low_f32x4(v128.shuffle<f32>(heard, heard, 2, 3, 2, 3)));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Adds the powers above `factor` times the threshold to a sum a band, in double precision. */
export function addAudible(power: usize, threshold: usize, lanes: i32, factor: f32, sums: usize): void {
  const by = f32x4.splat(factor);
  for (let i: usize = 0, end: usize = (<usize>lanes) << 2; i < end; i += 16) {
    const p = v128.load(power + i);
    const heard = v128.and(p, f32x4.gt(p, f32x4.mul(by, v128.load(threshold + i))));
    const to: usize = sums + 2 * i;
    v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(heard)));
    const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(heard, heard, 2, 3, 2, 3));
    v128.store(to, f64x2.add(v128.load(to, 16), high), 16);
  }
}

/** `power[b] *= factor[b]`. */
export function scaleBands(power: usize, factor: usize, lanes: i32): void {
  for (let i: usize = 0, end: usize = (<usize>lanes) << 2; i < end; i += 16)
    v128.store(power + i, f32x4.mul(v128.load(power + i), v128.load(factor + i)));
}

/**
 * Sums that a correlation of fourth roots of power needs: Σr, Σd, Σrr, Σdd, Σrd a band, five
 * tables of `lanes` floats.
 */
export function addMatch(ref: usize, deg: usize, lanes: i32, sums: usize): void {
  const stride: usize = (<usize>lanes) << 2;
  for (let i: usize = 0; i < stride; i += 16) {
    const r = f32x4.sqrt(f32x4.sqrt(v128.load(ref + i)));
    const d = f32x4.sqrt(f32x4.sqrt(v128.load(deg + i)));
    let to: usize = sums + i;
    v128.store(to, f32x4.add(v128.load(to), r));
    to += stride;
    v128.store(to, f32x4.add(v128.load(to), d));
    to += stride;
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(r, r)));
    to += stride;
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(d, d)));
    to += stride;
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(r, d)));
  }
}

// @ts-ignore: decorator
@inline
function times(p: v128, x: v128, next: f32): v128 {
  return f32x4.add(f32x4.mul(p, x), f32x4.splat(next));
}

/** `x^e` of positive normal numbers, to about 3e-7. Coefficients are Chebyshev fits. */
// @ts-ignore: decorator
@inline
function power(x: v128, e: v128): v128 {
  // x = m · 2^k with m in 0.707 … 1.414; log2 m = t · P(t), t = m − 1
  const k = i32x4.shr_s(i32x4.sub(x, i32x4.splat(0x3f3504f3)), 23);
  const t = f32x4.sub(i32x4.sub(x, i32x4.shl(k, 23)), f32x4.splat(1));
  let p = f32x4.splat(-0.110169762);
  p = times(p, t, 0.1863017479);
  p = times(p, t, -0.1910321366);
  p = times(p, t, 0.2045772616);
  p = times(p, t, -0.23961848);
  p = times(p, t, 0.2885687817);
  p = times(p, t, -0.3606966462);
  p = times(p, t, 0.4808982147);
  p = times(p, t, -0.7213473514);
  p = times(p, t, 1.442695041);
  const y = f32x4.mul(e, f32x4.add(f32x4.mul(p, t), f32x4.convert_i32x4_s(k)));
  const whole = f32x4.nearest(y);
  const f = f32x4.sub(y, whole);
  let q = f32x4.splat(0.0001546973198);
  q = times(q, f, 0.001340043217);
  q = times(q, f, 0.009618025603);
  q = times(q, f, 0.05550327214);
  q = times(q, f, 0.2402265121);
  q = times(q, f, 0.6931472067);
  q = times(q, f, 1);
  return i32x4.add(q, i32x4.shl(i32x4.trunc_sat_f32x4_s(whole), 23));
}

// @ts-ignore: decorator
@inline
function loudness(p: v128, threshold: v128, halfInverse: v128, exponent: v128, factor: v128): v128 {
  const ratio = f32x4.add(f32x4.splat(0.5), f32x4.mul(p, halfInverse));
  const value = f32x4.mul(factor, f32x4.sub(power(ratio, exponent), f32x4.splat(1)));
  return v128.and(value, f32x4.gt(p, threshold));
}

/** A ratio below the first has a power below 3 (counts 0), above the second one above 12. */
const RATIO_LOW: f32 = 2.498;
const RATIO_HIGH: f32 = 7.9312;

/** What `disturbance` left: Σ|Δ·α|·w. */
export let asymmetric: f64 = 0;

/**
 * Σ(|Δ|·w)² of a frame after scaling the degraded powers by `gain`; the asymmetric sum is left in
 * `asymmetric`. `tables`: threshold, 0.5/threshold, exponent, factor, width, `lanes` floats each.
 */
export function disturbance(ref: usize, deg: usize, lanes: i32, tables: usize, gain: f32): f64 {
  const stride: usize = (<usize>lanes) << 2;
  const by = f32x4.splat(gain);
  const fifty = f32x4.splat(50);
  let squares = f64x2.splat(0);
  let sum = f64x2.splat(0);
  for (let i: usize = 0; i < stride; i += 16) {
    const r = v128.load(ref + i);
    const d = f32x4.mul(v128.load(deg + i), by);
    v128.store(deg + i, d);
    const at: usize = tables + i;
    const threshold = v128.load(at);
    const inverse = v128.load(at + stride);
    const exponent = v128.load(at + 2 * stride);
    const factor = v128.load(at + 3 * stride);
    const x = loudness(r, threshold, inverse, exponent, factor);
    const y = loudness(d, threshold, inverse, exponent, factor);
    const dead = f32x4.mul(f32x4.splat(0.25), f32x4.pmin(x, y));
    let size = f32x4.sub(f32x4.abs(f32x4.sub(y, x)), dead);
    const heard = f32x4.gt(size, f32x4.splat(0));
    if (!v128.any_true(heard)) continue;
    size = f32x4.mul(v128.and(size, heard), v128.load(at + 4 * stride));
    const low = f64x2.promote_low_f32x4(size);
    const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(size, size, 2, 3, 2, 3));
    squares = f64x2.add(squares, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
    const ratio = f32x4.div(f32x4.add(d, fifty), f32x4.add(r, fifty));
    if (!v128.any_true(v128.and(heard, f32x4.gt(ratio, f32x4.splat(RATIO_LOW))))) continue;
    let alpha = power(f32x4.pmin(ratio, f32x4.splat(RATIO_HIGH)), f32x4.splat(1.2));
    alpha = f32x4.pmin(alpha, f32x4.splat(12));
    alpha = v128.and(alpha, f32x4.ge(alpha, f32x4.splat(3)));
    const a = f32x4.mul(size, alpha);
    sum = f64x2.add(sum, f64x2.promote_low_f32x4(a));
    sum = f64x2.add(sum, f64x2.promote_low_f32x4(v128.shuffle<f32>(a, a, 2, 3, 2, 3)));
  }
  asymmetric = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  return f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
}
