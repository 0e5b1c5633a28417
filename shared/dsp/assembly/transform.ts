/**
 * Transforms of real frames: a complex one of half the size in Stockham's order (Van Loan, "Computational Frameworks for
 * the FFT", 1.7), radix 4, two values at a time, untangled.
 */

/** Lengths in values; addresses of two pairs of arrays between which the passes go back and forth. */
let aRe: usize = 0;
let aIm: usize = 0;
let bRe: usize = 0;
let bIm: usize = 0;
/** Where the values lie after the passes. */
let zRe: usize = 0;
let zIm: usize = 0;

// @ts-ignore: decorator
@inline
function at(base: usize, index: i32): usize {
  return base + ((<usize>index) << 3);
}

// @ts-ignore: decorator
@inline
function splat(address: usize): v128 {
  return v128.load64_splat(address);
}

/** The values of `a` that stand first, and those that stand second, of two vectors. */
// @ts-ignore: decorator
@inline
function firsts(a: v128, b: v128): v128 {
  return v128.shuffle<f64>(a, b, 0, 2);
}

// @ts-ignore: decorator
@inline
function seconds(a: v128, b: v128): v128 {
  return v128.shuffle<f64>(a, b, 1, 3);
}

// @ts-ignore: decorator
@inline
function swapped(a: v128): v128 {
  return v128.shuffle<f64>(a, a, 1, 0);
}

/** Says where to work: four arrays of half the largest size. */
export function planTransform(re: usize, im: usize, otherRe: usize, otherIm: usize): void {
  aRe = re;
  aIm = im;
  bRe = otherRe;
  bIm = otherIm;
}

/**
 * |FFT(window · (frame − mean))|² into `power`, bins 0 … half and a zero. `frame` holds `length` single-precision samples, and zeros up to the
 * next multiple of four; `window` as many weights in double precision, and as many zeros. `twiddles`: see `run`; `untangling`: half the
 * cosines, then half the sines of 2πk / (2 · half), k = 0 … half.
 */
export function powerSpectrum(
  frame: usize,
  window: usize,
  length: i32,
  mean: f64,
  half: i32,
  twiddles: usize,
  untangling: usize,
  power: usize,
): void {
  const offset = f64x2.splat(mean);
  let pair: i32 = 0;
  for (let n: i32 = 0; n < length; n += 4, pair += 2) {
    const x = v128.load(frame + ((<usize>n) << 2));
    const lower = f64x2.mul(
      f64x2.sub(f64x2.promote_low_f32x4(x), offset),
      v128.load(at(window, n)),
    );
    const upper = f64x2.mul(
      f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<f64>(x, x, 1, 0)), offset),
      v128.load(at(window, n), 16),
    );
    v128.store(at(aRe, pair), firsts(lower, upper));
    v128.store(at(aIm, pair), seconds(lower, upper));
  }
  const zeros = (<usize>(half - pair)) << 3;
  memory.fill(at(aRe, pair), 0, zeros);
  memory.fill(at(aIm, pair), 0, zeros);
  run(half, twiddles);
  untanglePower(half, untangling, power);
}

/** Circular autocorrelation, times 2 · half, at lags 0 … half of the frame: into `output`, which it works in as well. */
export function autocorrelation(
  frame: usize,
  window: usize,
  length: i32,
  mean: f64,
  half: i32,
  twiddles: usize,
  untangling: usize,
  output: usize,
): void {
  powerSpectrum(frame, window, length, mean, half, twiddles, untangling, output);
  // The power spectrum is even: its second half mirrors the first.
  const middle = half >> 1;
  for (let n: i32 = 0; n < middle; n++) {
    const even = load<f64>(at(output, 2 * n));
    const odd = load<f64>(at(output, 2 * n), 8);
    store<f64>(at(aRe, n), even);
    store<f64>(at(aIm, n), odd);
    if (n > 0) store<f64>(at(aRe, half - n), even);
    store<f64>(at(aIm, half - 1 - n), odd);
  }
  store<f64>(at(aRe, middle), load<f64>(at(output, half)));
  run(half, twiddles);
  untangleReal(half, untangling, output);
}

/** The complex transform of a; the result lies at z. `twiddles` holds cos, −sin of 2πp/half for one, two and three p, an array each, p = 0 … half/4 − 1. */
function run(half: i32, twiddles: usize): void {
  let fromRe = aRe;
  let fromIm = aIm;
  let toRe = bRe;
  let toIm = bIm;
  const quarter = half >> 2;
  firstPass(fromRe, fromIm, toRe, toIm, quarter, twiddles);
  let length = quarter;
  let stride: i32 = 4;
  for (; length >= 4; length >>= 2, stride <<= 2) {
    let swap = fromRe;
    fromRe = toRe;
    toRe = swap;
    swap = fromIm;
    fromIm = toIm;
    toIm = swap;
    pass(fromRe, fromIm, toRe, toIm, length, stride, twiddles, quarter);
  }
  if (length == 2) {
    for (let q: i32 = 0; q < stride; q += 2) {
      const xRe = v128.load(at(toRe, q));
      const xIm = v128.load(at(toIm, q));
      const yRe = v128.load(at(toRe, q + stride));
      const yIm = v128.load(at(toIm, q + stride));
      v128.store(at(toRe, q), f64x2.add(xRe, yRe));
      v128.store(at(toIm, q), f64x2.add(xIm, yIm));
      v128.store(at(toRe, q + stride), f64x2.sub(xRe, yRe));
      v128.store(at(toIm, q + stride), f64x2.sub(xIm, yIm));
    }
  }
  zRe = toRe;
  zIm = toIm;
}

