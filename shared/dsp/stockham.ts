/** A complex transform that sorts itself: input and output are the planned arrays `re` and `im`. */
export interface StockhamFft {
  readonly re: Float64Array;
  readonly im: Float64Array;
  /** Transforms `re` and `im` in place. Kernel exp(−j2πkn/N), no scaling. */
  run(): void;
}

/**
 * Radix-4 transform in Stockham's order (Van Loan, "Computational Frameworks for the FFT", 1.7): passes go back and forth
 * between two pairs of arrays, so nothing is swapped by reversed bits. About twice as fast as radix 2, for the measures
 * that take hundreds of transforms a second. `size` is a power of two, from 4 on.
 */
export function planStockham(size: number): StockhamFft {
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  const otherRe = new Float64Array(size);
  const otherIm = new Float64Array(size);
  const cos = Float64Array.from({ length: size }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sin = Float64Array.from({ length: size }, (_, k) => -Math.sin((2 * Math.PI * k) / size));

  function run(): void {
    let [fromRe, fromIm, toRe, toIm] = [re, im, otherRe, otherIm];
    let length = size;
    let stride = 1;
    for (; length >= 4; length /= 4, stride *= 4) {
      pass4(fromRe, fromIm, toRe, toIm, length, stride, cos, sin);
      [fromRe, fromIm, toRe, toIm] = [toRe, toIm, fromRe, fromIm];
    }
    if (length === 2) {
      for (let q = 0; q < stride; q++) {
        const r = q + stride;
        toRe[q] = fromRe[q] + fromRe[r];
        toIm[q] = fromIm[q] + fromIm[r];
        toRe[r] = fromRe[q] - fromRe[r];
        toIm[r] = fromIm[q] - fromIm[r];
      }
      [fromRe, fromIm] = [toRe, toIm];
    }
    if (fromRe !== re) {
      re.set(fromRe);
      im.set(fromIm);
    }
  }

  return { re, im, run };
}

function pass4(
  xRe: Float64Array,
  xIm: Float64Array,
  yRe: Float64Array,
  yIm: Float64Array,
  length: number,
  stride: number,
  cos: Float64Array,
  sin: Float64Array,
): void {
  const quarter = length / 4;
  const jump = quarter * stride;
  for (let p = 0; p < quarter; p++) {
    const w = p * stride;
    const c1 = cos[w];
    const s1 = sin[w];
    const c2 = cos[2 * w];
    const s2 = sin[2 * w];
    const c3 = cos[3 * w];
    const s3 = sin[3 * w];
    let from = p * stride;
    let to = 4 * p * stride;
    for (let q = 0; q < stride; q++, from++, to++) {
      const aRe = xRe[from];
      const aIm = xIm[from];
      const bRe = xRe[from + jump];
      const bIm = xIm[from + jump];
      const cRe = xRe[from + 2 * jump];
      const cIm = xIm[from + 2 * jump];
      const dRe = xRe[from + 3 * jump];
      const dIm = xIm[from + 3 * jump];
      const acRe = aRe + cRe;
      const acIm = aIm + cIm;
      const bdRe = bRe + dRe;
      const bdIm = bIm + dIm;
      yRe[to] = acRe + bdRe;
      yIm[to] = acIm + bdIm;
      const evenRe = acRe - bdRe;
      const evenIm = acIm - bdIm;
      yRe[to + 2 * stride] = evenRe * c2 - evenIm * s2;
      yIm[to + 2 * stride] = evenRe * s2 + evenIm * c2;
      const minusRe = aRe - cRe;
      const minusIm = aIm - cIm;
      // −j(b − d)
      const turnRe = bIm - dIm;
      const turnIm = dRe - bRe;
      const firstRe = minusRe + turnRe;
      const firstIm = minusIm + turnIm;
      yRe[to + stride] = firstRe * c1 - firstIm * s1;
      yIm[to + stride] = firstRe * s1 + firstIm * c1;
      const thirdRe = minusRe - turnRe;
      const thirdIm = minusIm - turnIm;
      yRe[to + 3 * stride] = thirdRe * c3 - thirdIm * s3;
      yIm[to + 3 * stride] = thirdRe * s3 + thirdIm * c3;
    }
  }
}
