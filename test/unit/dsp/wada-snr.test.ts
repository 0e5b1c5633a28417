import { describe, expect, test } from "vitest";
import { measureAll } from "#shared/dsp/measure.ts";
import { WadaSnrMeter } from "#shared/dsp/wada-snr.ts";
import { wadaTable } from "#shared/dsp/wada-table.ts";
import { gaussian, join, mix, pieces, scale, uniform } from "./signals.ts";

const rate = 16_000;

/** Amplitudes of gamma distribution, shape 0.4, with random signs (Marsaglia & Tsang, with the boost for shapes under 1). */
function gammaSpeech(samples: number): Float32Array {
  const next = uniform(5);
  const normal = gaussian(6);
  const d = 1.4 - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  return Float32Array.from({ length: samples }, () => {
    for (;;) {
      const z = normal();
      const v = (1 + c * z) ** 3;
      if (v > 0 && Math.log(next()) < (z * z) / 2 + d - d * v + d * Math.log(v))
        return (next() < 0.5 ? -1 : 1) * d * v * next() ** (1 / 0.4) * 0.01;
    }
  });
}

const power = (signal: Float32Array) => signal.reduce((sum, x) => sum + x * x, 0) / signal.length;

describe("gamma-distributed speech in Gaussian noise", () => {
  const speech = gammaSpeech(300_000);
  const normal = gaussian(7);
  const noise = speech.map(() => normal());

  test.each([0, 5, 10, 15, 20, 25, 30])("%i dB is found within 1 dB", (snr) => {
    const gain = Math.sqrt(power(speech) / power(noise)) * 10 ** (-snr / 20);
    const meter = new WadaSnrMeter(rate);
    for (const piece of pieces(mix(speech, scale(noise, gain)))) meter.push(piece);
    expect(Math.abs((meter.result() ?? Number.NaN) - snr)).toBeLessThanOrEqual(1);
  });

  test("padding with digital silence changes nothing", () => {
    const noisy = mix(speech, scale(noise, 0.3 * Math.sqrt(power(speech) / power(noise))));
    const padded = join(new Float32Array(rate), noisy, new Float32Array(3 * rate));
    expect(measureAll(new WadaSnrMeter(rate), padded)).toBeCloseTo(
      measureAll(new WadaSnrMeter(rate), noisy) ?? Number.NaN,
      3,
    );
  });
});

test("the table's ends are what theory says: Gaussian noise and gamma speech", () => {
  // ln E|x| − E ln|x| of a Gaussian: ½(ln(2/π) + γ + ln 2); of a gamma of shape 0.4: ln 0.4 − ψ(0.4).
  expect(wadaTable[0]).toBeCloseTo(0.40939, 2);
  expect(wadaTable[120]).toBeLessThan(1.64509);
  expect(wadaTable[120]).toBeGreaterThan(1.63);
  expect(wadaTable).toHaveLength(121);
});

test("silence has no ratio", () => {
  expect(measureAll(new WadaSnrMeter(rate), new Float32Array(rate))).toBeNull();
});
