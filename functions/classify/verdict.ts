import { type DnsmosScores, toQualityScore } from "#shared/dnsmos/scores.ts";

export type Label = "Excellent" | "Good" | "Fair" | "Poor";
type LabelBasis = "pesq" | "measures" | "dnsmos";

/** Least scores of the labels; anything below `fair` is Poor. */
export interface Thresholds {
  readonly excellent: number;
  readonly good: number;
  readonly fair: number;
}

/** What PESQ said of a pair. */
export interface PairScore {
  readonly mosLqo: number;
  readonly mode: "wb" | "nb";
  /** Whether the aligned pair proved to be a pair. */
  readonly matched: boolean;
}

/** What the measures said without a reference; a score or a reason why there is none. */
export interface MeasuredGrade {
  readonly score: number | null;
  readonly reasons: readonly string[];
  readonly unratedReason: string | null;
}

export interface Verdict {
  readonly label: Label | null;
  readonly score: number | null;
  readonly basis: LabelBasis | null;
  readonly reasons: readonly string[];
  readonly unratedReason: string | null;
}

export function toLabel(score: number, { excellent, good, fair }: Thresholds): Label {
  if (score >= excellent) return "Excellent";
  if (score >= good) return "Good";
  return score >= fair ? "Fair" : "Poor";
}

/**
 * The label and what it rests on: PESQ where the pair proved itself, else DNSMOS where it is given, else the
 * measures. What the measures cannot rate has no label, and the reason says why.
 */
export function decide(
  pair: PairScore | null,
  grade: MeasuredGrade,
  thresholds: Thresholds,
  dnsmos?: DnsmosScores,
): Verdict {
  const rated = (basis: LabelBasis, score: number, reasons: readonly string[]): Verdict => ({
    label: toLabel(score, thresholds),
    score,
    basis,
    reasons,
    unratedReason: null,
  });
  if (pair?.matched) {
    const mode = pair.mode === "wb" ? "wideband" : "narrowband";
    const why = `PESQ ${mode} against its reference: ${pair.mosLqo.toFixed(2)} MOS-LQO`;
    return rated("pesq", pair.mosLqo, [why, ...grade.reasons]);
  }
  const notAPair = pair === null ? [] : ["the reference does not match this recording"];
  const { score, reasons, unratedReason } = grade;
  if (score === null)
    return { label: null, score: null, basis: null, reasons: notAPair, unratedReason };
  if (dnsmos === undefined) return rated("measures", score, [...reasons, ...notAPair]);
  const why =
    `DNSMOS: overall ${dnsmos.ovrl.toFixed(2)} of the 3.3 of clean speech ` +
    `(speech ${dnsmos.sig.toFixed(2)}, background ${dnsmos.bak.toFixed(2)})`;
  return rated("dnsmos", toQualityScore(dnsmos.ovrl), [why, ...reasons, ...notAPair]);
}
