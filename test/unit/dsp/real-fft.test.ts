import { expect, test } from "vitest";
import { planRealFft } from "#shared/dsp/real-fft.ts";
import { uniform } from "./signals.ts";

test.each([8, 16, 32, 64, 256, 512])(
  "%i points agree with the definition, padding included",
  (size) => {
    const next = uniform(size);
    const input = Float64Array.from({ length: size - 3 }, () => next() - 0.5);
    const re = new Float64Array(size / 2 + 1);
    const im = new Float64Array(size / 2 + 1);
    planRealFft(size).forward(input, re, im);
    for (let k = 0; k <= size / 2; k++) {
      const angle = (n: number) => (2 * Math.PI * k * n) / size;
      expect(re[k]).toBeCloseTo(
        input.reduce((sum, x, n) => sum + x * Math.cos(angle(n)), 0),
        10,
      );
      expect(im[k]).toBeCloseTo(-input.reduce((sum, x, n) => sum + x * Math.sin(angle(n)), 0), 10);
    }
  },
);
