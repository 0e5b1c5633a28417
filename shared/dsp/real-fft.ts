import { planStockham } from "./stockham.ts";

/** Transform of real numbers: a complex one of half the size, untangled. */
export interface RealFft {
  readonly size: number;
  /** Bins 0 … size/2 of the transform of `input`, which is padded with zeros. Kernel exp(−j2πkn/N), no scaling. */
  forward(input: Float32Array | Float64Array, re: Float64Array, im: Float64Array): void;
}

export function planRealFft(size: number): RealFft {
  const half = size / 2;
  const fft = planStockham(half);
  const { re: x, im: y } = fft;
  const cos = Float64Array.from(
    { length: half + 1 },
    (_, k) => Math.cos((2 * Math.PI * k) / size) / 2,
  );
  const sin = Float64Array.from(
    { length: half + 1 },
    (_, k) => Math.sin((2 * Math.PI * k) / size) / 2,
  );

  function forward(input: Float32Array | Float64Array, re: Float64Array, im: Float64Array): void {
    const pairs = input.length >> 1;
    for (let n = 0; n < pairs; n++) {
      x[n] = input[2 * n];
      y[n] = input[2 * n + 1];
    }
    x.fill(0, pairs);
    y.fill(0, pairs);
    if (input.length % 2 === 1) x[pairs] = input[input.length - 1];
    fft.run();
    re[0] = x[0] + y[0];
    im[0] = 0;
    re[half] = x[0] - y[0];
    im[half] = 0;
    for (let k = 1; k < half; k++) {
      const m = half - k;
      const oddRe = y[k] + y[m];
      const oddIm = x[m] - x[k];
      re[k] = (x[k] + x[m]) / 2 + oddRe * cos[k] + oddIm * sin[k];
      im[k] = (y[k] - y[m]) / 2 + oddIm * cos[k] - oddRe * sin[k];
    }
  }

  return { size, forward };
}
