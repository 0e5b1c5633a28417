import { describe, expect, test } from "vitest";
import { resample } from "#shared/audio/resample.ts";

const tone = (frequency: number, rate: number, seconds: number) =>
  Float32Array.from({ length: Math.round(rate * seconds) }, (_, i) =>
    Math.sin((2 * Math.PI * frequency * i) / rate),
  );

/** Largest distance between two signals, a tenth of a second from either end left out. */
function distance(a: Float32Array, b: Float32Array, rate: number) {
  let worst = 0;
  for (let i = rate / 10; i < a.length - rate / 10; i++)
    worst = Math.max(worst, Math.abs(a[i] - b[i]));
  return worst;
}

describe.each([
  [44_100, 16_000],
  [48_000, 16_000],
  [22_050, 16_000],
  [8000, 16_000],
  [16_000, 8000],
  [11_025, 16_000],
  [96_000, 8000],
  [15_999, 16_000],
  [22_254.545, 16_000],
])("%i → %i Hz", (from, to) => {
  test("keeps a tone where it is, to −90 dB", () => {
    const output = resample(tone(1000, from, 1.5), from, to);
    expect(output).toHaveLength(Math.round((Math.round(1.5 * from) * to) / from));
    expect(distance(output, tone(1000, to, 1.5), to)).toBeLessThan(3e-5);
  });

  test("lets nothing through from above the new Nyquist frequency", () => {
    if (to > from) return;
    const output = resample(tone(to / 2 + 600, from, 1.5), from, to);
    expect(distance(output, new Float32Array(output.length), to)).toBeLessThan(3e-5);
  });
});

test("more samples than are converted at a time come out all", () => {
  const output = resample(tone(1000, 48_000, 45), 48_000, 16_000);
  expect(output).toHaveLength(45 * 16_000);
  expect(distance(output, tone(1000, 16_000, 45), 16_000)).toBeLessThan(1e-4);
});
