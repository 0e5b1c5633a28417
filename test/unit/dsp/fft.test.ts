import { expect, test } from "vitest";
import { planFft } from "#shared/dsp/fft.ts";
import { hann } from "#shared/dsp/windows.ts";

const random = (count: number, seed: number) =>
  Float64Array.from({ length: count }, (_, i) => Math.sin(seed * (i + 1) ** 2));

test.each([1, 2, 4, 8, 64])("agrees with the sum that defines it, %i points", (size) => {
  const re = random(size, 1.3);
  const im = random(size, 0.7);
  const wanted = Array.from({ length: size }, (_, k) => {
    let x = 0;
    let y = 0;
    for (let n = 0; n < size; n++) {
      const angle = (-2 * Math.PI * k * n) / size;
      x += re[n] * Math.cos(angle) - im[n] * Math.sin(angle);
      y += re[n] * Math.sin(angle) + im[n] * Math.cos(angle);
    }
    return [x, y] as const;
  });
  planFft(size).forward(re, im);
  for (const [k, [x, y]] of wanted.entries()) {
    expect(re[k]).toBeCloseTo(x, 10);
    expect(im[k]).toBeCloseTo(y, 10);
  }
});

test("the inverse gives the signal back", () => {
  const re = random(4096, 1.1);
  const im = random(4096, 0.9);
  const before = [re.slice(), im.slice()];
  const fft = planFft(4096);
  fft.forward(re, im);
  fft.inverse(re, im);
  expect(Math.max(...re.map((x, i) => Math.abs(x - before[0][i])))).toBeLessThan(1e-12);
  expect(Math.max(...im.map((x, i) => Math.abs(x - before[1][i])))).toBeLessThan(1e-12);
});

test("a length that is no power of two, or another than planned, is refused", () => {
  expect(() => planFft(12)).toThrow("not a power of two");
  expect(() => planFft(8).forward(new Float64Array(4), new Float64Array(8))).toThrow("8 points");
});

test("a periodic Hann window adds up to one at half overlap", () => {
  const window = hann(16);
  expect(window[0]).toBe(0);
  expect(window[8]).toBe(1);
  for (let n = 0; n < 8; n++) expect(window[n] + window[n + 8]).toBeCloseTo(1, 12);
});
