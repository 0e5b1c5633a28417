/** Kernels that see every sample, in single precision as it comes, and reckon in double. */

/** Samples 0 and 1 of four, and 2 and 3. */
// @ts-ignore: decorator
@inline
function lower(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

// @ts-ignore: decorator
@inline
function upper(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f64>(x, x, 1, 0));
}

/**
 * Two channels through K-weighting (two biquads each, transposed direct form II, one channel a lane). `block` holds the
 * coefficients b0, b1, b2, a1, a2 of the shelf and a1, a2 of the high-pass (b 1, −2, 1), a blank, then the four states and
 * the energies, two lanes each: these are brought up to date.
 */
export function kWeight(left: usize, right: usize, count: i32, block: usize): void {
  const b0 = v128.load64_splat(block);
  const b1 = v128.load64_splat(block, 8);
  const b2 = v128.load64_splat(block, 16);
  const a1 = v128.load64_splat(block, 24);
  const a2 = v128.load64_splat(block, 32);
  const c1 = v128.load64_splat(block, 40);
  const c2 = v128.load64_splat(block, 48);
  const two = f64x2.splat(2);
  let s1 = v128.load(block, 64);
  let s2 = v128.load(block, 80);
  let h1 = v128.load(block, 96);
  let h2 = v128.load(block, 112);
  let energy = v128.load(block, 128);
  for (let i: i32 = 0; i < count; i++) {
    const l = v128.load32_zero(left + ((<usize>i) << 2));
    const r = v128.load32_zero(right + ((<usize>i) << 2));
    const x = f64x2.promote_low_f32x4(v128.shuffle<f32>(l, r, 0, 4, 1, 5));
    const y = f64x2.add(f64x2.mul(b0, x), s1);
    s1 = f64x2.sub(f64x2.add(f64x2.mul(b1, x), s2), f64x2.mul(a1, y));
    s2 = f64x2.sub(f64x2.mul(b2, x), f64x2.mul(a2, y));
    const z = f64x2.add(y, h1);
    h1 = f64x2.sub(f64x2.sub(h2, f64x2.mul(two, y)), f64x2.mul(c1, z));
    h2 = f64x2.sub(y, f64x2.mul(c2, z));
    energy = f64x2.add(energy, f64x2.mul(z, z));
  }
  v128.store(block, s1, 64);
  v128.store(block, s2, 80);
  v128.store(block, h1, 96);
  v128.store(block, h2, 112);
  v128.store(block, energy, 128);
}

// @ts-ignore: decorator
@inline
function total(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}

// @ts-ignore: decorator
@inline
function addSquare(sum: v128, x: v128): v128 {
  return f64x2.add(sum, f64x2.mul(x, x));
}

/** Energies of a, b, a − b and a + b into `to`; both are padded with zeros to a multiple of four samples. */
export function pairEnergies(a: usize, b: usize, count: i32, to: usize): void {
  let ofA = f64x2.splat(0);
  let ofB = f64x2.splat(0);
  let difference = f64x2.splat(0);
  let sum = f64x2.splat(0);
  for (let end = a + ((<usize>count) << 2); a < end; a += 16, b += 16) {
    const x = v128.load(a);
    const y = v128.load(b);
    const x0 = lower(x);
    const y0 = lower(y);
    const x1 = upper(x);
    const y1 = upper(y);
    ofA = addSquare(addSquare(ofA, x0), x1);
    ofB = addSquare(addSquare(ofB, y0), y1);
    difference = addSquare(addSquare(difference, f64x2.sub(x0, y0)), f64x2.sub(x1, y1));
    sum = addSquare(addSquare(sum, f64x2.add(x0, y0)), f64x2.add(x1, y1));
  }
  store<f64>(to, total(ofA));
  store<f64>(to, total(ofB), 8);
  store<f64>(to, total(difference), 16);
  store<f64>(to, total(sum), 24);
}

/** Lowest and highest of each 64 samples, one after the other into `to`, in single precision. */
export function extremes(x: usize, stretches: i32, to: usize): void {
  for (let stretch: i32 = 0; stretch < stretches; stretch++, x += 256, to += 8) {
    let low = v128.load(x);
    let high = low;
    for (let i: usize = 16; i < 256; i += 16) {
      const v = v128.load(x + i);
      low = f32x4.min(low, v);
      high = f32x4.max(high, v);
    }
    low = f32x4.min(low, v128.shuffle<f64>(low, low, 1, 0));
    high = f32x4.max(high, v128.shuffle<f64>(high, high, 1, 0));
    low = f32x4.min(low, v128.shuffle<f32>(low, low, 1, 0, 3, 2));
    high = f32x4.max(high, v128.shuffle<f32>(high, high, 1, 0, 3, 2));
    store<f32>(to, f32x4.extract_lane(low, 0));
    store<f32>(to, f32x4.extract_lane(high, 0), 4);
  }
}

/**
 * `count` samples of a half-band filter's output at every other sample from the 16th of `x` on: half of the middle one, and
 * eight taps on the odd distances to either side. `even` and `odd` are room for the samples apart, in double precision.
 */
export function halve(x: usize, count: i32, taps: usize, even: usize, odd: usize, to: usize): void {
  // The middle stands at an odd place, 15: its neighbours at odd distances stand at even ones.
  const pairs: i32 = count + 15;
  for (let i: i32 = 0; i < pairs; i += 2) {
    const v = v128.load(x + ((<usize>i) << 3));
    const a = lower(v);
    const b = upper(v);
    v128.store(even + ((<usize>i) << 3), v128.shuffle<f64>(a, b, 0, 2));
    v128.store(odd + ((<usize>i) << 3), v128.shuffle<f64>(a, b, 1, 3));
  }
  const half = f64x2.splat(0.5);
  for (let n: i32 = 0; n < count; n += 2) {
    const place: usize = (<usize>n) << 3;
    let sum = f64x2.mul(v128.load(odd + place, 56), half);
    for (let k: usize = 0; k < 64; k += 8) {
      const below = v128.load(even + place - k, 56);
      const above = v128.load(even + place + k, 64);
      sum = f64x2.add(sum, f64x2.mul(v128.load64_splat(taps + k), f64x2.add(below, above)));
    }
    v128.store64_lane(to + (place >> 1), f32x4.demote_f64x2_zero(sum), 0);
  }
}
