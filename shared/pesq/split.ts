import { type Side, type Utterance, crudeDelay } from "./alignment.ts";
import { argmax } from "./correlation.ts";
import { GUARD_WINDOWS, type Sizes, quo } from "./sizes.ts";
import { type Histogram, correlateFrames, eighthRoot, emptyHistogram } from "./votes.ts";
const f = Math.fround;

/** Shortest utterance that may be split, in envelope windows. */
const SHORTEST_SPLIT = 200;
const MOST_CANDIDATES = 40;

interface Candidate {
  readonly point: number;
  readonly crude1: number;
  readonly crude2: number;
  delay1: number;
  delay2: number;
  confidence1: number;
  confidence2: number;
}

export function splitUtterances(
  utterances: Utterance[],
  most: number,
  ref: Side,
  deg: Side,
  sizes: Sizes,
): void {
  const { power } = ref.activity;
  let k = 0;
  while (k < utterances.length && utterances.length < most) {
    const utterance = utterances[k];
    let s = utterance.start;
    while (s < utterance.end && power[s] <= 0) s++;
    let e = utterance.end;
    while (e > utterance.start && power[e] <= 0) e--;
    e++;
    const halves =
      e - s >= SHORTEST_SPLIT ? splitUtterance(utterance, s, e, ref, deg, sizes) : undefined;
    if (halves) utterances.splice(k, 1, ...halves);
    else k++;
  }
}

function splitUtterance(
  utterance: Utterance,
  s: number,
  e: number,
  ref: Side,
  deg: Side,
  sizes: Sizes,
): [Utterance, Utterance] | undefined {
  const { align, window } = sizes;
  const histogram = emptyHistogram(sizes);
  const overlap = 3 * align + 6;
  const candidates = splitPoints(s, e).map((point): Candidate => {
    const crude = [
      [utterance.start, point],
      [point, utterance.end],
    ].map(([from, to]) => {
      const { delay, correlation } = crudeDelay(ref, deg, [from, to], utterance.coarse, sizes);
      // The reference keeps this correlation and the window in one scratch area.
      if (correlation && correlation.length > overlap)
        histogram.window.set(correlation.subarray(overlap, overlap + align));
      return delay;
    });
    return {
      point,
      crude1: crude[0],
      crude2: crude[1],
      delay1: 0,
      delay2: 0,
      confidence1: 0,
      confidence2: 0,
    };
  });

  for (const crude of new Set(candidates.map((c) => c.crude1))) {
    const votes = new Votes(histogram.window, sizes);
    let r = utterance.start * window;
    let d = r + crude;
    if (d < 0) {
      r = -crude;
      d = 0;
    }
    for (const c of candidates) {
      if (c.crude1 !== crude) continue;
      for (; d + align <= deg.length && r + align <= c.point * window; r += align / 4, d += align / 4)
        votes.add(ref.samples, r, deg.samples, d);
      const { lag, confidence } = votes.best();
      c.delay1 = crude + lag;
      c.confidence1 = confidence;
    }
  }
  const hopeful = candidates.filter((c) => c.confidence1 > utterance.confidence).toReversed();
  for (const crude of new Set(hopeful.map((c) => c.crude2))) {
    const votes = new Votes(histogram.window, sizes);
    let r = utterance.end * window - align;
    let d = r + crude;
    if (d + align > deg.length) {
      d = deg.length - align;
      r = d - crude;
    }
    for (const c of hopeful) {
      if (c.crude2 !== crude) continue;
      for (; d >= 0 && r >= c.point * window; r -= align / 4, d -= align / 4)
        votes.add(ref.samples, r, deg.samples, d);
      const { lag, confidence } = votes.best();
      c.delay2 = crude + lag;
      c.confidence2 = confidence;
    }
  }
  let best = 0;
  let chosen: Candidate | undefined;
  for (const c of candidates) {
    const sum = f(c.confidence1 + c.confidence2);
    if (
      Math.abs(c.delay2 - c.delay1) >= window &&
      sum > best &&
      c.confidence1 > utterance.confidence &&
      c.confidence2 > utterance.confidence
    ) {
      best = sum;
      chosen = c;
    }
  }
  return chosen && cut(utterance, chosen, deg, sizes);
}

function splitPoints(s: number, e: number): number[] {
  const length = e - s;
  const step = 4 * Math.floor((0.801 * length + 159) / 160);
  const margin = Math.max(GUARD_WINDOWS, quo(length, 10));
  const points = [s + margin];
  while (points.length < MOST_CANDIDATES) {
    const next = points[points.length - 1] + step;
    if (next > e - margin) break;
    points.push(next);
  }
  return points;
}

function cut(old: Utterance, at: Candidate, deg: Side, sizes: Sizes): [Utterance, Utterance] {
  const { window, guard } = sizes;
  const { delay1, delay2, point } = at;
  const overlap = delay2 < delay1 ? 0 : quo(delay2 - delay1, 2 * window);
  let start = old.start;
  let end = old.end;
  if ((start - GUARD_WINDOWS) * window + delay1 < 0)
    start = GUARD_WINDOWS + quo(window - 1 - delay1, window);
  if (end * window + delay2 > deg.length - guard)
    end = quo(deg.length - delay2, window) - GUARD_WINDOWS;
  return [
    { start, end: point + overlap, coarse: at.crude1, delay: delay1, confidence: at.confidence1 },
    { start: point - overlap, end, coarse: at.crude2, delay: delay2, confidence: at.confidence2 },
  ];
}

class Votes {
  private readonly counts: Float32Array;
  private readonly window: Float32Array;
  private readonly kernel: number;
  private total = 0;

  constructor(window: Histogram["window"], sizes: Sizes) {
    this.window = window;
    this.counts = new Float32Array(window.length);
    this.kernel = sizes.kernel;
  }

  add(ref: Float32Array, i: number, deg: Float32Array, j: number): void {
    const { counts, kernel } = this;
    const { c, threshold } = correlateFrames(this.window, ref, i, deg, j);
    const weight = f(f(eighthRoot(threshold)) / kernel);
    const mask = counts.length - 1;
    for (let m = 0; m < c.length; m++) {
      if (c[m] <= threshold) continue;
      this.total = f(this.total + f(weight * kernel));
      for (let t = 1 - kernel; t < kernel; t++)
        counts[(m + t) & mask] += f(weight * (kernel - Math.abs(t)));
    }
  }

  best(): { lag: number; confidence: number } {
    if (this.total === 0) return { lag: 0, confidence: 0 };
    const size = this.counts.length;
    const at = argmax(this.counts, 0);
    return {
      lag: at >= size / 2 ? at - size : at,
      confidence: f(this.counts[at] / this.total),
    };
  }
}
