import { describe, expect, test } from "vitest";
import { LoudnessMeter } from "#shared/dsp/loudness.ts";
import { kWeighting } from "#shared/dsp/k-weighting.ts";
import { join, tone } from "./signals.ts";

const at = (dbfs: number, seconds: number, rate = 48_000, hz = 1000) =>
  tone(hz, 10 ** (dbfs / 20), seconds, rate);

function stereo(signal: Float32Array, rate = 48_000) {
  const meter = new LoudnessMeter(rate, 2);
  for (let i = 0; i < signal.length; i += 9973) {
    const piece = signal.subarray(i, i + 9973);
    meter.push([piece, piece]);
  }
  return meter.result();
}

/** EBU Tech 3341, table 1: sines of 1 kHz in phase on both channels, levels of their peaks. Tolerance ±0.1 LU. */
describe("EBU Tech 3341", () => {
  test.each([
    ["1: −23 dBFS", [[-23, 20]], -23],
    ["2: −33 dBFS", [[-33, 20]], -33],
    ["3: the relative gate", [[-36, 10], [-23, 60], [-36, 10]], -23],
    ["4: the absolute gate", [[-72, 10], [-36, 10], [-23, 60], [-36, 10], [-72, 10]], -23],
    ["5: gate below the mean", [[-26, 20], [-20, 20.1], [-26, 20]], -23],
  ] as const)("case %s", (_, parts, lufs) => {
    const { integratedLufs } = stereo(join(...parts.map(([level, seconds]) => at(level, seconds))));
    expect(Math.abs(integratedLufs - lufs)).toBeLessThanOrEqual(0.1);
  }); // prettier-ignore
});

/** EBU Tech 3342, table 1: pairs of stretches of 20 s. Tolerance ±1 LU. */
describe("EBU Tech 3342", () => {
  test.each([
    ["1", [-20, -30], 10],
    ["2", [-20, -15], 5],
    ["3", [-40, -20], 20],
    ["4", [-50, -35, -20, -35, -50], 15],
  ] as const)("case %s", (_, levels, range) => {
    const { rangeLu } = stereo(join(...levels.map((level) => at(level, 20))));
    expect(Math.abs(rangeLu - range)).toBeLessThanOrEqual(1);
  });
});

test.each([8000, 16_000, 22_050, 44_100, 96_000])(
  "the filters are re-derived at %i Hz: a 997 Hz sine at −23 dBFS on both channels reads −23 LUFS",
  (rate) => {
    expect(Math.abs(stereo(at(-23, 5, rate, 997), rate).integratedLufs + 23)).toBeLessThanOrEqual(
      0.1,
    );
  },
);

test("at 48 kHz they are the standard's own numbers", () => {
  const { shelf, highPass } = kWeighting(48_000);
  expect(shelf.b0).toBeCloseTo(1.53512485958697, 10);
  expect(shelf.b1).toBeCloseTo(-2.69169618940638, 10);
  expect(shelf.a2).toBeCloseTo(0.73248077421585, 10);
  expect(highPass.a1).toBeCloseTo(-1.99004745483398, 10);
});

test("mono counts as one channel; silence has no loudness", () => {
  const mono = new LoudnessMeter(48_000, 1);
  mono.push([at(-23, 5)]);
  expect(mono.result().integratedLufs).toBeCloseTo(-26.0, 1);
  expect(stereo(new Float32Array(96_000)).integratedLufs).toBe(Number.NEGATIVE_INFINITY);
});
