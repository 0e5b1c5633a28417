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
 * The label and what it rests on: PESQ where the pair proved itself, else the measures. Without either there is
 * no label, and the reason says why.
 */
export function decide(
  pair: PairScore | null,
  grade: MeasuredGrade,
  thresholds: Thresholds,
): Verdict {
  const notAPair =
    pair === null || pair.matched ? [] : ["the reference does not match this recording"];
  if (pair?.matched) {
    const { mosLqo, mode } = pair;
    return {
      label: toLabel(mosLqo, thresholds),
      score: mosLqo,
      basis: "pesq",
      reasons: [
        `PESQ ${mode === "wb" ? "wideband" : "narrowband"} against its reference: ${mosLqo.toFixed(2)} MOS-LQO`,
        ...grade.reasons,
      ],
      unratedReason: null,
    };
  }
  if (grade.score === null)
    return {
      label: null,
      score: null,
      basis: null,
      reasons: notAPair,
      unratedReason: grade.unratedReason,
    };
  return {
    label: toLabel(grade.score, thresholds),
    score: grade.score,
    basis: "measures",
    reasons: [...grade.reasons, ...notAPair],
    unratedReason: null,
  };
}
