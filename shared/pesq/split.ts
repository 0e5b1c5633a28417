import { type Candidate, voteFirstHalves, voteSecondHalves } from "./candidate-votes.ts";
import { windowDelay } from "./correlation.ts";
import { FrameCorrelator } from "./frame-correlator.ts";
import type { PreparedSide } from "./front-end.ts";
import type { Pointer } from "./kernels.ts";
import { GUARD_WINDOWS, type Sizes, quo } from "./sizes.ts";
import type { Utterance } from "./utterance.ts";
import type { VotedDelay } from "./votes.ts";
import { type Workspace, alignmentWindow } from "./workspace.ts";

const f = Math.fround;

/** Shortest utterance that may be split, in envelope windows of speech. */
const SHORTEST = 200;
const MOST_CANDIDATES = 40;

const UNKNOWN: VotedDelay = { lag: 0, confidence: 0 };

/** The two halves of an utterance, when two delays fit it better than one. */
export function split(
  ws: Workspace,
  utterance: Utterance,
  ref: PreparedSide,
  deg: PreparedSide,
  frames: FrameCorrelator,
): [Utterance, Utterance] | undefined {
  const { power } = ref.activity;
  let start = utterance.start;
  while (start < utterance.end && power[start] <= 0) start++;
  let end = utterance.end;
  while (end > utterance.start && power[end] <= 0) end--;
  end++;
  if (end - start < SHORTEST) return undefined;
  return ws.scoped(() => {
    const points = splitPoints(start, end);
    const { candidates, window } = crudeDelays(ws, utterance, points, ref, deg);
    const correlator =
      window === undefined ? frames : new FrameCorrelator(ws, ref.filtered, deg.filtered, window);
    voteFirstHalves(ws, utterance, candidates, deg, correlator);
    const hopeful = candidates.filter((c) => c.first.confidence > utterance.confidence);
    for (const c of hopeful)
      c.crude2 = windowDelay(
        ws,
        ref.activity,
        deg.activity,
        c.point,
        utterance.end,
        utterance.coarse,
      ).delay;
    voteSecondHalves(ws, utterance, hopeful, deg, correlator);
    const chosen = choose(hopeful, utterance.confidence, ws.sizes);
    return chosen && cut(utterance, chosen, deg, ws.sizes);
  });
}

/**
 * Crude delays of the first halves, and the analysis window when it is not the usual one: the
 * reference keeps the correlations and the window in one scratch area, so a long correlation
 * overwrites the window with what reaches into it.
 */
function crudeDelays(
  ws: Workspace,
  utterance: Utterance,
  points: readonly number[],
  ref: PreparedSide,
  deg: PreparedSide,
): { candidates: Candidate[]; window: Pointer | undefined } {
  const { align } = ws.sizes;
  const reach = 3 * align + 6;
  let window: Float32Array | undefined;
  const delay = (from: number, to: number): number => {
    const { delay, correlation } = windowDelay(
      ws,
      ref.activity,
      deg.activity,
      from,
      to,
      utterance.coarse,
    );
    if (correlation && correlation.length > reach) {
      window ??= alignmentWindow(ws.sizes);
      window.set(correlation.subarray(reach, reach + align));
    }
    return delay;
  };
  const candidates = points.map((point): Candidate => {
    const crude1 = delay(utterance.start, point);
    // That of the second half is wanted later, for few; here for what it does to the window.
    if (2 * (utterance.end - point) - 1 > reach) delay(point, utterance.end);
    return { point, crude1, crude2: 0, first: UNKNOWN, second: UNKNOWN };
  });
  return { candidates, window: window && ws.put(window) };
}

function choose(
  hopeful: readonly Candidate[],
  confidence: number,
  { window }: Sizes,
): Candidate | undefined {
  let best = 0;
  let chosen: Candidate | undefined;
  for (const c of hopeful) {
    const jump = c.crude2 + c.second.lag - (c.crude1 + c.first.lag);
    const sum = f(c.first.confidence + c.second.confidence);
    if (Math.abs(jump) < window || sum <= best || c.second.confidence <= confidence) continue;
    best = sum;
    chosen = c;
  }
  return chosen;
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

function cut(
  old: Utterance,
  at: Candidate,
  deg: PreparedSide,
  { window, guard }: Sizes,
): [Utterance, Utterance] {
  const delay1 = at.crude1 + at.first.lag;
  const delay2 = at.crude2 + at.second.lag;
  const overlap = delay2 < delay1 ? 0 : quo(delay2 - delay1, 2 * window);
  let { start, end } = old;
  if ((start - GUARD_WINDOWS) * window + delay1 < 0)
    start = GUARD_WINDOWS + quo(window - 1 - delay1, window);
  if (end * window + delay2 > deg.length - guard)
    end = quo(deg.length - delay2, window) - GUARD_WINDOWS;
  const { confidence: confidence1 } = at.first;
  const { confidence: confidence2 } = at.second;
  return [
    { start, end: at.point + overlap, coarse: at.crude1, delay: delay1, confidence: confidence1 },
    { start: at.point - overlap, end, coarse: at.crude2, delay: delay2, confidence: confidence2 },
  ];
}