/** Stride 1: two neighbouring p at a time, whose results are laid side by side. */
function firstPass(
  xRe: usize,
  xIm: usize,
  yRe: usize,
  yIm: usize,
  quarter: i32,
  twiddles: usize,
): void {
  for (let p: i32 = 0; p < quarter; p += 2) {
    const w = at(twiddles, p);
    const step = (<usize>quarter) << 3;
    const from = at(xRe, p);
    const fromIm = at(xIm, p);
    const ar = v128.load(from);
    const ai = v128.load(fromIm);
    const br = v128.load(from + step);
    const bi = v128.load(fromIm + step);
    const cr = v128.load(from + 2 * step);
    const ci = v128.load(fromIm + 2 * step);
    const dr = v128.load(from + 3 * step);
    const di = v128.load(fromIm + 3 * step);
    const acr = f64x2.add(ar, cr);
    const aci = f64x2.add(ai, ci);
    const bdr = f64x2.add(br, dr);
    const bdi = f64x2.add(bi, di);
    const minusRe = f64x2.sub(ar, cr);
    const minusIm = f64x2.sub(ai, ci);
    // −j(b − d)
    const turnRe = f64x2.sub(bi, di);
    const turnIm = f64x2.sub(dr, br);
    const r0 = f64x2.add(acr, bdr);
    const i0 = f64x2.add(aci, bdi);
    let re = f64x2.add(minusRe, turnRe);
    let im = f64x2.add(minusIm, turnIm);
    let c = v128.load(w);
    let s = v128.load(w + step);
    const r1 = f64x2.sub(f64x2.mul(re, c), f64x2.mul(im, s));
    const i1 = f64x2.add(f64x2.mul(re, s), f64x2.mul(im, c));
    re = f64x2.sub(acr, bdr);
    im = f64x2.sub(aci, bdi);
    c = v128.load(w + 2 * step);
    s = v128.load(w + 3 * step);
    const r2 = f64x2.sub(f64x2.mul(re, c), f64x2.mul(im, s));
    const i2 = f64x2.add(f64x2.mul(re, s), f64x2.mul(im, c));
    re = f64x2.sub(minusRe, turnRe);
    im = f64x2.sub(minusIm, turnIm);
    c = v128.load(w + 4 * step);
    s = v128.load(w + 5 * step);
    const r3 = f64x2.sub(f64x2.mul(re, c), f64x2.mul(im, s));
    const i3 = f64x2.add(f64x2.mul(re, s), f64x2.mul(im, c));
    const to = at(yRe, 4 * p);
    const toIm = at(yIm, 4 * p);
    v128.store(to, firsts(r0, r1));
    v128.store(to, firsts(r2, r3), 16);
    v128.store(to, seconds(r0, r1), 32);
    v128.store(to, seconds(r2, r3), 48);
    v128.store(toIm, firsts(i0, i1));
    v128.store(toIm, firsts(i2, i3), 16);
    v128.store(toIm, seconds(i0, i1), 32);
    v128.store(toIm, seconds(i2, i3), 48);
  }
}

