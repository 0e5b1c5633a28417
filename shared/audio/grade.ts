import { remarks } from "./remarks.ts";
import type { Scorecard } from "./scorecard.ts";

/** A grade that rests on the measures alone: a score on the 1 … 5 scale of MOS-LQO, or why there is none. */
export interface Grade {
  readonly score: number | null;
  /** In words: what lowered the score, the gravest first, then what does not and should be known. */
  readonly reasons: readonly string[];
  readonly unratedReason: string | null;
}

/** The fitted numbers of the rule. Each impairment's factor falls from 1 along a logistic curve. */
export interface GradeParameters {
  /** Distance of speech from the noise between its sounds: half-way point and slope, dB. */
  readonly noiseDb: number;
  readonly noiseSlopeDb: number;
  /** Depth of decays: half-way point and slope, dB. */
  readonly decayDb: number;
  readonly decaySlopeDb: number;
  /** Share of lost sound, beyond the gaps that are forgiven, that halves the factor. */
  readonly dropoutRatio: number;
  /** Bandwidth at the half-way point, and slope in octaves. */
  readonly bandwidthHz: number;
  readonly bandwidthSlopeOctaves: number;
}

/** Fitted to the wideband PESQ of known degradations; README.md tells how, and how well. */
export const gradeParameters: GradeParameters = {
  noiseDb: 32,
  noiseSlopeDb: 2.8,
  decayDb: 20.4,
  decaySlopeDb: 3.1,
  dropoutRatio: 0.0146,
  bandwidthHz: 4300,
  bandwidthSlopeOctaves: 0.2,
};

/** Wideband MOS-LQO of a flawless pair is 4.64; without a pair slightly less is claimed. */
const best = 4.6;
/** From here on nothing is lost: what clean studio speech reaches in any voice. */
const clean = { noiseDb: 34, steadyDb: 22, decayDb: 24, bandwidthHz: 6800, humDb: -25 };
/**
 * From 3 kHz on a narrow band costs no more than this, whatever rate it is stored at: plain telephone sound and low-passes
 * reach a wideband PESQ of 2.8 to 4.3. Below the factor falls in proportion.
 */
const telephone = { fromHz: 3000, factor: 0.72 };
/** A tone 20 dB under the speech leaves 14 to 18 dB between the loudest bands; clean speech has 23 and more. */
const steadyHalfDb = 18;
const drowningNoiseDb = 25;
const clippingHalf = 0.05;
/** So many gaps may be stop consonants of a synthetic voice, or silence that a codec made: only those beyond count. */
const forgivenGaps = 2;
const humHalfDb = -13;
const least = { seconds: 0.5, speechProbability: 0.3, levelDbov: -70 };

/**
 * Grades a recording. The score is 1 + 3.6 · the product of one factor an impairment, each between 0 and 1 and
 * falling with the impairment: so the rule is monotone, and no virtue makes up for a fault.
 */
export function grade(card: Scorecard, parameters = gradeParameters): Grade {
  const unratedReason = whyUnrated(card);
  if (unratedReason !== null) return { score: null, reasons: [], unratedReason };
  const found = impairments(card, parameters);
  const score = 1 + (best - 1) * found.reduce((product, { factor }) => product * factor, 1);
  const reasons = found
    .filter(({ factor }) => factor < 0.9)
    .toSorted((a, b) => a.factor - b.factor)
    .map(({ reason }) => reason);
  return { score, reasons: [...reasons, ...remarks(card)], unratedReason: null };
}

function whyUnrated(card: Scorecard): string | null {
  const { durationSeconds, activeSpeechLevelDbov, speechProbability, contrast } = card;
  if (card.truePeakDbtp === null) return "silence: every sample is zero";
  if (durationSeconds < least.seconds) return `too short: ${durationSeconds.toFixed(2)} s`;
  if (card.channels.isInverted) return "the channels cancel each other: one is inverted";
  if (activeSpeechLevelDbov < least.levelDbov)
    return `silence: ${activeSpeechLevelDbov.toFixed(0)} dBov`;
  if (contrast === null) return "silence: every sample has the same value";
  if (speechProbability === null) return "too short to find speech in";
  if (speechProbability < least.speechProbability)
    return `no speech found: probability ${speechProbability.toFixed(2)}`;
  return null;
}

