import { wholeDelay, windowDelay } from "./correlation.ts";
import { FrameCorrelator } from "./frame-correlator.ts";
import type { PreparedSide } from "./front-end.ts";
import { GUARD_WINDOWS, type Sizes, quo } from "./sizes.ts";
import { split } from "./split.ts";
import type { Utterance } from "./utterance.ts";
import { LagVotes } from "./votes.ts";
import { type Workspace, alignmentWindow } from "./workspace.ts";

interface Speech {
  readonly start: number;
  readonly end: number;
}

/** Shortest utterance in envelope windows (200 ms). */
const SHORTEST = 50;
/** With this many utterances none is split any more. */
const MOST = 50;

/**
 * Time alignment (P.862, clause 10.1): the utterances of the reference, each with its delay. Where
 * the delay changes inside one it is split, unless there are already many.
 */
export function align(ws: Workspace, ref: PreparedSide, deg: PreparedSide): Utterance[] {
  const window = ws.put(alignmentWindow(ws.sizes));
  const frames = new FrameCorrelator(ws, ref.filtered, deg.filtered, window);
  const utterances = findUtterances(ws, ref, deg, frames);
  if (utterances.length === 0) return utterances;
  setLimits(utterances, ref, deg, ws.sizes);
  for (let k = 0; k < utterances.length && utterances.length < MOST;) {
    const halves = split(ws, utterances[k], ref, deg, frames);
    if (halves) utterances.splice(k, 1, ...halves);
    else k++;
  }
  return utterances;
}

/** Whether a reference has an utterance at all; which of them count depends on the pair. */
export const hasUtterance = (ref: PreparedSide, sizes: Sizes): boolean =>
  findSpeech(ref, ref, 0, sizes).length > 0;

/** The utterances with their limits and delays as the speech activity gives them. */
function findUtterances(
  ws: Workspace,
  ref: PreparedSide,
  deg: PreparedSide,
  frames: FrameCorrelator,
): Utterance[] {
  const whole = wholeDelay(ws, ref.activity, deg.activity);
  const last = ref.activity.log.length - 1;
  return findSpeech(ref, deg, whole, ws.sizes).map(({ start, end }) => {
    const from = Math.max(0, start - GUARD_WINDOWS);
    const to = Math.min(end + GUARD_WINDOWS, last);
    const coarse = windowDelay(ws, ref.activity, deg.activity, from, to, whole).delay;
    const { lag, confidence } = fineDelay(ws, from, to, coarse, deg, frames);
    return { start, end, coarse, delay: coarse + lag, confidence };
  });
}

function findSpeech(ref: PreparedSide, deg: PreparedSide, whole: number, sizes: Sizes): Speech[] {
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

/** Delay by the waveform of reference windows `from` to `to`, around a coarse one. */
function fineDelay(
  ws: Workspace,
  from: number,
  to: number,
  coarse: number,
  deg: PreparedSide,
  frames: FrameCorrelator,
) {
  const { align, window } = ws.sizes;
  return ws.scoped(() => {
    const votes = new LagVotes(ws);
    let i = Math.max(from * window, -coarse);
    for (; i + coarse + align <= deg.length && i + align <= to * window; i += align / 4)
      votes.add(frames, i, i + coarse);
    return votes.best();
  });
}

function setLimits(
  utterances: Utterance[],
  ref: PreparedSide,
  deg: PreparedSide,
  sizes: Sizes,
): void {
  const { window, guard } = sizes;
  const first = utterances[0];
  const last = utterances[utterances.length - 1];
  first.start = GUARD_WINDOWS;
  last.end = ref.activity.log.length - GUARD_WINDOWS;
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
