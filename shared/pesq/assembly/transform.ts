/**
 * The single-precision radix-2 transform of P.862's reference, two passes at a time on four lanes.
 * Every value is rounded as one pass after the other would round it.
 *
 * A spectrum of N real samples is kept in the order in which the passes leave it: slot j holds bin
 * `bitReverse(j)` of log2(N) − 1 bits, so bins 0 … N/2 − 1 take N/2 slots, and the imaginary part
 * of slot 0 (bin 0, always 0) holds the real part of bin N/2.
 */

/** Twiddles of the forward passes by block; of the inverse passes by place, `2^g + s` for pass g. */
let blockCos: usize = 0;
let blockSin: usize = 0;
let passCos: usize = 0;
let passSin: usize = 0;

/** Blocks up to this many points are taken through all their passes at once: they stay in cache. */
const CACHED: i32 = 4096;

export function setTwiddles(bc: usize, bs: usize, pc: usize, ps: usize): void {
  blockCos = bc;
  blockSin = bs;
  passCos = pc;
  passSin = ps;
}

/**
 * Half spectrum of `n` (a power of two ≥ 64) real samples at `re`, put at `toRe`, `toIm`, which may
 * be `re` and `im`; these two are overwritten.
 */
export function forward(re: usize, im: usize, n: i32, toRe: usize, toIm: usize): void {
  firstPasses(re, im, n >> 2);
  const quarter: i32 = n >> 2;
  for (let c: i32 = 0; c < 4; c++) {
    const at: usize = <usize>(c * quarter) << 2;
    forwardBlock(re + at, im + at, quarter, c, toRe + (at >> 1), toIm + (at >> 1));
  }
}

/** The first two passes over real samples: imaginary parts are all zero before them. */
function firstPasses(re: usize, im: usize, quarter: i32): void {
  const h: usize = <usize>quarter << 2;
  const C: v128 = f32x4.splat(load<f32>(blockCos + 4));
  const Z: v128 = f32x4.splat(load<f32>(blockSin + 4));
  const zero: v128 = f32x4.splat(0);
  for (let p: usize = re, q: usize = im, end: usize = re + h; p < end; p += 16, q += 16) {
    const a = v128.load(p);
    const b = v128.load(p + h);
    const c = v128.load(p + 2 * h);
    const d = v128.load(p + 3 * h);
    const e = f32x4.add(a, c);
    const f = f32x4.add(b, d);
    const g = f32x4.sub(a, c);
    const k = f32x4.sub(b, d);
    const ck = f32x4.mul(C, k);
    const zk = f32x4.mul(Z, k);
    v128.store(p, f32x4.add(e, f));
    v128.store(p + h, f32x4.sub(e, f));
    v128.store(p + 2 * h, f32x4.add(g, ck));
    v128.store(p + 3 * h, f32x4.sub(g, ck));
    v128.store(q, zero);
    v128.store(q + h, zero);
    v128.store(q + 2 * h, f32x4.neg(zk));
    v128.store(q + 3 * h, zk);
  }
}

/** All remaining passes of block `c` of `size` points; the kept bins go to `toRe`, `toIm`. */
function forwardBlock(re: usize, im: usize, size: i32, c: i32, toRe: usize, toIm: usize): void {
  if (size > CACHED) {
    const quarter = size >> 2;
    forwardPasses(re, im, <usize>quarter << 2, c);
    for (let i: i32 = 0; i < 4; i++) {
      const at: usize = <usize>(i * quarter) << 2;
      forwardBlock(re + at, im + at, quarter, 4 * c + i, toRe + (at >> 1), toIm + (at >> 1));
    }
    return;
  }
  let block = size;
  let count: i32 = 1;
  if (ctz(size) & 1) {
    forwardPass(re, im, <usize>(size >> 1) << 2, c);
    block >>= 1;
    count = 2;
  }
  for (; block > 4; block >>= 2, count <<= 2) {
    const bytes: usize = <usize>block << 2;
    for (let k: i32 = 0; k < count; k++)
      forwardPasses(re + <usize>k * bytes, im + <usize>k * bytes, bytes >> 2, c * count + k);
  }
  lastPasses(re, im, count, c * count, toRe, toIm);
}

