/** DNSMOS P.835: mean opinion scores of speech, of the background and overall, 1 (bad) to 5 (excellent). */
export interface DnsmosScores {
  readonly sig: number;
  readonly bak: number;
  readonly ovrl: number;
}

/**
 * Brings the three outputs of the network to opinion scores: the polynomials that are published with the model
 * (Reddy, Gopal, Cutler: "DNSMOS P.835", ICASSP 2022; microsoft/DNS-Challenge, not the personalised variant).
 */
export const toOpinionScores = (sig: number, bak: number, ovrl: number): DnsmosScores => ({
  sig: -0.08397278 * sig ** 2 + 1.22083953 * sig + 0.0052439,
  bak: -0.13166888 * bak ** 2 + 1.60915514 * bak - 0.39604546,
  ovrl: -0.06766283 * ovrl ** 2 + 1.11546468 * ovrl + 0.04602535,
});

/** The mean of each score. */
export function meanScores(scores: readonly DnsmosScores[]): DnsmosScores {
  const mean = (name: keyof DnsmosScores) =>
    scores.reduce((sum, each) => sum + each[name], 0) / scores.length;
  return { sig: mean("sig"), bak: mean("bak"), ovrl: mean("ovrl") };
}

/** OVRL of clean studio speech, and the quality score that the label's rule gives to a flawless recording. */
const clean = { ovrl: 3.3, score: 4.6 };

/**
 * OVRL on the scale of `quality_score`: the straight line that keeps 1 and takes 3.3 to 4.6, cut off at both ends.
 * Listeners of P.835 leave the upper half of their scale unused (clean speech gets 3.2 to 3.3), listeners of
 * MOS-LQO do not (4.64): unstretched, no recording at all would reach Good.
 */
export const toQualityScore = (ovrl: number): number =>
  Math.min(clean.score, Math.max(1, 1 + ((ovrl - 1) * (clean.score - 1)) / (clean.ovrl - 1)));
