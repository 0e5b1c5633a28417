import type { Measure } from "./measure.ts";

export interface ActiveLevel {
  /** Level while speech is active, dB relative to a full-scale square wave (dBov); −100 for silence. */
  readonly activeLevelDbov: number;
  /** Level over all time, dBov; −100 for silence. */
  readonly longTermLevelDbov: number;
  /** Share of the time that is active, 0 … 1. */
  readonly activity: number;
}

const timeConstantSeconds = 0.03;
const hangoverSeconds = 0.2;
const marginDb = 15.9;
/** Thresholds 2^−15 … 2^−1 of full scale. */
const thresholds = Float64Array.from({ length: 15 }, (_, j) => 2 ** (j - 15));
const silenceDbov = -100;

/** Threshold `j`; below the lowest and over the highest there is room for everything. */
const bound = (j: number) =>
  j < 0 ? Number.NEGATIVE_INFINITY : j < 15 ? thresholds[j] : Number.POSITIVE_INFINITY;

/** A decaying envelope this faint is that of a silence that has lasted; as a number it is slow to reckon with. */
const nothing = 1e-30;

/**
 * Active speech level and activity factor: ITU-T P.56 (12/2011), clause 6.1, method B.
 *
 * Of each threshold the standard counts the samples at which the envelope is over it, or was within the hangover. That is
 * added up here when the envelope crosses the threshold, not at every sample.
 */
export class ActiveLevelMeter implements Measure<ActiveLevel> {
  readonly #smoothing: number;
  readonly #hangover: number;
  /** Counts of active samples up to the last crossing, which came at sample `#crossed`; −1: none yet. */
  readonly #counted = new Float64Array(15);
  readonly #crossed = new Float64Array(15).fill(-1);
  /** Thresholds that the envelope is over. */
  #above = 0;
  #p = 0;
  #q = 0;
  #samples = 0;
  #energy = 0;

  constructor(sampleRate: number) {
    this.#smoothing = Math.exp(-1 / (sampleRate * timeConstantSeconds));
    this.#hangover = Math.floor(hangoverSeconds * sampleRate + 0.5);
  }

  push(samples: Float32Array): void {
    const g = this.#smoothing;
    let p = this.#p;
    let q = this.#q;
    let energy = 0;
    let lower = bound(this.#above - 1);
    let upper = bound(this.#above);
    for (let i = 0; i < samples.length; i++) {
      const x = Math.abs(samples[i]);
      energy += x * x;
      p = g * p + (1 - g) * x;
      q = g * q + (1 - g) * p;
      if (q < upper && q >= lower) continue;
      this.#cross(q, this.#samples + i);
      lower = bound(this.#above - 1);
      upper = bound(this.#above);
    }
    this.#p = p < nothing ? 0 : p;
    this.#q = q < nothing ? 0 : q;
    this.#energy += energy;
    this.#samples += samples.length;
  }

  #cross(q: number, sample: number) {
    for (; q >= bound(this.#above); this.#above++) this.#count(this.#above, sample);
    for (; q < bound(this.#above - 1); this.#above--) this.#count(this.#above - 1, sample);
  }

  /** To be called while `#above` still tells on which side of the threshold the envelope was. */
  #count(threshold: number, sample: number) {
    this.#counted[threshold] = this.#activeAt(threshold, sample);
    this.#crossed[threshold] = sample;
  }

  /** Samples before `sample` at which threshold `j` found speech. */
  #activeAt(j: number, sample: number): number {
    if (this.#crossed[j] < 0) return 0;
    const since = sample - this.#crossed[j];
    return this.#counted[j] + (j < this.#above ? since : Math.min(since, this.#hangover));
  }

  result(): ActiveLevel {
    const silence = { activeLevelDbov: silenceDbov, longTermLevelDbov: silenceDbov, activity: 0 };
    if (this.#energy === 0) return silence;
    const longTermLevelDbov = 10 * Math.log10(this.#energy / this.#samples);
    const active = thresholds.map((_, j) => this.#activeAt(j, this.#samples));
    const levelAt = (j: number) => 10 * Math.log10(this.#energy / active[j]);
    const marginAt = (j: number) => levelAt(j) - 20 * Math.log10(thresholds[j]);
    let upper = 0;
    while (upper < 15 && active[upper] > 0 && marginAt(upper) > marginDb) upper++;
    if (upper === 0) return { ...silence, longTermLevelDbov };
    if (upper === 15 || active[upper] === 0) {
      // No threshold is as high as the margin asks for: the highest that was reached decides.
      return toResult(levelAt(upper - 1), longTermLevelDbov);
    }
    const a = marginAt(upper - 1) - marginDb;
    const b = marginDb - marginAt(upper);
    const share = a + b === 0 ? 0 : a / (a + b);
    return toResult(
      levelAt(upper - 1) + share * (levelAt(upper) - levelAt(upper - 1)),
      longTermLevelDbov,
    );
  }
}

const toResult = (activeLevelDbov: number, longTermLevelDbov: number): ActiveLevel => ({
  activeLevelDbov,
  longTermLevelDbov,
  activity: Math.min(1, 10 ** ((longTermLevelDbov - activeLevelDbov) / 10)),
});