/** One pass over block `c`, whose halves are `h` bytes long. */
function forwardPass(re: usize, im: usize, h: usize, c: i32): void {
  const C: v128 = v128.load32_splat(blockCos + ((<usize>c) << 2));
  const Z: v128 = v128.load32_splat(blockSin + ((<usize>c) << 2));
  for (let p: usize = re, q: usize = im, end: usize = re + h; p < end; p += 16, q += 16) {
    const u = v128.load(p);
    const v = v128.load(q);
    const r = v128.load(p + h);
    const i = v128.load(q + h);
    const cr = f32x4.mul(C, r);
    const zi = f32x4.mul(Z, i);
    const zr = f32x4.mul(Z, r);
    const ci = f32x4.mul(C, i);
    v128.store(p, f32x4.add(f32x4.add(u, cr), zi));
    v128.store(q, f32x4.add(f32x4.sub(v, zr), ci));
    v128.store(p + h, f32x4.sub(f32x4.sub(u, cr), zi));
    v128.store(q + h, f32x4.sub(f32x4.add(v, zr), ci));
  }
}

/** Two passes over block `c`, whose quarters are `h` bytes long. */
// @ts-ignore: decorator
@inline
function forwardPasses(re: usize, im: usize, h: usize, c: i32): void {
  const cos: usize = blockCos + ((<usize>c) << 2);
  const sin: usize = blockSin + ((<usize>c) << 2);
  const cos2: usize = blockCos + ((<usize>c) << 3);
  const sin2: usize = blockSin + ((<usize>c) << 3);
  const C0: v128 = v128.load32_splat(cos);
  const Z0: v128 = v128.load32_splat(sin);
  const C1: v128 = v128.load32_splat(cos2);
  const Z1: v128 = v128.load32_splat(sin2);
  const C2: v128 = v128.load32_splat(cos2, 4);
  const Z2: v128 = v128.load32_splat(sin2, 4);
  for (let p: usize = re, q: usize = im, end: usize = re + h; p < end; p += 16, q += 16) {
    let r = v128.load(p + 2 * h);
    let i = v128.load(q + 2 * h);
    let cr = f32x4.mul(C0, r);
    let zi = f32x4.mul(Z0, i);
    let zr = f32x4.mul(Z0, r);
    let ci = f32x4.mul(C0, i);
    let u = v128.load(p);
    let v = v128.load(q);
    const ar = f32x4.add(f32x4.add(u, cr), zi);
    const ai = f32x4.add(f32x4.sub(v, zr), ci);
    const er = f32x4.sub(f32x4.sub(u, cr), zi);
    const ei = f32x4.sub(f32x4.add(v, zr), ci);
    r = v128.load(p + 3 * h);
    i = v128.load(q + 3 * h);
    cr = f32x4.mul(C0, r);
    zi = f32x4.mul(Z0, i);
    zr = f32x4.mul(Z0, r);
    ci = f32x4.mul(C0, i);
    u = v128.load(p + h);
    v = v128.load(q + h);
    const br = f32x4.add(f32x4.add(u, cr), zi);
    const bi = f32x4.add(f32x4.sub(v, zr), ci);
    const gr = f32x4.sub(f32x4.sub(u, cr), zi);
    const gi = f32x4.sub(f32x4.add(v, zr), ci);

    cr = f32x4.mul(C1, br);
    zi = f32x4.mul(Z1, bi);
    zr = f32x4.mul(Z1, br);
    ci = f32x4.mul(C1, bi);
    v128.store(p, f32x4.add(f32x4.add(ar, cr), zi));
    v128.store(q, f32x4.add(f32x4.sub(ai, zr), ci));
    v128.store(p + h, f32x4.sub(f32x4.sub(ar, cr), zi));
    v128.store(q + h, f32x4.sub(f32x4.add(ai, zr), ci));
    cr = f32x4.mul(C2, gr);
    zi = f32x4.mul(Z2, gi);
    zr = f32x4.mul(Z2, gr);
    ci = f32x4.mul(C2, gi);
    v128.store(p + 2 * h, f32x4.add(f32x4.add(er, cr), zi));
    v128.store(q + 2 * h, f32x4.add(f32x4.sub(ei, zr), ci));
    v128.store(p + 3 * h, f32x4.sub(f32x4.sub(er, cr), zi));
    v128.store(q + 3 * h, f32x4.sub(f32x4.add(ei, zr), ci));
  }
}

