import { expect, test } from "vitest";
import { planAutocorrelation, planPowerSpectrum } from "#shared/dsp/power-spectrum.ts";
import { uniform } from "./signals.ts";

const sizes = [16, 32, 64, 128, 256, 512, 1024];

function frameAndWindow(size: number) {
  const next = uniform(size);
  const frame = Float32Array.from({ length: size - 3 }, () => next() - 0.5);
  return { frame, window: Float64Array.from(frame, () => next()) };
}

test.each(sizes)("power of %i points agrees with the definition, padding included", (size) => {
  const { frame, window } = frameAndWindow(size);
  const power = planPowerSpectrum(window, size).of(frame, 0.1);
  expect(power).toHaveLength(size / 2 + 1);
  const sum = (k: number, wave: (angle: number) => number) =>
    frame.reduce(
      (sum, x, n) => sum + (x - 0.1) * window[n] * wave((2 * Math.PI * k * n) / size),
      0,
    );
  for (let k = 0; k <= size / 2; k++)
    expect(power[k]).toBeCloseTo(sum(k, Math.cos) ** 2 + sum(k, Math.sin) ** 2, 9);
});

test.each(sizes)("so does the autocorrelation of %i points, which goes round", (size) => {
  const { frame, window } = frameAndWindow(size);
  const correlation = planAutocorrelation(window, size).of(frame);
  const x = (n: number) => (frame[n % size] ?? 0) * (window[n % size] ?? 0);
  for (let lag = 0; lag <= size / 2; lag++) {
    let wanted = 0;
    for (let n = 0; n < size; n++) wanted += x(n) * x(n + lag);
    expect(correlation[lag] / size).toBeCloseTo(wanted, 10);
  }
});

test("those that take turns do not disturb each other", () => {
  const [a, b] = [64, 256].map((size) => {
    const { frame, window } = frameAndWindow(size);
    return { frame, spectrum: planPowerSpectrum(window, size) };
  });
  const alone = [a, b].map(({ frame, spectrum }) => spectrum.of(frame).slice());
  const inTurns = [a, b, a, b].map(({ frame, spectrum }) => spectrum.of(frame).slice());
  expect(inTurns).toEqual([...alone, ...alone]);
});

test.each([8, 48, 16_384])("a length of %i is refused", (size) => {
  expect(() => planPowerSpectrum(new Float64Array(8), size)).toThrow(`transform length ${size}`);
});
