import type { Perceived } from "./model.ts";
import { type Sizes, quo } from "./sizes.ts";

/** Narrowband (P.862.1) or wideband (P.862.2, 16 kHz only). */
export type PesqMode = "nb" | "wb";

/** Raw score of P.862 from the disturbances; `length` as in the model. */
export function rawScore(perceived: Perceived, length: number, { guard, hop }: Sizes): number {
  const { audible, symmetric, asymmetric } = perceived;
  const weight = timeWeight(perceived.last, quo(length - 2 * guard, hop) - 1);
  const loud = audible.map((power) => ((power + 1e5) / 1e7) ** 0.04);
  const level = (x: Float64Array) => aggregate(x, loud, perceived, weight);
  return 4.5 - 0.1 * level(symmetric) - 0.0309 * level(asymmetric);
}

/** In clips over about 16 s late frames weigh more (P.862, clause 10.2.12). */
function timeWeight(last: number, total: number): (frame: number) => number {
  if (last < 1000) return () => 1;
  const late = Math.min(0.5, (total - 1000) / 5500);
  return (frame) => 1 - late + (late * frame) / total;
}

/** Sixth-power means over 20 frames, half overlapping, then the root mean square of those. */
function aggregate(
  x: Float64Array,
  loud: Float64Array,
  { first, last }: Perceived,
  weight: (frame: number) => number,
): number {
  let sum = 0;
  let norm = 0;
  for (let s = first; s <= last; s += 10) {
    let powers = 0;
    for (let f = s; f <= Math.min(s + 19, last); f++) powers += sixth(Math.min(45, x[f] / loud[f]));
    const w = weight(s - first);
    sum += w * w * Math.cbrt(powers / 20); // also where fewer than 20 frames are left
    norm += w * w;
  }
  return Math.sqrt(sum / norm);
}

function sixth(x: number): number {
  const cube = x * x * x;
  return cube * cube;
}

/** MOS-LQO by P.862.1 (narrowband) or P.862.2 (wideband). */
export function toMosLqo(raw: number, mode: PesqMode): number {
  return mode === "nb"
    ? 0.999 + 4 / (1 + Math.exp(-1.4945 * raw + 4.6607))
    : 0.999 + 4 / (1 + Math.exp(-1.3669 * raw + 3.8224));
}