/** The last two passes over `count` blocks of four points, a block a lane; half of it is kept. */
function lastPasses(re: usize, im: usize, count: i32, c: i32, toRe: usize, toIm: usize): void {
  for (let k: i32 = 0; k < count; k += 4) {
    const p: usize = re + ((<usize>k) << 4);
    const q: usize = im + ((<usize>k) << 4);
    const cos: usize = blockCos + ((<usize>(c + k)) << 2);
    const sin: usize = blockSin + ((<usize>(c + k)) << 2);
    const cos2: usize = blockCos + ((<usize>(c + k)) << 3);
    const sin2: usize = blockSin + ((<usize>(c + k)) << 3);
    let s = v128.load(p);
    let t = v128.load(p, 16);
    let x = v128.load(p, 32);
    let y = v128.load(p, 48);
    let st = v128.shuffle<f32>(s, t, 0, 4, 1, 5);
    let xy = v128.shuffle<f32>(x, y, 0, 4, 1, 5);
    const r0 = v128.shuffle<f32>(st, xy, 0, 1, 4, 5);
    const r1 = v128.shuffle<f32>(st, xy, 2, 3, 6, 7);
    st = v128.shuffle<f32>(s, t, 2, 6, 3, 7);
    xy = v128.shuffle<f32>(x, y, 2, 6, 3, 7);
    const r2 = v128.shuffle<f32>(st, xy, 0, 1, 4, 5);
    const r3 = v128.shuffle<f32>(st, xy, 2, 3, 6, 7);
    s = v128.load(q);
    t = v128.load(q, 16);
    x = v128.load(q, 32);
    y = v128.load(q, 48);
    st = v128.shuffle<f32>(s, t, 0, 4, 1, 5);
    xy = v128.shuffle<f32>(x, y, 0, 4, 1, 5);
    const i0 = v128.shuffle<f32>(st, xy, 0, 1, 4, 5);
    const i1 = v128.shuffle<f32>(st, xy, 2, 3, 6, 7);
    st = v128.shuffle<f32>(s, t, 2, 6, 3, 7);
    xy = v128.shuffle<f32>(x, y, 2, 6, 3, 7);
    const i2 = v128.shuffle<f32>(st, xy, 0, 1, 4, 5);
    const i3 = v128.shuffle<f32>(st, xy, 2, 3, 6, 7);

    let C = v128.load(cos);
    let Z = v128.load(sin);
    let cr = f32x4.mul(C, r2);
    let zi = f32x4.mul(Z, i2);
    let zr = f32x4.mul(Z, r2);
    let ci = f32x4.mul(C, i2);
    const ar = f32x4.add(f32x4.add(r0, cr), zi);
    const ai = f32x4.add(f32x4.sub(i0, zr), ci);
    const er = f32x4.sub(f32x4.sub(r0, cr), zi);
    const ei = f32x4.sub(f32x4.add(i0, zr), ci);
    cr = f32x4.mul(C, r3);
    zi = f32x4.mul(Z, i3);
    zr = f32x4.mul(Z, r3);
    ci = f32x4.mul(C, i3);
    const br = f32x4.add(f32x4.add(r1, cr), zi);
    const bi = f32x4.add(f32x4.sub(i1, zr), ci);
    const gr = f32x4.sub(f32x4.sub(r1, cr), zi);
    const gi = f32x4.sub(f32x4.add(i1, zr), ci);

    s = v128.load(cos2);
    t = v128.load(cos2, 16);
    x = v128.load(sin2);
    y = v128.load(sin2, 16);
    C = v128.shuffle<f32>(s, t, 0, 2, 4, 6);
    Z = v128.shuffle<f32>(x, y, 0, 2, 4, 6);
    const evenRe = f32x4.add(f32x4.add(ar, f32x4.mul(C, br)), f32x4.mul(Z, bi));
    let evenIm = f32x4.add(f32x4.sub(ai, f32x4.mul(Z, br)), f32x4.mul(C, bi));
    if (c + k == 0) {
      // Bin N/2 is the second point of the first block.
      const C0 = f32x4.extract_lane(C, 0);
      const Z0 = f32x4.extract_lane(Z, 0);
      const nyquist: f32 =
        f32x4.extract_lane(ar, 0) - C0 * f32x4.extract_lane(br, 0) - Z0 * f32x4.extract_lane(bi, 0);
      evenIm = f32x4.replace_lane(evenIm, 0, nyquist);
    }
    C = v128.shuffle<f32>(s, t, 1, 3, 5, 7);
    Z = v128.shuffle<f32>(x, y, 1, 3, 5, 7);
    const oddRe = f32x4.add(f32x4.add(er, f32x4.mul(C, gr)), f32x4.mul(Z, gi));
    const oddIm = f32x4.add(f32x4.sub(ei, f32x4.mul(Z, gr)), f32x4.mul(C, gi));

    const to: usize = (<usize>k) << 3;
    v128.store(toRe + to, v128.shuffle<f32>(evenRe, oddRe, 0, 4, 1, 5));
    v128.store(toRe + to, v128.shuffle<f32>(evenRe, oddRe, 2, 6, 3, 7), 16);
    v128.store(toIm + to, v128.shuffle<f32>(evenIm, oddIm, 0, 4, 1, 5));
    v128.store(toIm + to, v128.shuffle<f32>(evenIm, oddIm, 2, 6, 3, 7), 16);
  }
}

