import { type Padded, applyGainCurve } from "./level.ts";
import type { Sizes } from "./sizes.ts";
import { ALIGNMENT_FILTER, type BiquadRow, NARROWBAND_RECEIVE, WIDEBAND_INPUT } from "./tables.ts";
const f = Math.fround;

function biquad(x: Float32Array, row: BiquadRow): void {
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

export function inputFilter(x: Padded, mode: "nb" | "wb", sizes: Sizes): void {
  if (mode === "nb") return applyGainCurve(x, NARROWBAND_RECEIVE, sizes);
  const { samples } = x;
  for (let i = 0; i < 16; i++) {
    samples[sizes.guard - 1 + i] *= i / 16;
    samples[x.length - sizes.guard - i] *= i / 16;
  }
  biquad(samples.subarray(sizes.guard, sizes.guard + x.count), WIDEBAND_INPUT);
}

/** DC removal, taper and the band-pass in front of the alignment. */
export function alignmentFilter(x: Padded, sizes: Sizes): void {
  const { samples } = x;
  const start = sizes.guard;
  const end = x.length - sizes.guard;
  let sum = 0;
  for (let i = start; i < end; i++) sum = f(sum + samples[i]);
  const mean = f(sum / x.length);
  for (let i = start; i < end; i++) samples[i] -= mean;
  for (let i = 0; i < sizes.window; i++) {
    samples[start + i] *= (i + 0.5) / sizes.window;
    samples[end - 1 - i] *= (i + 0.5) / sizes.window;
  }
  for (const row of ALIGNMENT_FILTER[sizes.sampleRate]) biquad(samples, row);
}
