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

/** Active speech level and activity factor: ITU-T P.56 (12/2011), clause 6.1, method B. */
export class ActiveLevelMeter implements Measure<ActiveLevel> {
  readonly #smoothing: number;
  readonly #hangover: number;
  readonly #active = new Float64Array(15);
  readonly #sinceAbove: Float64Array;
  #p = 0;
  #q = 0;
  #samples = 0;
  #energy = 0;

  constructor(sampleRate: number) {
    this.#smoothing = Math.exp(-1 / (sampleRate * timeConstantSeconds));
    this.#hangover = Math.floor(hangoverSeconds * sampleRate + 0.5);
    this.#sinceAbove = new Float64Array(15).fill(this.#hangover);
  }

  push(samples: Float32Array): void {
    const g = this.#smoothing;
    const hangover = this.#hangover;
    const active = this.#active;
    const since = this.#sinceAbove;
    let p = this.#p;
    let q = this.#q;
    let energy = 0;
    for (let i = 0; i < samples.length; i++) {
      const x = Math.abs(samples[i]);
      energy += x * x;
      p = g * p + (1 - g) * x;
      q = g * q + (1 - g) * p;
      // Thresholds rise, and a higher one is never active longer than a lower one.
      for (let j = 0; j < 15; j++) {
        if (q >= thresholds[j]) since[j] = 0;
        else if (since[j] < hangover) since[j]++;
        else break;
        active[j]++;
      }
    }
    this.#p = p;
    this.#q = q;
    this.#energy += energy;
    this.#samples += samples.length;
  }

  result(): ActiveLevel {
    const silence = { activeLevelDbov: silenceDbov, longTermLevelDbov: silenceDbov, activity: 0 };
    if (this.#energy === 0) return silence;
    const longTermLevelDbov = 10 * Math.log10(this.#energy / this.#samples);
    const levelAt = (j: number) => 10 * Math.log10(this.#energy / this.#active[j]);
    const marginAt = (j: number) => levelAt(j) - 20 * Math.log10(thresholds[j]);
    let upper = 0;
    while (upper < 15 && this.#active[upper] > 0 && marginAt(upper) > marginDb) upper++;
    if (upper === 0) return { ...silence, longTermLevelDbov };
    if (upper === 15 || this.#active[upper] === 0) {
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