/**
 * Real samples of a spectrum that `expand` in spectrum.ts has laid out in all `n` places (bin of
 * place s: `bitReverse(s)`). The samples are left at `re`, scaled by 1/n; `im` is overwritten.
 */
export function inverse(re: usize, im: usize, n: i32): void {
  const quarter = n >> 2;
  for (let c: i32 = 0; c < 4; c++) {
    const at: usize = <usize>(c * quarter) << 2;
    inverseBlock(re + at, im + at, quarter);
  }
  inverseLast(re, im, quarter, <f32>1 / <f32>n);
}

function inverseBlock(re: usize, im: usize, size: i32): void {
  if (size > CACHED) {
    const quarter = size >> 2;
    for (let i: i32 = 0; i < 4; i++) {
      const at: usize = <usize>(i * quarter) << 2;
      inverseBlock(re + at, im + at, quarter);
    }
    inversePasses(re, im, quarter);
    return;
  }
  inverseFirst(re, im, size);
  let h: i32 = 4;
  if (ctz(size) & 1) {
    for (let p: usize = 0, end: usize = (<usize>size) << 2; p < end; p += 32)
      inversePass4(re + p, im + p);
    h = 8;
  }
  for (; h < size; h <<= 2) {
    const bytes: usize = (<usize>h) << 4;
    for (let p: usize = 0, end: usize = (<usize>size) << 2; p < end; p += bytes)
      inversePasses(re + p, im + p, h);
  }
}

