import { ActiveLevelMeter } from "#shared/dsp/active-level.ts";
import { BandLevelMeter } from "#shared/dsp/band-levels.ts";
import { BandwidthMeter, type Bandwidth } from "#shared/dsp/bandwidth.ts";
import { ChannelMeter } from "#shared/dsp/channel-facts.ts";
import { ClippingMeter } from "#shared/dsp/clipping.ts";
import { Decimator } from "#shared/dsp/decimator.ts";
import { DropoutMeter } from "#shared/dsp/dropouts.ts";
import { HumMeter } from "#shared/dsp/hum.ts";
import { LoudnessMeter } from "#shared/dsp/loudness.ts";
import { findSilence } from "#shared/dsp/silence.ts";
import { loudLevel, speechContrast } from "#shared/dsp/speech-contrast.ts";
import { speechProbability, speechTraits } from "#shared/dsp/speech-traits.ts";
import { SrmrMeter } from "#shared/dsp/srmr.ts";
import { TruePeakMeter } from "#shared/dsp/true-peak.ts";
import { lowestVoicingRate, VoicingMeter } from "#shared/dsp/voicing.ts";
import { WadaSnrMeter } from "#shared/dsp/wada-snr.ts";
import type { AudioFormat } from "./audio-stream.ts";
import type { DecodedBlock } from "./block.ts";
import { toMono } from "./mono.ts";
import type { Scorecard } from "./scorecard.ts";

/** Speech has nothing over 8 kHz that its measures look at: higher rates are halved while that stays well inside. */
const speechRate = 22_050;

/** Takes every measure of a recording, block by block. */
export class Measures {
  readonly #format: AudioFormat;
  readonly #decimator: Decimator;
  readonly #lowDecimator: Decimator;
  readonly #loudness: LoudnessMeter;
  readonly #channels: ChannelMeter;
  readonly #truePeaks: readonly TruePeakMeter[];
  readonly #clipping: readonly ClippingMeter[];
  readonly #dropouts: DropoutMeter;
  readonly #level: ActiveLevelMeter;
  readonly #snr: WadaSnrMeter;
  readonly #bandwidth: BandwidthMeter;
  readonly #hum: HumMeter;
  readonly #srmr: SrmrMeter;
  readonly #bands: BandLevelMeter;
  readonly #voicing: VoicingMeter;
  #frames = 0;
  #sum = 0;

  constructor(format: AudioFormat) {
    const { sampleRate, channels } = format;
    const each = Array.from({ length: channels });
    this.#format = format;
    this.#decimator = new Decimator(sampleRate, speechRate);
    this.#loudness = new LoudnessMeter(sampleRate, channels);
    this.#channels = new ChannelMeter(channels);
    this.#truePeaks = each.map(() => new TruePeakMeter());
    this.#clipping = each.map(() => new ClippingMeter());
    this.#dropouts = new DropoutMeter(sampleRate);
    this.#snr = new WadaSnrMeter(sampleRate);
    this.#bandwidth = new BandwidthMeter(sampleRate);
    const rate = this.#decimator.sampleRate;
    this.#level = new ActiveLevelMeter(rate);
    this.#lowDecimator = new Decimator(rate, lowestVoicingRate);
    this.#hum = new HumMeter(rate, this.#lowDecimator.sampleRate);
    this.#srmr = new SrmrMeter(rate, false);
    this.#bands = new BandLevelMeter(rate);
    this.#voicing = new VoicingMeter(this.#lowDecimator.sampleRate);
  }

  /** The next block, and the mean of its channels. */
  push(block: DecodedBlock, mono = toMono(block)): void {
    this.#loudness.push(block);
    this.#channels.push(block);
    block.forEach((samples, channel) => {
      this.#truePeaks[channel].push(samples);
      this.#clipping[channel].push(samples);
    });
    this.#sum += sumOf(mono);
    this.#frames += mono.length;
    this.#dropouts.push(mono);
    this.#snr.push(mono);
    this.#bandwidth.push(mono);
    const slow = this.#decimator.push(mono);
    this.#level.push(slow);
    this.#srmr.push(slow);
    this.#bands.push(slow);
    const low = this.#lowDecimator.push(slow);
    this.#hum.push(slow, low);
    this.#voicing.push(low);
  }

  result(): Scorecard {
    const level = this.#level.result();
    const loudness = this.#loudness.result();
    const clipping = this.#clipping
      .map((meter) => meter.result())
      .reduce((a, b) => (b.ratio > a.ratio ? b : a));
    const bandwidth = this.#bandwidth.result();
    const traits = speechTraits(this.#bands, this.#voicing.result());
    const dropouts = this.#dropouts.result();
    return {
      snrDb: this.#snr.result(),
      srmr: this.#srmr.result().normalised,
      activeSpeechLevelDbov: level.activeLevelDbov,
      speechActivity: level.activity,
      loudnessLufs: Number.isFinite(loudness.integratedLufs) ? loudness.integratedLufs : null,
      truePeakDbtp: toDecibels(Math.max(...this.#truePeaks.map((meter) => meter.result()))),
      clippingRatio: clipping.ratio,
      bandwidthHz: bandwidth?.bandwidthHz ?? null,
      upsampled: isUpsampled(this.#format, bandwidth),
      durationSeconds: this.#frames / this.#format.sampleRate,
      sampleRate: this.#format.sampleRate,
      loudnessRangeLu: loudness.rangeLu,
      clippedRuns: clipping.runs,
      bandwidthEdgeDb: bandwidth?.edgeDb ?? null,
      speechProbability: traits && speechProbability(traits),
      speechTraits: traits,
      contrast: speechContrast(this.#bands),
      dcOffset: this.#sum / Math.max(1, this.#frames),
      silence: findSilence(this.#bands, loudLevel(this.#bands)),
      dropoutCount: dropouts.count,
      dropoutRatio: dropouts.ratio,
      hum: this.#hum.result(),
      channels: this.#channels.result(),
    };
  }
}

function sumOf(samples: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i];
  return sum;
}

const toDecibels = (amplitude: number) => (amplitude > 0 ? 20 * Math.log10(amplitude) : null);

/** Lossy coders cut by themselves, down to about two thirds of what the rate allows: only a lower cut is not theirs. */
function isUpsampled({ bitDepth, sampleRate }: AudioFormat, bandwidth: Bandwidth | null): boolean {
  if (!bandwidth?.isBrickWall) return false;
  const isLossy = bitDepth === null;
  return !isLossy || bandwidth.bandwidthHz < 0.4 * (sampleRate / 2);
}
