/** Taps of a phase of the interpolator; samples that are judged together. */
const TAPS: i32 = 24;
const STRETCH: i32 = 32;

// @ts-ignore: decorator
@inline
function largest(x: v128): f32 {
  x = f32x4.max(x, v128.shuffle<f64>(x, x, 1, 0));
  x = f32x4.max(x, v128.shuffle<f32>(x, x, 1, 0, 3, 2));
  return f32x4.extract_lane(x, 0);
}

/**
 * The largest magnitude of `peak`, of the `count` samples from the 25th of `x` on and of what three phases of an
 * interpolator (24 taps each, one after the other in `kernels`) make of them and the 24 samples before. A stretch whose
 * samples times `reach` stay below the peak is passed over. After the last sample there are zeros up to a multiple of four.
 */
export function truePeak(x: usize, count: i32, kernels: usize, reach: f64, peak: f64): f64 {
  for (let start: i32 = 0; start < count; start += STRETCH) {
    const stop = min(count, start + STRETCH);
    let most = f32x4.splat(0);
    for (let i = start; i < stop + TAPS; i += 4)
      most = f32x4.max(most, f32x4.abs(v128.load(x + ((<usize>i) << 2))));
    const local = <f64>largest(most);
    if (local > peak || local * reach > peak)
      peak = interpolate(x, start, stop, kernels, max(peak, local));
  }
  return peak;
}

function interpolate(x: usize, start: i32, stop: i32, kernels: usize, peak: f64): f64 {
  let most = f64x2.splat(peak);
  for (let phase: usize = 0; phase < 3; phase++) {
    const kernel = kernels + phase * (TAPS << 3);
    for (let i = start; i < stop; i += 2) {
      // Sample `start` stands 24 after the first; its window ends with it.
      const from = x + ((<usize>(i + 1)) << 2);
      let sum = f64x2.splat(0);
      for (let tap: usize = 0; tap < <usize>TAPS; tap++) {
        const pair = f64x2.promote_low_f32x4(v128.load64_zero(from + (tap << 2)));
        sum = f64x2.add(sum, f64x2.mul(v128.load64_splat(kernel + (tap << 3)), pair));
      }
      // A last one alone: the second lane holds what reaches past the end.
      if (i + 1 == stop) sum = v128.shuffle<f64>(sum, sum, 0, 0);
      most = f64x2.max(most, f64x2.abs(sum));
    }
  }
  return max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
}