/** The first two passes: groups of four places, a group a lane. */
function inverseFirst(re: usize, im: usize, size: i32): void {
  const C: v128 = f32x4.splat(load<f32>(blockCos + 4));
  const Z: v128 = f32x4.splat(load<f32>(blockSin + 4));
  for (let k: usize = 0, end: usize = (<usize>size) << 2; k < end; k += 64) {
    const p: usize = re + k;
    const q: usize = im + k;
    let s = v128.load(p);
    let t = v128.load(p, 16);
    let x = v128.load(p, 32);
    let y = v128.load(p, 48);
    let st = v128.shuffle<f32>(s, t, 0, 4, 1, 5);
    let xy = v128.shuffle<f32>(x, y, 0, 4, 1, 5);
    const r0 = v128.shuffle<f32>(st, xy, 0, 1, 4, 5);
    const r1 = v128.shuffle<f32>(st, xy, 2, 3, 6, 7);
    st = v128.shuffle<f32>(s, t, 2, 6, 3, 7);
    xy = v128.shuffle<f32>(x, y, 2, 6, 3, 7);
    const r2 = v128.shuffle<f32>(st, xy, 0, 1, 4, 5);
    const r3 = v128.shuffle<f32>(st, xy, 2, 3, 6, 7);
    s = v128.load(q);
    t = v128.load(q, 16);
    x = v128.load(q, 32);
    y = v128.load(q, 48);
    st = v128.shuffle<f32>(s, t, 0, 4, 1, 5);
    xy = v128.shuffle<f32>(x, y, 0, 4, 1, 5);
    const i0 = v128.shuffle<f32>(st, xy, 0, 1, 4, 5);
    const i1 = v128.shuffle<f32>(st, xy, 2, 3, 6, 7);
    st = v128.shuffle<f32>(s, t, 2, 6, 3, 7);
    xy = v128.shuffle<f32>(x, y, 2, 6, 3, 7);
    const i2 = v128.shuffle<f32>(st, xy, 0, 1, 4, 5);
    const i3 = v128.shuffle<f32>(st, xy, 2, 3, 6, 7);

    const ar = f32x4.add(r0, r1);
    const ai = f32x4.add(i0, i1);
    const br = f32x4.sub(r0, r1);
    const bi = f32x4.sub(i0, i1);
    const er = f32x4.add(r2, r3);
    const ei = f32x4.add(i2, i3);
    const gr = f32x4.sub(r2, r3);
    const gi = f32x4.sub(i2, i3);
    const cr = f32x4.mul(C, gr);
    const zi = f32x4.mul(Z, gi);
    const zr = f32x4.mul(Z, gr);
    const ci = f32x4.mul(C, gi);
    const a = f32x4.add(ar, er);
    const c = f32x4.sub(ar, er);
    const b = f32x4.sub(f32x4.add(br, cr), zi);
    const d = f32x4.add(f32x4.sub(br, cr), zi);
    s = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    t = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    x = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    y = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(p, v128.shuffle<f32>(s, t, 0, 1, 4, 5));
    v128.store(p, v128.shuffle<f32>(s, t, 2, 3, 6, 7), 16);
    v128.store(p, v128.shuffle<f32>(x, y, 0, 1, 4, 5), 32);
    v128.store(p, v128.shuffle<f32>(x, y, 2, 3, 6, 7), 48);
    const e = f32x4.add(ai, ei);
    const g = f32x4.sub(ai, ei);
    const f = f32x4.add(f32x4.add(bi, zr), ci);
    const h = f32x4.sub(f32x4.sub(bi, zr), ci);
    s = v128.shuffle<f32>(e, f, 0, 4, 1, 5);
    t = v128.shuffle<f32>(g, h, 0, 4, 1, 5);
    x = v128.shuffle<f32>(e, f, 2, 6, 3, 7);
    y = v128.shuffle<f32>(g, h, 2, 6, 3, 7);
    v128.store(q, v128.shuffle<f32>(s, t, 0, 1, 4, 5));
    v128.store(q, v128.shuffle<f32>(s, t, 2, 3, 6, 7), 16);
    v128.store(q, v128.shuffle<f32>(x, y, 0, 1, 4, 5), 32);
    v128.store(q, v128.shuffle<f32>(x, y, 2, 3, 6, 7), 48);
  }
}

/** One pass over a group of eight places. */
function inversePass4(p: usize, q: usize): void {
  const C = v128.load(passCos, 16);
  const Z = v128.load(passSin, 16);
  const u = v128.load(p);
  const v = v128.load(q);
  const r = v128.load(p, 16);
  const i = v128.load(q, 16);
  const cr = f32x4.mul(C, r);
  const zi = f32x4.mul(Z, i);
  const zr = f32x4.mul(Z, r);
  const ci = f32x4.mul(C, i);
  v128.store(p, f32x4.sub(f32x4.add(u, cr), zi));
  v128.store(q, f32x4.add(f32x4.add(v, zr), ci));
  v128.store(p, f32x4.add(f32x4.sub(u, cr), zi), 16);
  v128.store(q, f32x4.sub(f32x4.sub(v, zr), ci), 16);
}