interface Impairment {
  readonly factor: number;
  readonly reason: string;
}

/** What lowers a grade: a factor for each impairment, and its name for a person. */
export function impairments(card: Scorecard, p = gradeParameters): Impairment[] {
  const { contrast, clippingRatio, dropoutRatio, hum } = card;
  const noiseDb = contrast?.noiseDistanceDb ?? 0;
  const steadyDb = contrast?.strongestFloorDb ?? 0;
  const decayDb = contrast?.decayDb ?? 0;
  const bandwidthHz = card.bandwidthHz ?? 0;
  const lost = dropoutRatio * Math.max(0, 1 - forgivenGaps / Math.max(1, card.dropoutCount));
  return [
    background(
      falling(noiseDb - p.noiseDb, clean.noiseDb - p.noiseDb, p.noiseSlopeDb),
      noiseDb,
      falling(steadyDb - steadyHalfDb, clean.steadyDb - steadyHalfDb, 2),
      steadyDb,
      snrText(card),
    ),
    {
      factor: falling(decayDb - p.decayDb, clean.decayDb - p.decayDb, p.decaySlopeDb),
      reason: `${decayCause(noiseDb, decayDb)}: sounds fall only ${decayDb.toFixed(0)} dB in 50 ms`,
    },
    {
      factor: 1 / (1 + (clippingRatio / clippingHalf) ** 1.5),
      reason: `clipped: ${percent(clippingRatio)} of samples`,
    },
    {
      factor: 1 / (1 + lost / p.dropoutRatio),
      reason: `dropouts: ${card.dropoutCount} gaps, ${percent(dropoutRatio)} of the time`,
    },
    {
      factor: bandwidthFactor(bandwidthHz, p),
      reason: `${bandwidthHz < 5000 ? "telephone" : "limited"} bandwidth: ${(bandwidthHz / 1000).toFixed(1)} kHz`,
    },
    {
      factor: hum ? falling(humHalfDb - hum.relativeDb, humHalfDb - clean.humDb, 2) : 1,
      reason: `mains hum: ${hum?.mainsHz} Hz at ${hum?.relativeDb.toFixed(0)} dB`,
    },
  ];
}

/** A logistic curve in x that is brought to 1 at `full`, and stays there. */
const falling = (x: number, full: number, slope: number) =>
  Math.min(1, (1 + Math.exp(-full / slope)) / (1 + Math.exp(-x / slope)));

/** What sounds between the words, over all bands or in the loudest: the worse of the two counts, for it is one sound. */
function background(
  noiseFactor: number,
  noiseDb: number,
  steadyFactor: number,
  steadyDb: number,
  snr: string,
): Impairment {
  return noiseFactor <= steadyFactor
    ? {
        factor: noiseFactor,
        reason: `background noise: speech stands ${noiseDb.toFixed(0)} dB over it${snr}`,
      }
    : {
        factor: steadyFactor,
        reason: `background tone or hum: the loudest band of speech stands ${steadyDb.toFixed(0)} dB over it`,
      };
}

function bandwidthFactor(bandwidthHz: number, p: GradeParameters): number {
  const octaves = (hertz: number) => Math.log2(hertz / p.bandwidthHz);
  return Math.max(
    falling(octaves(bandwidthHz), octaves(clean.bandwidthHz), p.bandwidthSlopeOctaves),
    telephone.factor * Math.min(1, bandwidthHz / telephone.fromHz),
  );
}

/** No sound can be heard to fall further than into the noise: where both are alike, the noise is to blame. */
const decayCause = (noiseDb: number, decayDb: number) =>
  noiseDb < drowningNoiseDb && decayDb > noiseDb - 3
    ? "noise drowns the ends of sounds"
    : "reverberation or smearing";

/** WADA-SNR ends at 100 dB: there it knows nothing of the noise. */
const snrText = ({ snrDb }: Scorecard) =>
  snrDb === null || snrDb > 99 ? "" : ` (WADA-SNR ${snrDb.toFixed(0)} dB)`;

const percent = (share: number) => `${(share * 100).toFixed(share < 0.01 ? 2 : 1)} %`;
