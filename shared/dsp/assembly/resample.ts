/** Sum of `taps` products (a multiple of eight), single precision in two runs of four lanes. */
// @ts-ignore: decorator
@inline
function dot(x: usize, kernel: usize, taps: i32): f32 {
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  for (const end = kernel + ((<usize>taps) << 2); kernel < end; kernel += 32, x += 32) {
    a = f32x4.add(a, f32x4.mul(v128.load(x), v128.load(kernel)));
    b = f32x4.add(b, f32x4.mul(v128.load(x, 16), v128.load(kernel, 16)));
  }
  a = f32x4.add(a, b);
  a = f32x4.add(a, v128.shuffle<f64>(a, a, 1, 0));
  return f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1);
}

/**
 * `count` samples at the rate `to` of a signal at the rate `from` (without common divisors): the first lies `rest`/`to` of a
 * sample after the beginning of `x`. `kernels` holds the filter, `taps` long, at `phases` + 1 places of a sample; places between two are interpolated.
 */
export function convert(
  x: usize,
  rest: f64,
  count: i32,
  from: f64,
  to: f64,
  kernels: usize,
  phases: i32,
  taps: i32,
  output: usize,
): void {
  const bytes: usize = (<usize>taps) << 2;
  const whole = Math.floor(from / to);
  const left = from - whole * to;
  const scale = <f64>phases / to;
  let place = x;
  for (let n: i32 = 0; n < count; n++, output += 4) {
    const exact = rest * scale;
    const phase = <i32>exact;
    const share = exact - <f64>phase;
    const kernel = kernels + (<usize>phase) * bytes;
    let value = dot(place, kernel, taps);
    if (share > 0)
      value += <f32>share * (dot(place, kernel + bytes, taps) - value);
    store<f32>(output, value);
    place += (<usize>whole) << 2;
    rest += left;
    if (rest >= to) {
      rest -= to;
      place += 4;
    }
  }
}
