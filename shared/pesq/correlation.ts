import type { Activity } from "./activity.ts";
import type { Pointer } from "./kernels.ts";
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
  const count = a.length + b.length - 1;
  const at = correlate(ws, a, b);
  const lag = ws.kernels.argmax(at, count, a.length - 1) - (a.length - 1);
  return { delay: lag * ws.sizes.window + base, correlation: ws.floats(at, count) };
}

/** `Y[m] = Σ a[i] · b[i + m − (p − 1)]`, m = 0 … p + q − 2: in memory that is given back already. */
function correlate(ws: Workspace, a: Float64Array, b: Float64Array): Pointer {
  const n = Math.max(SHORTEST_TRANSFORM, 2 * pow2(Math.max(a.length, b.length)));
  return ws.scoped(() => {
    const bytes = 4 * n + 64;
    const aRe = ws.allocate(6 * bytes);
    const aIm = aRe + bytes;
    const bRe = aIm + bytes;
    const bIm = bRe + bytes;
    const reversed = ws.floats(aRe, n);
    for (let i = 0, j = a.length - 1; j >= 0; i++, j--) reversed[i] = a[j];
    reversed.fill(0, a.length);
    const other = ws.floats(bRe, n);
    other.set(b);
    other.fill(0, b.length);
    const re = bIm + bytes;
    ws.kernels.convolve(aRe, aIm, bRe, bIm, re, re + bytes, n);
    return re;
  });
}
