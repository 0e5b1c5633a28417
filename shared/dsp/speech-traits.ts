import type { BandLevels } from "./band-levels.ts";
import { planFft } from "./fft.ts";
import { percentile } from "./percentile.ts";
import { loudLevel, toPower } from "./speech-contrast.ts";
import type { VoicingTrack } from "./voicing.ts";

/** What tells speech from other sounds. */
export interface SpeechTraits {
  /** Share of the level's modulation (0.8 … 16 Hz) that is at the rate of syllables, 2.3 … 8 Hz. */
  readonly syllabicShare: number;
  /** Depth of that level's modulation, dB (standard deviation, at most 40 dB under the loud frames). */
  readonly modulationDb: number;
  /** Share of the active frames that are voiced, at a pitch that voices have. */
  readonly voicedShare: number;
  /** Share of the frames with a pitch that have one over any voice. */
  readonly highPitchShare: number;
  /** Median movement of the pitch from one voiced frame to the next (20 ms), semitones. */
  readonly glideSemitones: number;
  /** How much the balance of high to low frequencies changes: vowels against consonants, dB (standard deviation). */
  readonly alternationDb: number;
}

const stretchFrames = 600;
/** Women and children speak at up to this pitch. */
const highestVoiceHz = 450;
const rangeDb = 40;
const activeRangeDb = 30;
const windowFrames = 256;
const voicedPeriodicity = 0.6;
/** Bands of 300 … 900 Hz and of 1.7 … 3.6 kHz: telephone speech has both. */
const low = { from: 3, to: 7 };
const high = { from: 10, to: 14 };

/**
 * Traits of the speech in a recording: of stretches of 6 s, half overlapped, those of the one that a tenth of the others are
 * more like speech than; so that speech is found beside music or tones. Null for less than 0.6 s, and for silence.
 */
export function speechTraits(levels: BandLevels, voicing: VoicingTrack): SpeechTraits | null {
  const found: SpeechTraits[] = [];
  for (
    let from = 0;
    from === 0 || from + stretchFrames / 2 < levels.frames;
    from += stretchFrames / 2
  ) {
    const traits = traitsOf(stretch(levels, from), (i) => i + from / 2, voicing);
    if (traits) found.push(traits);
  }
  const sorted = found.toSorted((a, b) => speechProbability(b) - speechProbability(a));
  return sorted[Math.floor(sorted.length / 10)] ?? null;
}

function stretch(levels: BandLevels, from: number): BandLevels {
  return {
    bands: levels.bands,
    frames: Math.min(stretchFrames, levels.frames - from),
    level: (frame, band) => levels.level(from + frame, band),
    total: (frame) => levels.total(from + frame),
    isFlat: (frame) => levels.isFlat(from + frame),
  };
}

function traitsOf(
  levels: BandLevels,
  at: (i: number) => number,
  voicing: VoicingTrack,
): SpeechTraits | null {
  const loud = loudLevel(levels);
  if (loud === null || levels.frames < 60) return null;
  const contour = Float64Array.from({ length: levels.frames }, (_, t) =>
    Math.max(levels.total(t), loud - rangeDb),
  );
  const active = (t: number) => levels.total(t) > loud - activeRangeDb;
  const balance: number[] = [];
  for (let t = 0; t < levels.frames; t++) {
    if (active(t)) balance.push(bandMean(levels, t, high) - bandMean(levels, t, low));
  }
  const { share, deviation } = modulation(contour);
  return {
    syllabicShare: share,
    modulationDb: deviation,
    alternationDb: standardDeviation(balance),
    ...pitchTraits(levels.frames, at, voicing, active),
  };
}

