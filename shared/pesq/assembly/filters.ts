/** Rounded arithmetic over whole signals. */

/** Smallest normal number: below it the processor is slow and nothing is audible. */
const NORMAL: f32 = 1.17549435e-38;

/** One biquad in place from rest; `row` is [b0, b1, b2, a1, a2]. */
export function biquad(x: usize, count: i32, row: usize): void {
  const b0 = load<f32>(row);
  const b1 = load<f32>(row, 4);
  const b2 = load<f32>(row, 8);
  const a1 = load<f32>(row, 12);
  const a2 = load<f32>(row, 16);
  let w1: f32 = 0;
  let w2: f32 = 0;
  const end: usize = x + ((<usize>count) << 2);
  for (let p: usize = x; p < end; ) {
    for (const pause: usize = min(p + 256, end); p < pause; p += 4) {
      const w: f32 = load<f32>(p) - a1 * w1 - a2 * w2;
      store<f32>(p, b0 * w + b1 * w1 + b2 * w2);
      w2 = w1;
      w1 = w;
    }
    if (Mathf.abs(w1) < NORMAL) w1 = 0;
    if (Mathf.abs(w2) < NORMAL) w2 = 0;
  }
}

// @ts-ignore: decorator
@inline
function flush(w: v128): v128 {
  return v128.and(w, f32x4.ge(f32x4.abs(w), f32x4.splat(NORMAL)));
}

/**
 * Twelve biquads in a row, in place from rest. `rows` holds, for each coefficient, the twelve
 * sections' values. A section a lane; each works two samples behind the one before it.
 */
export function cascade(x: usize, count: i32, rows: usize): void {
  let w1a = f32x4.splat(0);
  let w2a = w1a;
  let ya = w1a;
  let w1b = w1a;
  let w2b = w1a;
  let yb = w1a;
  let w1c = w1a;
  let w2c = w1a;
  let yc = w1a;
  let olda = w1a;
  let oldb = w1a;
  let oldc = w1a;
  const end: usize = x + ((<usize>count) << 2);
  const stop: usize = end + 88;
  for (let p: usize = x; p < stop; ) {
    const pause: usize = min(p + 256, stop);
    for (; p < pause; p += 4) {
      const input: f32 = p < end ? load<f32>(p) : <f32>0;
      let xa = v128.shuffle<f32>(olda, olda, 0, 0, 1, 2);
      const xb = v128.shuffle<f32>(olda, oldb, 3, 4, 5, 6);
      const xc = v128.shuffle<f32>(oldb, oldc, 3, 4, 5, 6);
      xa = f32x4.replace_lane(xa, 0, input);
      olda = ya;
      oldb = yb;
      oldc = yc;
      let w = f32x4.sub(
        f32x4.sub(xa, f32x4.mul(v128.load(rows, 144), w1a)),
        f32x4.mul(v128.load(rows, 192), w2a),
      );
      ya = f32x4.add(
        f32x4.add(f32x4.mul(v128.load(rows), w), f32x4.mul(v128.load(rows, 48), w1a)),
        f32x4.mul(v128.load(rows, 96), w2a),
      );
      w2a = w1a;
      w1a = w;
      w = f32x4.sub(
        f32x4.sub(xb, f32x4.mul(v128.load(rows, 160), w1b)),
        f32x4.mul(v128.load(rows, 208), w2b),
      );
      yb = f32x4.add(
        f32x4.add(f32x4.mul(v128.load(rows, 16), w), f32x4.mul(v128.load(rows, 64), w1b)),
        f32x4.mul(v128.load(rows, 112), w2b),
      );
      w2b = w1b;
      w1b = w;
      w = f32x4.sub(
        f32x4.sub(xc, f32x4.mul(v128.load(rows, 176), w1c)),
        f32x4.mul(v128.load(rows, 224), w2c),
      );
      yc = f32x4.add(
        f32x4.add(f32x4.mul(v128.load(rows, 32), w), f32x4.mul(v128.load(rows, 80), w1c)),
        f32x4.mul(v128.load(rows, 128), w2c),
      );
      w2c = w1c;
      w1c = w;
      if (p >= x + 88) store<f32>(p - 88, f32x4.extract_lane(yc, 3));
    }
    w1a = flush(w1a);
    w2a = flush(w2a);
    w1b = flush(w1b);
    w2b = flush(w2b);
    w1c = flush(w1c);
    w2c = flush(w2c);
  }
}