function pass(
  xRe: usize,
  xIm: usize,
  yRe: usize,
  yIm: usize,
  length: i32,
  stride: i32,
  twiddles: usize,
  table: i32,
): void {
  const quarter = length >> 2;
  const jump: usize = (<usize>(quarter * stride)) << 3;
  const by: usize = (<usize>stride) << 3;
  const step: usize = (<usize>table) << 3;
  for (let p: i32 = 0; p < quarter; p++) {
    const w = at(twiddles, p * stride);
    const c1 = splat(w);
    const s1 = splat(w + step);
    const c2 = splat(w + 2 * step);
    const s2 = splat(w + 3 * step);
    const c3 = splat(w + 4 * step);
    const s3 = splat(w + 5 * step);
    let from = at(xRe, p * stride);
    let fromIm = at(xIm, p * stride);
    let to = at(yRe, 4 * p * stride);
    let toIm = at(yIm, 4 * p * stride);
    for (
      const end = from + by;
      from < end;
      from += 16, fromIm += 16, to += 16, toIm += 16
    ) {
      const ar = v128.load(from);
      const ai = v128.load(fromIm);
      const br = v128.load(from + jump);
      const bi = v128.load(fromIm + jump);
      const cr = v128.load(from + 2 * jump);
      const ci = v128.load(fromIm + 2 * jump);
      const dr = v128.load(from + 3 * jump);
      const di = v128.load(fromIm + 3 * jump);
      const acr = f64x2.add(ar, cr);
      const aci = f64x2.add(ai, ci);
      const bdr = f64x2.add(br, dr);
      const bdi = f64x2.add(bi, di);
      v128.store(to, f64x2.add(acr, bdr));
      v128.store(toIm, f64x2.add(aci, bdi));
      const evenRe = f64x2.sub(acr, bdr);
      const evenIm = f64x2.sub(aci, bdi);
      v128.store(to + 2 * by, f64x2.sub(f64x2.mul(evenRe, c2), f64x2.mul(evenIm, s2)));
      v128.store(toIm + 2 * by, f64x2.add(f64x2.mul(evenRe, s2), f64x2.mul(evenIm, c2)));
      const minusRe = f64x2.sub(ar, cr);
      const minusIm = f64x2.sub(ai, ci);
      const turnRe = f64x2.sub(bi, di);
      const turnIm = f64x2.sub(dr, br);
      const firstRe = f64x2.add(minusRe, turnRe);
      const firstIm = f64x2.add(minusIm, turnIm);
      v128.store(to + by, f64x2.sub(f64x2.mul(firstRe, c1), f64x2.mul(firstIm, s1)));
      v128.store(toIm + by, f64x2.add(f64x2.mul(firstRe, s1), f64x2.mul(firstIm, c1)));
      const thirdRe = f64x2.sub(minusRe, turnRe);
      const thirdIm = f64x2.sub(minusIm, turnIm);
      v128.store(to + 3 * by, f64x2.sub(f64x2.mul(thirdRe, c3), f64x2.mul(thirdIm, s3)));
      v128.store(toIm + 3 * by, f64x2.add(f64x2.mul(thirdRe, s3), f64x2.mul(thirdIm, c3)));
    }
  }
}

/** Bins k and half − k come from values k and half − k; two k at a time, the middle one twice. */
function untanglePower(half: i32, untangling: usize, power: usize): void {
  const sum = load<f64>(zRe) + load<f64>(zIm);
  const difference = load<f64>(zRe) - load<f64>(zIm);
  store<f64>(power, sum * sum);
  store<f64>(at(power, half), difference * difference);
  store<f64>(at(power, half), 0, 8);
  const halfOf = f64x2.splat(0.5);
  const sines = at(untangling, half + 1);
  for (let k: i32 = 1; k < half >> 1; k += 2) {
    const m = half - k - 1;
    const xk = v128.load(at(zRe, k));
    const yk = v128.load(at(zIm, k));
    const xm = swapped(v128.load(at(zRe, m)));
    const ym = swapped(v128.load(at(zIm, m)));
    const c = v128.load(at(untangling, k));
    const s = v128.load(at(sines, k));
    const oddRe = f64x2.add(yk, ym);
    const oddIm = f64x2.sub(xm, xk);
    const evenRe = f64x2.mul(f64x2.add(xk, xm), halfOf);
    const evenIm = f64x2.mul(f64x2.sub(yk, ym), halfOf);
    const turnRe = f64x2.add(f64x2.mul(oddRe, c), f64x2.mul(oddIm, s));
    const turnIm = f64x2.sub(f64x2.mul(oddIm, c), f64x2.mul(oddRe, s));
    let re = f64x2.add(evenRe, turnRe);
    let im = f64x2.add(evenIm, turnIm);
    const lower = f64x2.add(f64x2.mul(re, re), f64x2.mul(im, im));
    re = f64x2.sub(evenRe, turnRe);
    im = f64x2.sub(turnIm, evenIm);
    const upper = f64x2.add(f64x2.mul(re, re), f64x2.mul(im, im));
    v128.store(at(power, k), lower);
    v128.store(at(power, m), swapped(upper));
  }
}

/** The same for what is real: the transform of an even sequence. */
function untangleReal(half: i32, untangling: usize, output: usize): void {
  store<f64>(output, load<f64>(zRe) + load<f64>(zIm));
  store<f64>(at(output, half), load<f64>(zRe) - load<f64>(zIm));
  const halfOf = f64x2.splat(0.5);
  const sines = at(untangling, half + 1);
  for (let k: i32 = 1; k < half >> 1; k += 2) {
    const m = half - k - 1;
    const xk = v128.load(at(zRe, k));
    const xm = swapped(v128.load(at(zRe, m)));
    const oddRe = f64x2.add(v128.load(at(zIm, k)), swapped(v128.load(at(zIm, m))));
    const oddIm = f64x2.sub(xm, xk);
    const evenRe = f64x2.mul(f64x2.add(xk, xm), halfOf);
    const turnRe = f64x2.add(
      f64x2.mul(oddRe, v128.load(at(untangling, k))),
      f64x2.mul(oddIm, v128.load(at(sines, k))),
    );
    v128.store(at(output, k), f64x2.add(evenRe, turnRe));
    v128.store(at(output, m), swapped(f64x2.sub(evenRe, turnRe)));
  }
}