function pitchTraits(
  frames: number,
  at: (i: number) => number,
  { periodicity, pitchHz }: VoicingTrack,
  active: (frame: number) => boolean,
) {
  let activeFrames = 0;
  let voicedFrames = 0;
  let highFrames = 0;
  const glides: number[] = [];
  for (let k = 0; 2 * k < frames; k++) {
    const i = at(k);
    if (i >= periodicity.length) break;
    if (!active(2 * k)) continue;
    activeFrames++;
    if (periodicity[i] < voicedPeriodicity) continue;
    if (pitchHz[i] > highestVoiceHz) {
      highFrames++;
      continue;
    }
    voicedFrames++;
    const glide =
      i > 0 && periodicity[i - 1] >= voicedPeriodicity && pitchHz[i - 1] <= highestVoiceHz
        ? 12 * Math.abs(Math.log2(pitchHz[i] / pitchHz[i - 1]))
        : Number.NaN;
    // Larger steps are octave errors or new notes.
    if (glide < 3) glides.push(glide);
  }
  return {
    voicedShare: voicedFrames / Math.max(1, activeFrames),
    highPitchShare: highFrames / Math.max(1, voicedFrames + highFrames),
    glideSemitones: glides.length < 5 ? 0 : percentile(glides, 0.5),
  };
}

/** Modulation spectrum of the level contour in windows of 2.56 s, half overlapped; the last is padded with its mean. */
function modulation(contour: Float64Array): { share: number; deviation: number } {
  const fft = planFft(windowFrames);
  const re = new Float64Array(windowFrames);
  const im = new Float64Array(windowFrames);
  let syllabic = 0;
  let all = 0;
  for (
    let start = 0;
    start === 0 || start + windowFrames / 2 < contour.length;
    start += windowFrames / 2
  ) {
    const part = contour.subarray(start, start + windowFrames);
    const mean = part.reduce((sum, value) => sum + value, 0) / part.length;
    re.fill(0);
    im.fill(0);
    part.forEach((value, i) => {
      re[i] = (value - mean) * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / part.length));
    });
    fft.forward(re, im);
    for (let k = 2; k <= 41; k++) {
      const power = re[k] * re[k] + im[k] * im[k];
      all += power;
      if (k >= 6 && k <= 20) syllabic += power;
    }
  }
  return { share: all > 0 ? syllabic / all : 0, deviation: standardDeviation(contour) };
}

function bandMean(
  levels: BandLevels,
  frame: number,
  { from, to }: { from: number; to: number },
): number {
  let power = 0;
  for (let band = from; band < to; band++) power += toPower(levels.level(frame, band));
  return 10 * Math.log10(power + 1e-13);
}

function standardDeviation(values: ArrayLike<number>): number {
  if (values.length === 0) return 0;
  const list = Float64Array.from(values);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  return Math.sqrt(list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length);
}

/** Evidence of a trait: 0 at `none`, 1 at `full` and beyond. */
const evidence = (value: number, none: number, full: number) =>
  Math.max(0, Math.min(1, (value - none) / (full - none)));

/**
 * How likely there is speech, 0 … 1: a weighing of the traits, set by hand. A gliding pitch weighs most, for instruments
 * hold theirs. Three things speech never lacks: modulation at the rate of syllables and sounds of unlike colour, more of
 * both where nothing is unvoiced; and a pitch within the range of voices.
 */
export function speechProbability(traits: SpeechTraits): number {
  const weight =
    6 * evidence(traits.glideSemitones, 0, 0.12) +
    3 * evidence(traits.voicedShare, 0, 0.2) +
    2.5 * evidence(traits.alternationDb, 1.5, 5.5) +
    1.5 * evidence(traits.modulationDb, 0, 4);
  const pitchedShare = traits.voicedShare / Math.max(1e-9, 1 - traits.highPitchShare);
  const unbroken = evidence(pitchedShare, 0.9, 1);
  const atLeast = (value: number, none: number, range: number) =>
    evidence(value, none, none + range);
  const modulated = atLeast(traits.modulationDb * traits.syllabicShare, 1.4 * unbroken, 0.4);
  const coloured = atLeast(traits.alternationDb, 2.5 + 1.5 * unbroken, 1);
  const inRange = 1 - evidence(traits.highPitchShare, 0.4, 0.6);
  return (modulated * inRange * coloured) / (1 + Math.exp(8.3 - weight));
}
