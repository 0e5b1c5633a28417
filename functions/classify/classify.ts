import { grade } from "#shared/audio/grade.ts";
import type { AudioLimits } from "#shared/audio/read.ts";
import type { Scorecard } from "#shared/audio/scorecard.ts";
import { type ClassifyConfig, toAudioLimits } from "#shared/config.ts";
import { dnsmosRate } from "#shared/dnsmos/dnsmos.ts";
import type { Objects } from "#shared/objects/objects.ts";
import type { StagePlan } from "#shared/stage.ts";
import type { Row } from "#shared/warehouse/warehouse.ts";
import { comparePair, type Comparison, type ReadAudio } from "./compare.ts";
import { hear, type Heard } from "./hear.ts";
import type { DnsmosModel } from "./model.ts";
import { findReference, type Reference } from "./reference.ts";
import { decide, type Thresholds, type Verdict } from "./verdict.ts";

/** Version of the rule and of what it rests on: a change of either that can move a label raises it. */
const classifierVersion = "3";

export interface ClassifyEdges {
  readonly recordings: Objects;
  readonly references: Objects;
  readonly readAudio: ReadAudio;
  /** Scores every recording that can be rated; undefined is none. */
  readonly dnsmos?: DnsmosModel | undefined;
}

export interface ClassifySettings {
  readonly limits: AudioLimits;
  readonly thresholds: Thresholds;
  /** Object in the references bucket that recordings without a reference are compared with. */
  readonly fixedReference: string | undefined;
  /** What a label rests on where no reference proves itself; undefined is the measures. */
  readonly labelBasis?: ClassifyConfig["LABEL_BASIS"];
}

export const toSettings = (config: ClassifyConfig): ClassifySettings => ({
  limits: toAudioLimits(config),
  thresholds: config.LABEL_THRESHOLDS,
  fixedReference: config.FIXED_REFERENCE,
  labelBasis: config.LABEL_BASIS,
});

/** The stage `classify`: a recording, and its reference where there is one, to a score and a label. */
export const classifyStage = (edges: ClassifyEdges, settings: ClassifySettings): StagePlan => ({
  stage: "classify",
  table: "quality",
  done: "recording.classified.v1",
  maxBytes: settings.limits.maxBytes,
  async work(object, eventId) {
    const { readAudio, dnsmos } = edges;
    const { limits, thresholds, fixedReference, labelBasis } = settings;
    const bytes = await edges.recordings.read(object.name, object.generation);
    const { reference, missing } = await findReference(edges.references, object, fixedReference);
    const resampleTo = reference === null ? dnsmosRate : "auto";
    const needsSignal = reference !== null || dnsmos !== undefined;
    const reading = await readAudio(bytes, {
      limits,
      measures: true,
      ...(needsSignal && { resampleTo }),
      // With a reference they may be read again, at another rate.
      handOver: reference === null,
    });
    const comparison =
      reference && (await comparePair(readAudio, limits, reference.bytes, { bytes, reading }));
    const card = reading.measures;
    if (card === undefined) throw new Error("the measures were asked for and did not come");
    const measured = grade(card);
    const heard = await hear(dnsmos, measured, reading, () =>
      readAudio(bytes, { limits, resampleTo: dnsmosRate }),
    );
    const whyNoPair = [missing, comparison?.pair === null ? comparison.why : null];
    const decisive = labelBasis === "dnsmos" ? heard : null;
    const verdict = decide(
      comparison?.pair ?? null,
      { ...measured, reasons: [...measured.reasons, ...whyNoPair.filter((why) => why !== null)] },
      thresholds,
      decisive?.scores,
    );
    return {
      id: object.name,
      generation: object.generation,
      ...toColumns(verdict, reference, comparison?.pair ?? null, card),
      dnsmos_sig: heard?.scores.sig ?? null,
      dnsmos_bak: heard?.scores.bak ?? null,
      dnsmos_ovrl: heard?.scores.ovrl ?? null,
      unrated_reason: verdict.unratedReason,
      classifier_version: versionOf(decisive),
      classified_at: new Date().toISOString(),
      event_id: eventId,
    };
  },
});

/** Labels that rest on a model are of another version with each model. */
const versionOf = (decisive: Heard | null) =>
  decisive === null
    ? classifierVersion
    : `${classifierVersion}+dnsmos.${decisive.sha256.slice(0, 8)}`;

const toColumns = (
  verdict: Verdict,
  reference: Reference | null,
  pair: Comparison["pair"],
  card: Scorecard,
): Row => ({
  quality_label: verdict.label,
  quality_score: verdict.score,
  label_basis: verdict.basis,
  label_reasons: verdict.reasons,
  pesq_score: pair?.mosLqo ?? null,
  pesq_raw: pair?.raw ?? null,
  pesq_mode: pair?.mode ?? null,
  reference_path: reference?.path ?? null,
  reference_kind: reference?.kind ?? null,
  reference_matched: pair?.matched ?? null,
  delay_ms: pair?.delayMs ?? null,
  snr_db: card.snrDb,
  srmr: card.srmr,
  active_speech_level_dbov: card.activeSpeechLevelDbov,
  speech_activity: card.speechActivity,
  loudness_lufs: card.loudnessLufs,
  true_peak_dbtp: card.truePeakDbtp,
  clipping_ratio: card.clippingRatio,
  bandwidth_hz: card.bandwidthHz,
  upsampled: card.upsampled,
});
