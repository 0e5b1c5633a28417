import { describe, expect, test } from "vitest";
import { TruePeakMeter } from "#shared/dsp/true-peak.ts";
import { pieces, tone } from "./signals.ts";

function truePeakDb(signal: Float32Array) {
  const meter = new TruePeakMeter();
  for (const piece of pieces(signal)) meter.push(piece);
  return 20 * Math.log10(meter.result());
}

/** EBU Tech 3341, table 1, cases 15 to 19: sines whose samples miss their peaks. Tolerance +0.2 / −0.4 dB. */
describe("EBU Tech 3341", () => {
  test.each([
    ["15: fs/4, 0°", 4, 0, 0.5, -6],
    ["16: fs/4, 45°", 4, 45, 0.5, -6],
    ["17: fs/6, 60°", 6, 60, 0.5, -6],
    ["18: fs/8, 67.5°", 8, 67.5, 0.5, -6],
    ["19: fs/4, 45°, over full scale", 4, 45, 1.41, 3],
  ])("case %s", (_, divisor, degrees, amplitude, expected) => {
    const rate = 48_000;
    const signal = tone(rate / divisor, amplitude, 0.5, rate, (degrees * Math.PI) / 180);
    const window = signal.map((x, i) => x * Math.min(1, i / 2000, (signal.length - i) / 2000));
    expect(truePeakDb(window)).toBeGreaterThanOrEqual(expected - 0.4);
    expect(truePeakDb(window)).toBeLessThanOrEqual(expected + 0.2);
  });
});

test("an inter-sample peak of 0 dBTP is found wherever it comes", () => {
  const rate = 44_100;
  const signal = new Float32Array(rate);
  signal.set(
    tone(rate / 4, 1, 0.1, rate, Math.PI / 4).map(
      (x, i, all) => x * Math.sin((Math.PI * i) / all.length),
    ),
    30_001,
  );
  expect(Math.max(...signal)).toBeLessThan(0.75);
  expect(truePeakDb(signal)).toBeCloseTo(0, 1);
});
