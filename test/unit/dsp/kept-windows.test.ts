import { expect, test } from "vitest";
import { KeptWindows } from "#shared/dsp/kept-windows.ts";
import { uniform } from "./signals.ts";

/** With all windows at hand: pauses are left out, the rest is clamped. */
function byDefinition(windows: readonly Float64Array[], peak: number, range: number) {
  const floor = peak * range;
  const heard = windows.filter((window) => window.some((value) => value > floor));
  return Array.from(windows[0], (_, cell) =>
    heard.reduce((sum, window) => sum + Math.min(peak, Math.max(floor, window[cell])), 0),
  );
}

test.each([1, 255, 256, 700])("%i windows, while their peak rises, are clamped as one", (count) => {
  const next = uniform(count);
  const range = 0.1;
  const windows = Array.from({ length: count }, (_, i) => {
    const loudness = i % 7 === 3 ? 1e-6 : 0.2 + i / count;
    return Float64Array.from({ length: 20 }, () => Math.fround(loudness * next() ** 3));
  });
  const kept = new KeptWindows(20, range);
  let peak = 0;
  for (const window of windows) {
    peak = Math.max(peak, Math.max(...window) / 2);
    kept.add(window, peak);
  }
  const wanted = byDefinition(windows, peak, range);
  kept.clampedSum(peak).forEach((sum, cell) => expect(sum).toBeCloseTo(wanted[cell], 9));
});
