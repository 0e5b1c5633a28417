/** Products of half spectra (see transform.ts), written to all places for the inverse transform. */

/** Lays two mirrored vectors of half-spectrum slots out in places: odd places are conjugates. */
// @ts-ignore: decorator
@inline
function place(to: usize, own: v128, mirrored: v128): void {
  const back = v128.shuffle<f32>(mirrored, mirrored, 3, 2, 1, 0);
  v128.store(to, v128.shuffle<f32>(own, back, 0, 4, 1, 5));
  v128.store(to, v128.shuffle<f32>(own, back, 2, 6, 3, 7), 16);
}

/** Scalar form for the first slots. `slots` j of [2^b, 2^{b+1}) mirror in 3·2^b − 1 − j. */
// @ts-ignore: decorator
@inline
function placeFirst(toRe: usize, toIm: usize, j: i32, mirror: i32, re: f32, im: f32): void {
  store<f32>(toRe + ((<usize>j) << 3), re);
  store<f32>(toIm + ((<usize>j) << 3), im);
  store<f32>(toRe + ((<usize>mirror) << 3), re, 4);
  store<f32>(toIm + ((<usize>mirror) << 3), -im, 4);
}

/** `conj(a) · b` (sign −1) or `a · b` (sign 1) for `n` points. */
export function multiply(
  aRe: usize,
  aIm: usize,
  bRe: usize,
  bIm: usize,
  toRe: usize,
  toIm: usize,
  n: i32,
  sign: f32,
): void {
  store<f32>(toRe, load<f32>(aRe) * load<f32>(bRe));
  store<f32>(toIm, 0);
  store<f32>(toRe, load<f32>(aIm) * load<f32>(bIm), 4); // bin n/2
  store<f32>(toIm, 0, 4);
  for (let j: i32 = 1; j < 4; j++) {
    const at: usize = (<usize>j) << 2;
    const ar = load<f32>(aRe + at);
    const ai = sign * load<f32>(aIm + at);
    const br = load<f32>(bRe + at);
    const bi = load<f32>(bIm + at);
    placeFirst(toRe, toIm, j, j == 1 ? 1 : 5 - j, ar * br - ai * bi, ar * bi + ai * br);
  }
  const by: v128 = f32x4.splat(sign);
  for (let block: i32 = 4; block < n >> 1; block <<= 1) {
    for (let j: i32 = block, m: i32 = 2 * block - 4; j <= m; j += 4, m -= 4) {
      const p: usize = (<usize>j) << 2;
      const q: usize = (<usize>m) << 2;
      let ar = v128.load(aRe + p);
      let ai = f32x4.mul(by, v128.load(aIm + p));
      let br = v128.load(bRe + p);
      let bi = v128.load(bIm + p);
      const pr = f32x4.sub(f32x4.mul(ar, br), f32x4.mul(ai, bi));
      const pi = f32x4.add(f32x4.mul(ar, bi), f32x4.mul(ai, br));
      ar = v128.load(aRe + q);
      ai = f32x4.mul(by, v128.load(aIm + q));
      br = v128.load(bRe + q);
      bi = v128.load(bIm + q);
      const qr = f32x4.sub(f32x4.mul(ar, br), f32x4.mul(ai, bi));
      const qi = f32x4.add(f32x4.mul(ar, bi), f32x4.mul(ai, br));
      place(toRe + 2 * p, pr, qr);
      place(toIm + 2 * p, pi, f32x4.neg(qi));
      place(toRe + 2 * q, qr, pr);
      place(toIm + 2 * q, qi, f32x4.neg(pi));
    }
  }
}

/**
 * The spectrum times a real factor a slot (`factors`, that of bin n/2 at their end), from the
 * first halves of `re` and `im` to all their places: from the last block down, so nothing unread is overwritten.
 */
export function scaleSpectrum(re: usize, im: usize, n: i32, factors: usize): void {
  for (let block: i32 = n >> 2; block >= 4; block >>= 1) {
    for (let j: i32 = block, m: i32 = 2 * block - 4; j <= m; j += 4, m -= 4) {
      const p: usize = (<usize>j) << 2;
      const q: usize = (<usize>m) << 2;
      const fp = v128.load(factors + p);
      const fq = v128.load(factors + q);
      const pr = f32x4.mul(v128.load(re + p), fp);
      const pi = f32x4.mul(v128.load(im + p), fp);
      const qr = f32x4.mul(v128.load(re + q), fq);
      const qi = f32x4.mul(v128.load(im + q), fq);
      place(re + 2 * p, pr, qr);
      place(im + 2 * p, pi, f32x4.neg(qi));
      place(re + 2 * q, qr, pr);
      place(im + 2 * q, qi, f32x4.neg(pi));
    }
  }
  const r2 = load<f32>(re, 8) * load<f32>(factors, 8);
  const i2 = load<f32>(im, 8) * load<f32>(factors, 8);
  const r3 = load<f32>(re, 12) * load<f32>(factors, 12);
  const i3 = load<f32>(im, 12) * load<f32>(factors, 12);
  const r1 = load<f32>(re, 4) * load<f32>(factors, 4);
  const i1 = load<f32>(im, 4) * load<f32>(factors, 4);
  const nyquist = load<f32>(im) * load<f32>(factors + ((<usize>n) << 1));
  placeFirst(re, im, 2, 3, r2, i2);
  placeFirst(re, im, 3, 2, r3, i3);
  placeFirst(re, im, 1, 1, r1, i1);
  store<f32>(re, load<f32>(re) * load<f32>(factors));
  store<f32>(im, 0);
  store<f32>(re, nyquist, 4);
  store<f32>(im, 0, 4);
}
