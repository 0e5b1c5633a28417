import { BAD, type BadInterval, findBadIntervals, realign } from "./bad-intervals.ts";
import { BarkModel } from "./bark.ts";
import type { PreparedSide } from "./front-end.ts";
import type { Pointer } from "./kernels.ts";
import { MatchSums } from "./match.ts";
import { GUARD_WINDOWS, type Sizes, quo } from "./sizes.ts";
import { type Utterance, delayAt } from "./utterance.ts";
import type { Workspace } from "./workspace.ts";

/** What the perceptual model makes of an aligned pair, a value a frame of 16 ms. */
export interface Perceived {
  /** First and last frame that count. */
  readonly first: number;
  readonly last: number;
  /** Audible power of the reference. */
  readonly audible: Float64Array;
  /** Disturbance before weighting. */
  readonly symmetric: Float64Array;
  readonly asymmetric: Float64Array;
  readonly badIntervals: readonly BadInterval[];
  /** Correlation of the two signals' aligned band envelopes where the reference is not silent, −1 … 1. */
  readonly match: number;
}

/** The perceptual model of P.862, clause 10.2, on an aligned pair. */
export function perceive(
  ws: Workspace,
  ref: PreparedSide,
  deg: PreparedSide,
  utterances: readonly Utterance[],
): Perceived {
  const { guard, tail, hop, frame, window } = ws.sizes;
  const length = Math.max(ref.length, deg.length);
  const { first, last } = frameRange(ws, ref.model, length);
  const count = last + 1;
  const bark = new BarkModel(ws);
  const row = 4 * bark.lanes;
  const refPowers = ws.zeros(count * bark.lanes);
  const degPowers = ws.zeros(count * bark.lanes);
  const match = new MatchSums(ws, bark.lanes);
  for (let f = 0; f < count; f++) {
    const i = guard + f * hop;
    const j = i + delayAt(utterances, window, i);
    bark.powers(ref.model + 4 * i, refPowers + f * row);
    if (j <= 0 || j + frame >= length + tail) continue;
    bark.powers(deg.model + 4 * j, degPowers + f * row);
    if (f >= first && !isSilent(bark, refPowers + f * row))
      match.add(refPowers + f * row, degPowers + f * row);
  }
  compensateResponse(ws, bark, refPowers, degPowers, count, length);

  const audible = new Float64Array(count);
  const symmetric = new Float64Array(count);
  const asymmetric = new Float64Array(count);
  let gain: number | undefined;
  for (let f = 0; f < count; f++) {
    const r = refPowers + f * row;
    const d = degPowers + f * row;
    audible[f] = bark.audible(r, 1);
    gain = smoothGain(audible[f], bark.audible(d, 1), gain);
    [symmetric[f], asymmetric[f]] = bark.disturbance(r, d, limitGain(gain));
  }
  const anyBad = symmetric.some((value) => value > BAD);
  skipFrames(utterances, last, ws.sizes, symmetric, asymmetric);
  const badIntervals = anyBad ? findBadIntervals(symmetric, last) : [];
  if (badIntervals.length > 0) {
    const realigned = realign(ws, badIntervals, ref.model, deg.model, length, utterances);
    for (const { start, end } of badIntervals) {
      let gain = 1;
      for (let f = start; f < end; f++) {
        const r = refPowers + f * row;
        const d = degPowers + f * row;
        bark.powers(realigned + 4 * (guard + f * hop), d);
        gain = smoothGain(audible[f], bark.audible(d, 1), gain);
        const [s, a] = bark.disturbance(r, d, limitGain(gain));
        symmetric[f] = Math.min(symmetric[f], s);
        asymmetric[f] = Math.min(asymmetric[f], a);
      }
    }
  }
  return { first, last, audible, symmetric, asymmetric, badIntervals, match: match.correlation() };
}

/** Whether a frame of the reference is silent, as P.862, clause 10.2.4, has it. */
const isSilent = (bark: BarkModel, powers: Pointer) => bark.audible(powers, 100) < 1e7;

/** Frames between the silences at the ends of the reference. */
function frameRange(ws: Workspace, ref: Pointer, length: number) {
  const { guard, tail, hop } = ws.sizes;
  const x = ws.floats(ref, length + tail);
  const loud = (i: number) => {
    let sum = 0;
    for (let n = i; n < i + 5; n++) sum += Math.abs(x[n]);
    return sum >= 500;
  };
  const most = Math.floor(length / 2);
  let head = 0;
  while (head < most && !loud(guard + head)) head++;
  let rest = 0;
  const end = length - guard + tail - 5;
  while (rest < most && !loud(end - rest)) rest++;
  return { first: quo(head, hop), last: quo(length - 2 * guard + tail - rest, hop) - 1 };
}

/** Gives the reference the frequency response of the degraded signal, in part. */
function compensateResponse(
  ws: Workspace,
  bark: BarkModel,
  ref: Pointer,
  deg: Pointer,
  count: number,
  length: number,
): void {
  const { lanes } = bark;
  const { guard, tail, hop } = ws.sizes;
  ws.scoped(() => {
    const sums = ws.zeros(4 * lanes);
    const degSums = sums + 8 * lanes;
    for (let f = 0; f < count; f++) {
      const at = 4 * f * lanes;
      if (isSilent(bark, ref + at)) continue;
      bark.addAudible(ref + at, sums);
      bark.addAudible(deg + at, degSums);
    }
    // All frames of the padded signal count in the mean, also those that were not summed.
    const total = quo(length - 2 * guard + tail, hop) - 1;
    const r = ws.doubles(sums, lanes);
    const factors = ws.doubles(degSums, lanes).map((d, b) => {
      const ratio = (d / total + 1000) / (r[b] / total + 1000);
      return Math.min(Math.max(ratio, 0.01), 100);
    });
    const table = ws.put(Float32Array.from(factors));
    for (let f = 0; f < count; f++) ws.kernels.scaleBands(ref + 4 * f * lanes, table, lanes);
  });
}

/** Gain of a degraded frame, smoothed over frames; not limited, for it is carried on so. */
function smoothGain(refAudible: number, degAudible: number, before: number | undefined): number {
  const gain = (refAudible + 5000) / (degAudible + 5000);
  return before === undefined ? gain : 0.2 * before + 0.8 * gain;
}

const limitGain = (gain: number) => Math.min(Math.max(gain, 3e-4), 5);

/** Frames that a delay falling by more than half a frame leaves out count nothing. */
function skipFrames(
  utterances: readonly Utterance[],
  last: number,
  { hop, window }: Sizes,
  symmetric: Float64Array,
  asymmetric: Float64Array,
): void {
  for (let k = 1; k < utterances.length; k++) {
    const before = utterances[k - 1];
    const { start, delay } = utterances[k];
    const jump = delay - before.delay;
    if (jump >= -hop) continue;
    const begin = (start - GUARD_WINDOWS) * window;
    const from = Math.min(
      quo(begin + delay, hop),
      quo((before.end - GUARD_WINDOWS) * window + before.delay, hop),
    );
    const to = Math.min(quo(begin + Math.abs(jump), hop) + 2, last); // never the last frame
    if (to <= from) continue;
    symmetric.fill(0, Math.max(0, from), to);
    asymmetric.fill(0, Math.max(0, from), to);
  }
}
