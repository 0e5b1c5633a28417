import { describe, expect, test } from "vitest";
import { ActiveLevelMeter } from "#shared/dsp/active-level.ts";
import { measureAll } from "#shared/dsp/measure.ts";
import { join, noise, pieces, scale } from "./signals.ts";

const rate = 8000;
const decibels = (signal: Float32Array) =>
  10 * Math.log10(signal.reduce((sum, x) => sum + x * x, 0) / signal.length);

describe("noise that is switched on and off, as ITU-T P.56 takes speech to be", () => {
  test.each([
    [0.5, 10],
    [0.25, 16],
    [0.8, 20],
  ])("active %f of the time", (activity, period) => {
    const burst = noise(0.05, activity * period, rate);
    const gated = join(
      ...Array.from({ length: 4 }, () =>
        join(burst, new Float32Array(Math.round((1 - activity) * period * rate))),
      ),
    );
    const result = measureAll(new ActiveLevelMeter(rate), gated);
    // The hangover of 0.2 s after each burst counts as active: that is the method's own bias, and known.
    const counted = activity + 0.2 / period;
    const expected = decibels(burst) + 10 * Math.log10(activity / counted);
    expect(Math.abs(result.activeLevelDbov - expected)).toBeLessThan(0.2);
    expect(Math.abs(result.activity - counted)).toBeLessThan(0.01);
    expect(result.longTermLevelDbov).toBeCloseTo(decibels(gated), 3);
  });
});

/** Clause 6.1 word by word: every threshold at every sample. */
function byDefinition(signal: Float32Array) {
  const g = Math.exp(-1 / (rate * 0.03));
  const hangover = Math.floor(0.2 * rate + 0.5);
  let [p, q, energy] = [0, 0, 0];
  const thresholds = Array.from({ length: 15 }, (_, j) => ({
    level: 2 ** (j - 15),
    active: 0,
    hung: hangover,
  }));
  for (const x of signal) {
    energy += x * x;
    p = g * p + (1 - g) * Math.abs(x);
    q = g * q + (1 - g) * p;
    for (const threshold of thresholds) {
      if (q >= threshold.level) {
        threshold.active++;
        threshold.hung = 0;
      } else if (threshold.hung < hangover) {
        threshold.active++;
        threshold.hung++;
      }
    }
  }
  const points = thresholds.map(({ level, active }) => {
    const activeLevel = 10 * Math.log10(energy / active);
    return { activeLevel, margin: activeLevel - 20 * Math.log10(level) - 15.9 };
  });
  const upper = points.findIndex(({ margin }) => margin <= 0);
  const [a, b] = [points[upper - 1], points[upper]];
  return a.activeLevel + (a.margin / (a.margin - b.margin)) * (b.activeLevel - a.activeLevel);
}

test.each([0.1, 0.19, 0.21, 0.7])("is the standard's with pauses of %f s", (pause) => {
  const bursts = [0.3, 0.02, 0.1, 0.005, 0.2].map((amplitude, seed) =>
    join(noise(amplitude, 0.4, rate, seed), new Float32Array(pause * rate)),
  );
  const signal = join(...bursts, ...bursts);
  const meter = new ActiveLevelMeter(rate);
  for (const piece of pieces(signal)) meter.push(piece);
  expect(meter.result().activeLevelDbov).toBeCloseTo(byDefinition(signal), 9);
});

test("level follows gain, activity does not", () => {
  const signal = join(noise(0.1, 2, rate), new Float32Array(3 * rate), noise(0.1, 2, rate));
  const loud = measureAll(new ActiveLevelMeter(rate), signal);
  const soft = measureAll(new ActiveLevelMeter(rate), scale(signal, 0.25));
  expect(loud.activeLevelDbov - soft.activeLevelDbov).toBeCloseTo(12.04, 1);
  expect(Math.abs(loud.activity - soft.activity)).toBeLessThan(0.01);
});

test("pieces give what the whole gives; silence gives −100 dBov", () => {
  const signal = join(noise(0.1, 1, rate), new Float32Array(rate));
  const meter = new ActiveLevelMeter(rate);
  for (const piece of pieces(signal)) meter.push(piece);
  expect(meter.result().activeLevelDbov).toBeCloseTo(
    measureAll(new ActiveLevelMeter(rate), signal).activeLevelDbov,
    9,
  );
  expect(measureAll(new ActiveLevelMeter(rate), new Float32Array(rate))).toEqual({
    activeLevelDbov: -100,
    longTermLevelDbov: -100,
    activity: 0,
  });
});
