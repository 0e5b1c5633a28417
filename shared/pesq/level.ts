import { type Sizes, pow2 } from "./sizes.ts";
import { type GainCurve, LEVEL_BAND } from "./tables.ts";
import { transform } from "./transform.ts";
const f = Math.fround;

/** A signal in its guard zones: `guard` zeros, `count` samples, `guard + tail` zeros. */
export interface Padded {
  readonly samples: Float32Array;
  /** Samples without the tail. */
  readonly length: number;
  readonly count: number;
}

export function pad(signal: ArrayLike<number>, peak: number, sizes: Sizes): Padded {
  const count = signal.length;
  const length = count + 2 * sizes.guard;
  const samples = new Float32Array(length + sizes.tail);
  for (let i = 0; i < count; i++) samples[sizes.guard + i] = signal[i] / peak;
  return { samples, length, count };
}

function decibelsAt(curve: GainCurve, hertz: number): number {
  let i = 1;
  while (curve[i][0] < hertz) i++;
  const [f0, g0] = curve[i - 1];
  const [f1, g1] = curve[i];
  return ((hertz - f0) * g1 + (f1 - hertz) * g0) / (f1 - f0);
}

export function applyGainCurve(x: Padded, curve: GainCurve, sizes: Sizes): void {
  const span = x.count + sizes.tail;
  const size = pow2(span);
  const re = new Float32Array(size);
  const im = new Float32Array(size);
  re.set(x.samples.subarray(sizes.guard, sizes.guard + span));
  transform(re, im, false);
  const at1000 = f(decibelsAt(curve, 1000));
  for (let q = 0; q <= size / 2; q++) {
    const g = decibelsAt(curve, f((q * sizes.sampleRate) / size));
    const factor = f(10 ** f(f(f(g) - at1000) / 20));
    re[q] *= factor;
    im[q] *= factor;
  }
  for (let q = 1; q < size / 2; q++) {
    re[size - q] = re[q];
    im[size - q] = -im[q];
  }
  transform(re, im, true);
  x.samples.set(re.subarray(0, span), sizes.guard);
}

/** Sets the mean power of the level band to 1e7; returns the gain. */
export function alignLevel(x: Padded, longest: number, sizes: Sizes): number {
  const scratch = { ...x, samples: x.samples.slice() };
  applyGainCurve(scratch, LEVEL_BAND, sizes);
  let sum = 0;
  for (let i = sizes.guard, end = i + x.count + sizes.tail; i < end; i++)
    sum += f(scratch.samples[i] * scratch.samples[i]);
  const power = f(sum / (longest - 2 * sizes.guard + sizes.tail));
  const gain = f(Math.sqrt(1e7 / power));
  for (let i = 0; i < x.length; i++) x.samples[i] *= gain;
  return gain;
}
