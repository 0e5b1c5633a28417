import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { buildKernels } from "#shared/pesq/assembly/build.ts";
import { ALIGNMENT_FILTER, type BiquadRow, WIDEBAND_INPUT } from "#shared/pesq/tables.ts";
import { Workspace } from "#shared/pesq/workspace.ts";
import { plainTransform } from "./plain-transform.ts";
import { noise } from "./signals.ts";

const f = Math.fround;
const ws = new Workspace(16000, 65_536);
const { kernels } = ws;

test("the committed kernels are what their source compiles to", async () => {
  const committed = new URL("../../../shared/pesq/kernels-wasm.ts", import.meta.url);
  expect(await buildKernels()).toBe(await readFile(committed, "utf8"));
});

test.each([64, 128, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536])(
  "spectrum, its scaling and the way back, bit by bit: %i points",
  (n) =>
    ws.scoped(() => {
      const x = noise(n, n);
      const factors = noise(n / 2 + 1, 5);
      const re = x.slice();
      const im = new Float32Array(n);
      plainTransform(re, im, false);

      const at = ws.put(x);
      const imAt = ws.allocate(4 * n);
      kernels.forward(at, imAt, n, at, imAt);
      const slots = Array.from({ length: n / 2 }, (_, j) => ws.slot(j, n));
      const expectBits = (place: number, wanted: Float32Array) =>
        expect(
          Buffer.compare(
            Buffer.from(ws.floats(place, wanted.length).slice().map(plus).buffer),
            Buffer.from(wanted.map(plus).buffer),
          ),
        ).toBe(0);
      expectBits(
        at,
        Float32Array.from(slots, (q) => re[q]),
      );
      expectBits(
        imAt,
        Float32Array.from(slots, (q, j) => (j === 0 ? re[n / 2] : im[q])),
      );

      kernels.scaleSpectrum(at, imAt, n, ws.put(factors));
      kernels.inverse(at, imAt, n);
      for (const [j, q] of slots.entries()) {
        re[q] *= factors[j];
        im[q] *= factors[j];
      }
      re[n / 2] *= factors[n / 2];
      mirror(re, im);
      plainTransform(re, im, true);
      expectBits(at, re);
    }),
);

/** Takes the sign off zeros, which nothing hears. */
const plus = (x: number) => x + 0;

function mirror(re: Float32Array, im: Float32Array): void {
  for (let q = 1, n = re.length; q < n / 2; q++) {
    re[n - q] = re[q];
    im[n - q] = -im[q];
  }
}

test.each([-1, 1] as const)("product of two spectra, sign %i", (sign) =>
  ws.scoped(() => {
    const n = 256;
    const spectra = [noise(n, 3), noise(n, 4)].map((x) => ({ re: x, im: new Float32Array(n) }));
    const at = spectra.map(({ re, im }) => {
      const place = [ws.put(re), ws.put(im)] as const;
      kernels.forward(...place, n, ...place);
      plainTransform(re, im, false);
      return place;
    });
    const to = [ws.allocate(4 * n), ws.allocate(4 * n)] as const;
    kernels.multiply(...at[0], ...at[1], ...to, n, sign);
    kernels.inverse(...to, n);
    const [a, b] = spectra;
    const re = new Float32Array(n);
    const im = new Float32Array(n);
    for (let q = 0; q <= n / 2; q++) {
      const y = sign * a.im[q];
      re[q] = f(a.re[q] * b.re[q]) - f(y * b.im[q]);
      im[q] = f(a.re[q] * b.im[q]) + f(y * b.re[q]);
    }
    mirror(re, im);
    plainTransform(re, im, true);
    expect(ws.floats(to[0], n).map(plus)).toEqual(re.map(plus));
  }),
);

function plainBiquad(x: Float32Array, row: BiquadRow): void {
  const [b0, b1, b2, a1, a2] = row.map(f);
  let w1 = 0;
  let w2 = 0;
  for (let i = 0; i < x.length; i++) {
    const w = f(f(x[i] - f(a1 * w1)) - f(a2 * w2));
    x[i] = f(f(b0 * w) + f(b1 * w1)) + f(b2 * w2);
    w2 = w1;
    w1 = w;
  }
}

test("one biquad", () =>
  ws.scoped(() => {
    const x = noise(1001);
    const at = ws.put(x);
    kernels.biquad(at, x.length, ws.put(Float32Array.from(WIDEBAND_INPUT)));
    plainBiquad(x, WIDEBAND_INPUT);
    expect(ws.floats(at, x.length)).toEqual(x);
  }));

test.each([8000, 16_000] as const)("the cascade in front of the alignment, %i Hz", (rate) =>
  ws.scoped(() => {
    const sections = ALIGNMENT_FILTER[rate];
    const rows = new Float32Array(60).fill(1, 0, 12);
    for (const [k, row] of sections.entries())
      for (const [i, value] of row.entries()) rows[12 * i + k] = value;
    const x = noise(777);
    const at = ws.put(x);
    kernels.cascade(at, x.length, ws.put(rows));
    for (const row of sections) plainBiquad(x, row);
    expect(ws.floats(at, x.length)).toEqual(x);
  }),
);

test("sums and extremes over lengths that are no whole vectors", () =>
  ws.scoped(() => {
    const x = noise(103);
    const at = ws.put(x);
    let squares = 0;
    let running = 0;
    for (const v of x) {
      squares += f(v * v);
      running = f(running + v);
    }
    expect(kernels.sumSquares(at, 103)).toBeCloseTo(squares, 12);
    expect(kernels.sum(at, 103)).toBe(running);
    expect(kernels.peak(at, 103)).toBe(x.reduce((a, b) => Math.max(a, Math.abs(b)), 0));
    expect(kernels.argmax(at, 103, -1)).toBe(x.indexOf(Math.max(...x)));
    expect(kernels.argmax(ws.zeros(8), 8, 5)).toBe(5);
    kernels.subtract(at, 103, f(0.1));
    expect(ws.floats(at, 103)).toEqual(x.map((v) => v - f(0.1)));
    kernels.divide(at, 103, 3);
    expect(ws.floats(at, 103)).toEqual(x.map((v) => f(v - f(0.1)) / 3));
    for (const bad of [NaN, Infinity]) {
      ws.floats(at, 103)[102] = bad;
      expect(kernels.peak(at, 103)).toBe(bad);
    }
  }));

test("silence at the edge of the number range ends as silence", () =>
  ws.scoped(() => {
    const x = new Float32Array(20_000);
    x[0] = 1e-30;
    const at = ws.put(x);
    kernels.biquad(at, x.length, ws.put(Float32Array.from(WIDEBAND_INPUT)));
    expect(ws.floats(at, x.length).at(-1)).toBe(0);
  }));
