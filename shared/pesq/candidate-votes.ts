import type { FrameCorrelator } from "./frame-correlator.ts";
import type { PreparedSide } from "./front-end.ts";
import type { Utterance } from "./utterance.ts";
import { TriangleVotes, type VotedDelay } from "./votes.ts";
import type { Workspace } from "./workspace.ts";

/** A place to split an utterance at, with the delays that the halves would have. */
export interface Candidate {
  readonly point: number;
  readonly crude1: number;
  crude2: number;
  first: VotedDelay;
  second: VotedDelay;
}

/** Fine delays of the first halves: frames forward from the beginning. */
export function voteFirstHalves(
  ws: Workspace,
  utterance: Utterance,
  candidates: readonly Candidate[],
  deg: PreparedSide,
  frames: FrameCorrelator,
): void {
  const { align, window } = ws.sizes;
  const begin = utterance.start * window;
  const tracks = makeTracks(
    ws,
    candidates,
    ({ crude1 }) => crude1,
    (crude) => Math.max(begin, -crude),
  );
  runTracks(tracks, frames, {
    step: align / 4,
    fits: ({ at, crude }, { point }) =>
      at + crude + align <= deg.length && at + align <= point * window,
    settle: (candidate, best) => (candidate.first = best),
  });
}

/** Fine delays of the second halves: frames backward from the end, so later candidates have fewer. */
export function voteSecondHalves(
  ws: Workspace,
  utterance: Utterance,
  candidates: readonly Candidate[],
  deg: PreparedSide,
  frames: FrameCorrelator,
): void {
  const { align, window } = ws.sizes;
  const begin = utterance.end * window - align;
  const tracks = makeTracks(
    ws,
    candidates.toReversed(),
    ({ crude2 }) => crude2,
    (crude) => Math.min(begin, deg.length - align - crude),
  );
  runTracks(tracks, frames, {
    step: -align / 4,
    fits: ({ at, crude }, { point }) => at + crude >= 0 && at >= point * window,
    settle: (candidate, best) => (candidate.second = best),
  });
}

/** A crude delay, and the candidates that share it, those with the fewest frames first. */
interface Track {
  readonly crude: number;
  readonly candidates: Candidate[];
  readonly votes: TriangleVotes;
  /** Start of the next frame in the reference. */
  at: number;
}

interface Course {
  readonly step: number;
  /** Whether the next frame of the track belongs to the half of the candidate. */
  fits(track: Track, candidate: Candidate): boolean;
  settle(candidate: Candidate, best: VotedDelay): void;
}

function makeTracks(
  ws: Workspace,
  candidates: readonly Candidate[],
  crudeOf: (candidate: Candidate) => number,
  startOf: (crude: number) => number,
): Track[] {
  const tracks = new Map<number, Track>();
  for (const candidate of candidates) {
    const crude = crudeOf(candidate);
    let track = tracks.get(crude);
    if (!track) {
      track = { crude, candidates: [], votes: new TriangleVotes(ws), at: startOf(crude) };
      tracks.set(crude, track);
    }
    track.candidates.push(candidate);
  }
  return [...tracks.values()];
}

/** Goes frame by frame through all tracks at once, so that they find each other's spectra. */
function runTracks(tracks: readonly Track[], frames: FrameCorrelator, course: Course): void {
  let running = tracks.map((track) => ({ track, next: 0 }));
  while (running.length > 0) {
    running = running.filter((state) => {
      const { track } = state;
      const { candidates, votes } = track;
      while (state.next < candidates.length && !course.fits(track, candidates[state.next]))
        course.settle(candidates[state.next++], votes.best());
      if (state.next === candidates.length) return false;
      votes.add(frames, track.at, track.at + track.crude);
      track.at += course.step;
      return true;
    });
  }
}
