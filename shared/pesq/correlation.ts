import type { Activity } from "./activity.ts";
import { pow2, quo } from "./sizes.ts";
import type { Workspace } from "./workspace.ts";

/** Shortest transform of the kernels. */
const SHORTEST_TRANSFORM = 64;

/** Delay by the envelopes, in samples. */
export interface CrudeDelay {
  readonly delay: number;
  /** The correlation over all lags, when one was made; valid until the next one. */
  readonly correlation?: Float32Array;
}

/** Delay of the whole signals. */
export function wholeDelay(ws: Workspace, ref: Activity, deg: Activity): number {
  return crudeDelay(ws, ref.log, deg.log, 0).delay;
}

/** Delay of reference windows `from` to `to` (exclusive), looked for around the delay `base`. */
export function windowDelay(
  ws: Workspace,
  ref: Activity,
  deg: Activity,
  from: number,
  to: number,
  base: number,
): CrudeDelay {
  const shift = quo(base, ws.sizes.window);
  const a = from + shift < 0 ? -shift : from;
  const b = a + shift;
  return crudeDelay(
    ws,
    ref.log.subarray(a, to),
    deg.log.subarray(b, b + Math.max(0, to - a)),
    base,
  );
}

function crudeDelay(ws: Workspace, a: Float64Array, b: Float64Array, base: number): CrudeDelay {
  if (a.length <= 1 || b.length <= 1) return { delay: base };
  const correlation = correlate(ws, a, b);
  const lag = argmax(correlation, a.length - 1) - (a.length - 1);
  return { delay: lag * ws.sizes.window + base, correlation };
}

/** `Y[m] = Σ a[i] · b[i + m − (p − 1)]`, m = 0 … p + q − 2, in single precision. */
export function correlate(ws: Workspace, a: Float64Array, b: Float64Array): Float32Array {
  const n = Math.max(SHORTEST_TRANSFORM, 2 * pow2(Math.max(a.length, b.length)));
  return ws.scoped(() => {
    const [aRe, aIm, bRe, bIm, re, im] = Array.from({ length: 6 }, () => ws.allocate(4 * n + 64));
    const reversed = ws.floats(aRe, n);
    for (let i = 0, j = a.length - 1; j >= 0; i++, j--) reversed[i] = a[j];
    reversed.fill(0, a.length);
    const other = ws.floats(bRe, n);
    other.set(b);
    other.fill(0, b.length);
    ws.kernels.convolve(aRe, aIm, bRe, bIm, re, im, n);
    return ws.floats(re, a.length + b.length - 1);
  });
}

/** Index of the first largest positive value, or `fallback` when no value is positive. */
export function argmax(values: Float32Array, fallback: number): number {
  let best = 0;
  let at = fallback;
  for (let i = 0; i < values.length; i++)
    if (values[i] > best) {
      best = values[i];
      at = i;
    }
  return at;
}