/** Largest magnitude of finite samples; NaN or infinite when one of them is. */
export function peak(x: usize, count: i32): f32 {
  let most = f32x4.splat(0);
  let p: usize = x;
  for (const end: usize = x + ((<usize>(count & ~3)) << 2); p < end; p += 16)
    most = f32x4.max(most, f32x4.abs(v128.load(p)));
  let largest: f32 = max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
  for (const end: usize = x + ((<usize>count) << 2); p < end; p += 4)
    largest = max(largest, abs(load<f32>(p)));
  return largest;
}

/** `x /= by`, divided in double precision. Whole vectors: `count` is rounded up to four. */
export function divide(x: usize, count: i32, by: f64): void {
  const divisor = f64x2.splat(by);
  for (let p: usize = x, end: usize = x + ((<usize>count) << 2); p < end; p += 16) {
    const low = f64x2.div(f64x2.promote_low_f32x4(v128.load(p)), divisor);
    const high = f64x2.div(f64x2.promote_low_f32x4(v128.load(p, 8)), divisor);
    const a = f32x4.demote_f64x2_zero(low);
    const b = f32x4.demote_f64x2_zero(high);
    v128.store(p, v128.shuffle<f32>(a, b, 0, 1, 4, 5));
  }
}

/** `x -= value`. */
export function subtract(x: usize, count: i32, value: f32): void {
  const by = f32x4.splat(value);
  let p: usize = x;
  for (const end: usize = x + ((<usize>(count & ~3)) << 2); p < end; p += 16)
    v128.store(p, f32x4.sub(v128.load(p), by));
  for (const end: usize = x + ((<usize>count) << 2); p < end; p += 4)
    store<f32>(p, load<f32>(p) - value);
}

/** Index of the first largest positive value; `fallback` when no value is positive. */
export function argmax(x: usize, count: i32, fallback: i32): i32 {
  let best: f32 = 0;
  let at = fallback;
  for (let i: i32 = 0; i < count; i++) {
    const value = load<f32>(x + ((<usize>i) << 2));
    if (value > best) {
      best = value;
      at = i;
    }
  }
  return at;
}

/** `x *= gain`. Whole vectors: `count` is rounded up to four. */
export function scale(x: usize, count: i32, gain: f32): void {
  const by = f32x4.splat(gain);
  for (let p: usize = x, end: usize = x + ((<usize>count) << 2); p < end; p += 16)
    v128.store(p, f32x4.mul(v128.load(p), by));
}

/** Sum of rounded squares in double precision. */
export function sumSquares(x: usize, count: i32): f64 {
  let even = f64x2.splat(0);
  let odd = even;
  let p: usize = x;
  for (const end: usize = x + ((<usize>(count & ~3)) << 2); p < end; p += 16) {
    const v = v128.load(p);
    const s = f32x4.mul(v, v);
    even = f64x2.add(even, f64x2.promote_low_f32x4(s));
    odd = f64x2.add(odd, f64x2.promote_low_f32x4(v128.shuffle<f32>(s, s, 2, 3, 2, 3)));
  }
  const sum = f64x2.add(even, odd);
  let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  for (const end: usize = x + ((<usize>count) << 2); p < end; p += 4) {
    const v = load<f32>(p);
    total += <f64>(v * v);
  }
  return total;
}

/** Running sum in single precision, first to last. */
export function sum(x: usize, count: i32): f32 {
  let total: f32 = 0;
  for (let p: usize = x, end: usize = x + ((<usize>count) << 2); p < end; p += 4)
    total += load<f32>(p);
  return total;
}

/** Mean power of consecutive windows (`window` is a multiple of four samples), as doubles. */
export function windowPowers(x: usize, windows: i32, window: i32, to: usize): void {
  const bytes: usize = (<usize>window) << 2;
  for (let w: i32 = 0; w < windows; w++) {
    let sum = f64x2.splat(0);
    for (let p: usize = x, end: usize = x + bytes; p < end; p += 16) {
      const low = f64x2.promote_low_f32x4(v128.load(p));
      const high = f64x2.promote_low_f32x4(v128.load(p, 8));
      sum = f64x2.add(sum, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)));
    }
    store<f64>(to, (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)) / <f64>window);
    x += bytes;
    to += 8;
  }
}
