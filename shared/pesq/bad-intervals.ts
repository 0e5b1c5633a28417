import type { Pointer } from "./kernels.ts";
import { type Sizes, pow2 } from "./sizes.ts";
import { type Utterance, delayAt } from "./utterance.ts";
import type { Workspace } from "./workspace.ts";

/** Frames that were aligned badly and are tried again with a delay of their own. */
export interface BadInterval {
  readonly start: number;
  /** First frame after the interval. */
  readonly end: number;
  /** Delay in samples on top of that of the utterance. */
  delay: number;
}

/** Disturbance over which a frame is bad. */
export const BAD = 30;
const SHORTEST = 5;

/** Runs of bad frames (P.862, clause 10.2.13), with gaps of a frame closed. */
export function findBadIntervals(symmetric: Float64Array, last: number): BadInterval[] {
  const bad = (f: number) => f > 0 && symmetric[f] > BAD;
  const smooth = (f: number) =>
    f >= 2 &&
    f < last - 2 &&
    (bad(f - 2) || bad(f - 1) || bad(f)) &&
    (bad(f) || bad(f + 1) || bad(f + 2));
  const intervals: BadInterval[] = [];
  for (let f = 2; f < last; f++) {
    const start = f;
    while (smooth(f)) f++;
    if (f - start >= SHORTEST) intervals.push({ start, end: f, delay: 0 });
  }
  return intervals;
}

/**
 * Finds a delay for each interval, and makes the degraded signal over the reference's time with
 * the delays of the utterances and, in the intervals, with theirs.
 */
export function realign(
  ws: Workspace,
  intervals: BadInterval[],
  ref: Pointer,
  deg: Pointer,
  length: number,
  utterances: readonly Utterance[],
): Pointer {
  const { guard, hop, frame, tail } = ws.sizes;
  const delayed = ws.zeros(length + tail);
  const realigned = ws.allocate(4 * (length + tail));
  compensateDelay(
    ws.floats(delayed, length + tail),
    ws.floats(deg, length + tail),
    ws.sizes,
    utterances,
  );
  ws.floats(realigned, length + tail).set(ws.floats(delayed, length + tail));
  for (const interval of intervals) {
    const from = guard + interval.start * hop;
    const to = guard + interval.end * hop + frame;
    const delay = findDelay(ws, ref, delayed, from, to, length);
    interval.delay = delay;
    const y = ws.floats(delayed, length + tail);
    const out = ws.floats(realigned, length + tail);
    for (let i = from; i < to; i++) out[i] = y[Math.min(Math.max(i + delay, 0), length - 1)];
  }
  return realigned;
}

function compensateDelay(
  to: Float32Array,
  deg: Float32Array,
  { guard, window }: Sizes,
  utterances: readonly Utterance[],
): void {
  const end = to.length - guard;
  for (let i = guard; i < end;) {
    const delay = delayAt(utterances, window, i);
    const next = utterances.reduce(
      (near, { start }) => (start * window > i ? Math.min(near, start * window) : near),
      end,
    );
    for (; i < next; i++) to[i] = deg[Math.min(Math.max(i + delay, guard), end - 1)];
  }
}

/** Delay by the correlation of magnitudes, 0 when none is convincing. */
function findDelay(
  ws: Workspace,
  ref: Pointer,
  deg: Pointer,
  from: number,
  to: number,
  length: number,
): number {
  const { frame, guard, tail } = ws.sizes;
  const range = 4 * frame;
  const count = to - from + 2 * range;
  // The transform need not hold the lags that are not looked at; the power limit knows nothing of that.
  const n = pow2(count);
  const silence = 1e-6 * pow2(2 * count);
  return ws.scoped(() => {
    const [aRe, aIm, bRe, bIm, re, im] = Array.from({ length: 6 }, () => ws.allocate(4 * n + 64));
    const x = ws.floats(ref, length + tail);
    const y = ws.floats(deg, length + tail);
    const a = ws.floats(aRe, n).fill(0);
    const b = ws.floats(bRe, n).fill(0);
    for (let i = from; i < to; i++) a[i - from + range] = Math.abs(x[i]);
    for (let i = 0; i < count; i++)
      b[i] = Math.abs(y[Math.min(Math.max(from - range + i, guard), length - guard + tail - 1)]);
    const refNorm = ws.kernels.sumSquares(aRe, count);
    const degNorm = ws.kernels.sumSquares(bRe, count);
    if (refNorm <= silence || degNorm <= silence) return 0;
    ws.kernels.forward(aRe, aIm, n, aRe, aIm);
    ws.kernels.forward(bRe, bIm, n, bRe, bIm);
    ws.kernels.multiply(aRe, aIm, bRe, bIm, re, im, n, -1);
    ws.kernels.inverse(re, im, n);
    const correlation = ws.floats(re, n);
    let best = 0;
    let delay = 0;
    for (let t = -range; t < range; t++) {
      const value = Math.abs(correlation[(t + n) & (n - 1)]);
      if (value > best) {
        best = value;
        delay = t;
      }
    }
    return best / Math.sqrt(refNorm * degNorm) < 0.5 ? 0 : delay;
  });
}
