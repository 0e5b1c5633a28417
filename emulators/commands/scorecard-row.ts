import type { Scorecard } from "#shared/audio/scorecard.ts";
import type { Row } from "./query.ts";

/** The measures of the table `quality` in camelCase, and the facts behind them. */
export function toScorecardRow(card: Scorecard): Row {
  return {
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
