import type { Pointer } from "./kernels.ts";
import { type PesqRate, pow2 } from "./sizes.ts";
import type { GainCurve } from "./tables.ts";
import type { Workspace } from "./workspace.ts";

const f = Math.fround;

/**
 * Applies a gain curve to `span` samples at `from` and writes the result to `to`, which may be the
 * same place. Zero phase and circular over the next power of two, as in the reference: the
 * response wraps around, and what rings into the tail is kept.
 */
export function applyGainCurve(
  ws: Workspace,
  from: Pointer,
  to: Pointer,
  span: number,
  curve: GainCurve,
): void {
  const n = pow2(span);
  ws.scoped(() => {
    const factors = ws.put(gainFactors(ws, curve, n));
    const re = ws.allocate(4 * n);
    const im = ws.allocate(4 * n + 64); // keeps the two parts off the same cache sets
    const room = ws.floats(re, n);
    room.set(ws.floats(from, span));
    room.fill(0, span);
    ws.kernels.forward(re, im, n, re, im);
    ws.kernels.scaleSpectrum(re, im, n, factors);
    ws.kernels.inverse(re, im, n);
    ws.floats(to, span).set(ws.floats(re, span));
  });
}

/** The curve in decibels: linear over frequency between its break points. */
export function decibelsAt(curve: GainCurve, hertz: number): number {
  let i = 1;
  while (curve[i][0] < hertz) i++;
  const [f0, g0] = curve[i - 1];
  const [f1, g1] = curve[i];
  return ((hertz - f0) * g1 + (f1 - hertz) * g0) / (f1 - f0);
}

/** Factors made before, by curve: those of the last transform length. */
const made = new WeakMap<GainCurve, { rate: PesqRate; n: number; factors: Float32Array }>();

/** Factor of each slot of a half spectrum, relative to 1 kHz; that of the Nyquist bin at the end. */
function gainFactors(ws: Workspace, curve: GainCurve, n: number): Float32Array {
  const rate = ws.sizes.sampleRate;
  const before = made.get(curve);
  if (before?.rate === rate && before.n === n) return before.factors;
  const factors = new Float32Array(n / 2 + 1);
  const at1000 = f(decibelsAt(curve, 1000));
  let last = NaN;
  let factor = 0;
  for (let q = 0; q <= n / 2; q++) {
    const gain = f(decibelsAt(curve, f((q * rate) / n)));
    if (gain !== last) factor = f(10 ** f(f(gain - at1000) / 20));
    last = gain;
    factors[q < n / 2 ? ws.slot(q, n) : q] = factor;
  }
  made.set(curve, { rate, n, factors });
  return factors;
}