/** Two passes over a group of four times `h` places. */
function inversePasses(re: usize, im: usize, places: i32): void {
  const h: usize = (<usize>places) << 2;
  const tc: usize = passCos - re;
  const ts: usize = passSin - re;
  for (let p: usize = re, q: usize = im, end: usize = re + h; p < end; p += 16, q += 16) {
    let C = v128.load(p + tc + h);
    let Z = v128.load(p + ts + h);
    let r = v128.load(p + h);
    let i = v128.load(q + h);
    let cr = f32x4.mul(C, r);
    let zi = f32x4.mul(Z, i);
    let zr = f32x4.mul(Z, r);
    let ci = f32x4.mul(C, i);
    let u = v128.load(p);
    let v = v128.load(q);
    const ar = f32x4.sub(f32x4.add(u, cr), zi);
    const ai = f32x4.add(f32x4.add(v, zr), ci);
    const br = f32x4.add(f32x4.sub(u, cr), zi);
    const bi = f32x4.sub(f32x4.sub(v, zr), ci);
    r = v128.load(p + 3 * h);
    i = v128.load(q + 3 * h);
    cr = f32x4.mul(C, r);
    zi = f32x4.mul(Z, i);
    zr = f32x4.mul(Z, r);
    ci = f32x4.mul(C, i);
    u = v128.load(p + 2 * h);
    v = v128.load(q + 2 * h);
    const er = f32x4.sub(f32x4.add(u, cr), zi);
    const ei = f32x4.add(f32x4.add(v, zr), ci);
    const gr = f32x4.add(f32x4.sub(u, cr), zi);
    const gi = f32x4.sub(f32x4.sub(v, zr), ci);

    C = v128.load(p + tc + 2 * h);
    Z = v128.load(p + ts + 2 * h);
    cr = f32x4.mul(C, er);
    zi = f32x4.mul(Z, ei);
    zr = f32x4.mul(Z, er);
    ci = f32x4.mul(C, ei);
    v128.store(p, f32x4.sub(f32x4.add(ar, cr), zi));
    v128.store(q, f32x4.add(f32x4.add(ai, zr), ci));
    v128.store(p + 2 * h, f32x4.add(f32x4.sub(ar, cr), zi));
    v128.store(q + 2 * h, f32x4.sub(f32x4.sub(ai, zr), ci));
    C = v128.load(p + tc + 3 * h);
    Z = v128.load(p + ts + 3 * h);
    cr = f32x4.mul(C, gr);
    zi = f32x4.mul(Z, gi);
    zr = f32x4.mul(Z, gr);
    ci = f32x4.mul(C, gi);
    v128.store(p + h, f32x4.sub(f32x4.add(br, cr), zi));
    v128.store(q + h, f32x4.add(f32x4.add(bi, zr), ci));
    v128.store(p + 3 * h, f32x4.add(f32x4.sub(br, cr), zi));
    v128.store(q + 3 * h, f32x4.sub(f32x4.sub(bi, zr), ci));
  }
}

/** The last two passes, of which only real parts are wanted. */
function inverseLast(re: usize, im: usize, places: i32, scale: f32): void {
  const h: usize = (<usize>places) << 2;
  const tc: usize = passCos - re;
  const ts: usize = passSin - re;
  const by: v128 = f32x4.splat(scale);
  for (let p: usize = re, q: usize = im, end: usize = re + h; p < end; p += 16, q += 16) {
    let C = v128.load(p + tc + h);
    let Z = v128.load(p + ts + h);
    let r = v128.load(p + h);
    let i = v128.load(q + h);
    let cr = f32x4.mul(C, r);
    let zi = f32x4.mul(Z, i);
    let u = v128.load(p);
    const ar = f32x4.sub(f32x4.add(u, cr), zi);
    const br = f32x4.add(f32x4.sub(u, cr), zi);
    r = v128.load(p + 3 * h);
    i = v128.load(q + 3 * h);
    cr = f32x4.mul(C, r);
    zi = f32x4.mul(Z, i);
    const zr = f32x4.mul(Z, r);
    const ci = f32x4.mul(C, i);
    u = v128.load(p + 2 * h);
    const v = v128.load(q + 2 * h);
    const er = f32x4.sub(f32x4.add(u, cr), zi);
    const ei = f32x4.add(f32x4.add(v, zr), ci);
    const gr = f32x4.add(f32x4.sub(u, cr), zi);
    const gi = f32x4.sub(f32x4.sub(v, zr), ci);

    C = v128.load(p + tc + 2 * h);
    Z = v128.load(p + ts + 2 * h);
    cr = f32x4.mul(C, er);
    zi = f32x4.mul(Z, ei);
    v128.store(p, f32x4.mul(by, f32x4.sub(f32x4.add(ar, cr), zi)));
    v128.store(p + 2 * h, f32x4.mul(by, f32x4.add(f32x4.sub(ar, cr), zi)));
    C = v128.load(p + tc + 3 * h);
    Z = v128.load(p + ts + 3 * h);
    cr = f32x4.mul(C, gr);
    zi = f32x4.mul(Z, gi);
    v128.store(p + h, f32x4.mul(by, f32x4.sub(f32x4.add(br, cr), zi)));
    v128.store(p + 3 * h, f32x4.mul(by, f32x4.add(f32x4.sub(br, cr), zi)));
  }
}
