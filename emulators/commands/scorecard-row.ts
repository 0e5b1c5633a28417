import { grade } from "#shared/audio/grade.ts";
import type { Scorecard } from "#shared/audio/scorecard.ts";
import { toLabel } from "#functions/classify/verdict.ts";
import type { Row } from "./query.ts";

const thresholds = { excellent: 4.5, good: 3.5, fair: 2.5 };

/** The columns of the table `quality` that need no reference, in camelCase, and the facts behind them. */
export function toScorecardRow(card: Scorecard): Row {
  const { score, reasons, unratedReason } = grade(card);
  return {
    label: score === null ? null : toLabel(score, thresholds),
    labelBasis: score === null ? null : "measures",
    qualityScore: score,
    labelReasons: [...reasons],
    unratedReason,
    snrDb: card.snrDb,
    srmr: card.srmr,
    activeSpeechLevelDbov: card.activeSpeechLevelDbov,
    speechActivity: card.speechActivity,
    loudnessLufs: card.loudnessLufs,
    loudnessRangeLu: card.loudnessRangeLu,
    truePeakDbtp: card.truePeakDbtp,
    clippingRatio: card.clippingRatio,
    clippedRuns: card.clippedRuns,
    bandwidthHz: card.bandwidthHz,
    bandwidthEdgeDb: card.bandwidthEdgeDb,
    upsampled: card.upsampled,
    speechProbability: card.speechProbability,
    noiseDistanceDb: card.contrast?.noiseDistanceDb ?? null,
    noiseFloorDbov: card.contrast?.noiseFloorDbov ?? null,
    decayDb: card.contrast?.decayDb ?? null,
    dropoutCount: card.dropoutCount,
    dropoutRatio: card.dropoutRatio,
    humHz: card.hum?.mainsHz ?? null,
    humDb: card.hum?.relativeDb ?? null,
    dcOffset: card.dcOffset,
    leadingSilenceSeconds: card.silence.leadingSeconds,
    trailingSilenceSeconds: card.silence.trailingSeconds,
    totalSilenceSeconds: card.silence.totalSeconds,
    dualMono: card.channels.isDualMono,
    invertedChannels: card.channels.isInverted,
    silentChannels: [...card.channels.silentChannels],
  };
}
