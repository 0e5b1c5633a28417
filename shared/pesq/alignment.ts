import type { Activity } from "./activity.ts";
import { argmax, correlate } from "./correlation.ts";
import type { Padded } from "./level.ts";
import { GUARD_WINDOWS, type Sizes, quo } from "./sizes.ts";
import { splitUtterances } from "./split.ts";
import { emptyHistogram, smoothHistogram, voteFrame } from "./votes.ts";

/** Filtered signal with its activity. */
export interface Side extends Padded {
  readonly activity: Activity;
}

/** A part of the reference that has one delay. */
export interface Utterance {
  /** Limits in envelope windows. */
  start: number;
  end: number;
  /** Delay in samples by the envelopes: a multiple of the window. */
  coarse: number;
  /** Delay in samples by the waveform. */
  delay: number;
  /** 0 … 1. */
  confidence: number;
}

interface Speech {
  readonly start: number;
  readonly end: number;
}

/** Shortest utterance in envelope windows (200 ms). */
const SHORTEST = 50;
/** With this many utterances none is split any more. */
const MOST = 50;

/** Delays of the utterances of the reference, before splitting. */
export function findUtterances(ref: Side, deg: Side, sizes: Sizes): Utterance[] {
  const whole = crudeDelay(ref, deg, [0, windows(ref)], 0, sizes).delay;
  const speech = findSpeech(ref, deg, whole, sizes);
  const last = windows(ref) - 1;
  const utterances = speech.map(({ start, end }) => {
    const from = Math.max(0, start - GUARD_WINDOWS);
    const to = Math.min(end + GUARD_WINDOWS, last);
    const coarse = crudeDelay(ref, deg, [from, to], whole, sizes).delay;
    return { start, end, coarse, ...fineDelay(ref, deg, from, to, coarse, sizes) };
  });
  if (utterances.length > 0) setLimits(utterances, ref, deg, sizes);
  return utterances;
}

export function align(ref: Side, deg: Side, sizes: Sizes): Utterance[] {
  const utterances = findUtterances(ref, deg, sizes);
  if (utterances.length > 0) splitUtterances(utterances, MOST, ref, deg, sizes);
  return utterances;
}

const windows = (side: Side) => side.activity.log.length;

/** Delay by the envelopes of a range of the reference, around a base delay. */
export function crudeDelay(
  ref: Side,
  deg: Side,
  [from, to]: readonly [number, number],
  base: number,
  sizes: Sizes,
): { delay: number; correlation?: Float64Array } {
  let a = from;
  let b = a + base / sizes.window;
  if (b < 0) {
    a = -base / sizes.window;
    b = 0;
  }
  const p = to - a;
  let q = from === 0 && base === 0 && to === windows(ref) ? windows(deg) : p;
  if (b + q > windows(deg)) q = windows(deg) - b;
  if (p <= 1 || q <= 1) return { delay: base };
  const correlation = correlate(
    ref.activity.log.subarray(a, a + p),
    deg.activity.log.subarray(b, b + q),
  );
  const lag = argmax(correlation, p - 1) - (p - 1);
  return { delay: lag * sizes.window + base, correlation };
}

function findSpeech(ref: Side, deg: Side, whole: number, sizes: Sizes): Speech[] {
  const low = SHORTEST - whole / sizes.window;
  const high = quo(deg.length - whole, sizes.window) - SHORTEST;
  const { power } = ref.activity;
  const speech: Speech[] = [];
  let start = -1;
  for (let w = 0; w < power.length; w++) {
    if (start < 0 && power[w] > 0) start = w;
    if (start >= 0 && (power[w] <= 0 || w === power.length - 1)) {
      if (w - start >= SHORTEST && start < high && w > low) speech.push({ start, end: w });
      start = -1;
    }
  }
  return speech;
}

function fineDelay(ref: Side, deg: Side, from: number, to: number, coarse: number, sizes: Sizes) {
  const { align, window, kernel } = sizes;
  const histogram = emptyHistogram(sizes);
  let i = from * window;
  let j = i + coarse;
  if (j < 0) {
    i = -coarse;
    j = 0;
  }
  for (; j + align <= deg.length && i + align <= to * window; i += align / 4, j += align / 4)
    voteFrame(histogram, ref.samples, i, deg.samples, j, sizes);
  const { lag, confidence } = smoothHistogram(histogram, kernel);
  return { delay: coarse + lag, confidence };
}

function setLimits(utterances: Utterance[], ref: Side, deg: Side, sizes: Sizes): void {
  const { window, guard } = sizes;
  const first = utterances[0];
  const last = utterances[utterances.length - 1];
  first.start = GUARD_WINDOWS;
  last.end = windows(ref) - GUARD_WINDOWS;
  for (let k = 1; k < utterances.length; k++) {
    const middle = quo(utterances[k].start + utterances[k - 1].end, 2);
    utterances[k].start = middle;
    utterances[k - 1].end = middle;
  }
  if (first.start * window + first.delay < guard)
    first.start = GUARD_WINDOWS + quo(window - 1 - first.delay, window);
  if (last.end * window + last.delay > deg.length - guard)
    last.end = quo(deg.length - last.delay, window) - GUARD_WINDOWS;
  for (let k = 1; k < utterances.length; k++) {
    const current = utterances[k];
    const before = utterances[k - 1];
    const alpha = current.start * window + current.delay;
    const beta = before.end * window + before.delay;
    if (alpha >= beta) continue;
    const middle = quo(alpha + beta, 2);
    current.start = quo(window - 1 + middle - current.delay, window);
    before.end = quo(middle - before.delay, window);
  }
}
