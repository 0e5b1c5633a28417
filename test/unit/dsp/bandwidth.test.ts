import { describe, expect, test } from "vitest";
import { BandwidthMeter } from "#shared/dsp/bandwidth.ts";
import { measureAll } from "#shared/dsp/measure.ts";
import { noise } from "./signals.ts";

/** White noise through a windowed-sinc low-pass of 801 taps: nothing is left 100 Hz above the cut. */
function lowPassed(cutHz: number, rate: number, seconds = 1): Float32Array {
  const half = 400;
  const taps = Float64Array.from({ length: 2 * half + 1 }, (_, i) => {
    const n = i - half;
    const x = (2 * cutHz) / rate;
    const window =
      0.42 + 0.5 * Math.cos((Math.PI * n) / half) + 0.08 * Math.cos((2 * Math.PI * n) / half);
    return window * (n === 0 ? x : Math.sin(Math.PI * x * n) / (Math.PI * n));
  });
  const white = noise(0.1, seconds, rate);
  return white.map((_, i) => taps.reduce((sum, tap, k) => sum + tap * (white[i - k] ?? 0), 0));
}

describe.each([
  [16_000, 3400],
  [16_000, 7000],
  [44_100, 11_000],
  [44_100, 16_000],
  [48_000, 4000],
])("%i Hz, cut at %i Hz", (rate, cut) => {
  test("the cut is found within 250 Hz, and known for a filter's", () => {
    const result = measureAll(new BandwidthMeter(rate), lowPassed(cut, rate, 0.4));
    expect(Math.abs((result?.bandwidthHz ?? 0) - cut)).toBeLessThanOrEqual(250);
    expect(result?.isBrickWall).toBe(true);
  });
});

test("sound that fills its rate is no brick wall, nor is sound that fades", () => {
  expect(measureAll(new BandwidthMeter(16_000), noise(0.1, 1, 16_000))).toMatchObject({
    isBrickWall: false,
  });
  let state = 0;
  const soft = noise(0.1, 1, 44_100).map((x) => (state += 0.1 * (x - state)));
  expect(measureAll(new BandwidthMeter(44_100), soft)?.isBrickWall).toBe(false);
});

test("silence has no bandwidth", () => {
  expect(measureAll(new BandwidthMeter(16_000), new Float32Array(16_000))).toBeNull();
});
