import type { ModelResult } from "./model.ts";
import { type Sizes, quo } from "./sizes.ts";

/** Raw score of P.862. */
export function rawScore(result: ModelResult, length: number, { guard, hop }: Sizes): number {
  const weights = timeWeights(result, quo(length - 2 * guard, hop) - 1);
  const { first, last, symmetric, asymmetric } = result;
  return (
    4.5 -
    0.1 * aggregate(symmetric, first, last, weights) -
    0.0309 * aggregate(asymmetric, first, last, weights)
  );
}

function timeWeights({ last }: ModelResult, total: number): (f: number) => number {
  if (last + 1 <= 1000) return () => 1;
  const late = Math.min(0.5, (total - 1000) / 5500);
  return (f) => 1 - late + (late * f) / total;
}

function aggregate(x: Float64Array, first: number, last: number, weight: (f: number) => number) {
  let sum = 0;
  let norm = 0;
  for (let s = first; s <= last; s += 10) {
    let power = 0;
    for (let f = s; f <= Math.min(s + 19, last); f++) power += x[f] ** 6;
    const w = weight(s - first);
    sum += (w * (power / 20) ** (1 / 6)) ** 2;
    norm += w * w;
  }
  return Math.sqrt(sum / norm);
}

/** MOS-LQO by P.862.1 (narrowband) or P.862.2 (wideband). */
export function toMosLqo(raw: number, mode: "nb" | "wb"): number {
  return mode === "nb"
    ? 0.999 + 4 / (1 + Math.exp(-1.4945 * raw + 4.6607))
    : 0.999 + 4 / (1 + Math.exp(-1.3669 * raw + 3.8224));
}
