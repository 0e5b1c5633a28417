import type { Bandwidth } from "#shared/dsp/bandwidth.ts";
import type { ChannelFacts } from "#shared/dsp/channel-facts.ts";
import type { Hum } from "#shared/dsp/hum.ts";
import type { Silence } from "#shared/dsp/silence.ts";
import type { SpeechContrast } from "#shared/dsp/speech-contrast.ts";
import type { SpeechTraits } from "#shared/dsp/speech-traits.ts";

/** What was measured of a recording, without a reference. The first block holds the columns of the table `quality`. */
export interface Scorecard {
  /** WADA-SNR, dB. */
  readonly snrDb: number | null;
  /** Normalised SRMR: higher is drier. */
  readonly srmr: number | null;
  /** ITU-T P.56. */
  readonly activeSpeechLevelDbov: number;
  readonly speechActivity: number;
  /** ITU-R BS.1770, EBU R 128; null under the absolute gate. */
  readonly loudnessLufs: number | null;
  readonly truePeakDbtp: number | null;
  /** Of the channel that is clipped most. */
  readonly clippingRatio: number;
  readonly bandwidthHz: number | null;
  /** Cut off like a lossy coding or a lower rate, yet stored at a rate or in a format that could hold more. */
  readonly upsampled: boolean;

  readonly durationSeconds: number;
  readonly sampleRate: number;
  readonly loudnessRangeLu: number;
  readonly clippedRuns: number;
  readonly bandwidthEdgeDb: Bandwidth["edgeDb"] | null;
  readonly speechProbability: number | null;
  readonly speechTraits: SpeechTraits | null;
  readonly contrast: SpeechContrast | null;
  readonly dcOffset: number;
  readonly silence: Silence;
  readonly dropoutCount: number;
  readonly dropoutRatio: number;
  readonly hum: Hum | null;
  readonly channels: ChannelFacts;
}
