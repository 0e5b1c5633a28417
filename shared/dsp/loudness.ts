import { kWeighting, type BiquadCoefficients } from "./k-weighting.ts";

export interface Loudness {
  /** LUFS; −Infinity when no block passes the absolute gate. */
  readonly integratedLufs: number;
  /** Loudness range in LU (EBU Tech 3342); 0 when there is nothing to range over. */
  readonly rangeLu: number;
}

const offset = -0.691;
const absoluteGate = -70;
/** Steps of 100 ms: a gating block (400 ms, 75 % overlap) is four of them, a short-term block (3 s) thirty. */
const stepSeconds = 0.1;
const blockSteps = 4;
const shortTermSteps = 30;

/** Histogram of block loudness, 0.01 LU wide: what gating needs, in memory that does not grow. */
class Histogram {
  readonly #counts = new Float64Array(8500);
  readonly #powers = new Float64Array(8500);

  add(power: number) {
    const loudness = toLoudness(power);
    if (!(loudness >= absoluteGate)) return;
    const bin = Math.min(8499, Math.floor((loudness - absoluteGate) * 100));
    this.#counts[bin]++;
    this.#powers[bin] += power;
  }

  /** Mean power of the blocks that are at least as loud as `gate`; 0 without any. */
  meanPower(gate: number): number {
    let power = 0;
    let count = 0;
    for (let bin = firstBin(gate); bin < 8500; bin++) {
      power += this.#powers[bin];
      count += this.#counts[bin];
    }
    return count === 0 ? 0 : power / count;
  }

  /** Loudness below which `share` of the blocks over `gate` lie. */
  percentile(gate: number, share: number): number {
    const first = firstBin(gate);
    let total = 0;
    for (let bin = first; bin < 8500; bin++) total += this.#counts[bin];
    let left = Math.round((total - 1) * share) + 1;
    let bin = first;
    while (bin < 8499 && (left -= this.#counts[bin]) > 0) bin++;
    return absoluteGate + (bin + 0.5) / 100;
  }
}

const firstBin = (gate: number) => Math.max(0, Math.ceil((gate - absoluteGate) * 100 - 1e-9));
const toLoudness = (power: number) => offset + 10 * Math.log10(power);

/** One K-weighted channel: two biquads in transposed direct form II, and the energy of the step that runs. */
class WeightedChannel {
  readonly #shelf: BiquadCoefficients;
  readonly #highPass: BiquadCoefficients;
  #s1 = 0;
  #s2 = 0;
  #h1 = 0;
  #h2 = 0;

  constructor(sampleRate: number) {
    const { shelf, highPass } = kWeighting(sampleRate);
    this.#shelf = shelf;
    this.#highPass = highPass;
  }

  energy(samples: Float32Array, from: number, to: number): number {
    const { b0, b1, b2, a1, a2 } = this.#shelf;
    const { a1: c1, a2: c2 } = this.#highPass;
    let s1 = this.#s1;
    let s2 = this.#s2;
    let h1 = this.#h1;
    let h2 = this.#h2;
    let energy = 0;
    for (let i = from; i < to; i++) {
      const x = samples[i];
      const y = b0 * x + s1;
      s1 = b1 * x - a1 * y + s2;
      s2 = b2 * x - a2 * y;
      const z = y + h1;
      h1 = -2 * y - c1 * z + h2;
      h2 = y - c2 * z;
      energy += z * z;
    }
    this.#s1 = s1;
    this.#s2 = s2;
    this.#h1 = h1;
    this.#h2 = h2;
    return energy;
  }
}

/**
 * Integrated loudness by ITU-R BS.1770-5 and loudness range by EBU Tech 3342. Channels count with weight 1 (left, right,
 * centre, mono); of more than three, those after the third with 1.41 as surrounds, the fourth of six (LFE) not at all.
 */
export class LoudnessMeter {
  readonly #channels: readonly WeightedChannel[];
  readonly #weights: readonly number[];
  readonly #stepSamples: number;
  readonly #blocks = new Histogram();
  readonly #shortTerm = new Histogram();
  readonly #steps = new Float64Array(shortTermSteps);
  #stepIndex = 0;
  #stepEnergy = 0;
  #stepFilled = 0;

  constructor(sampleRate: number, channels: number) {
    this.#channels = Array.from({ length: channels }, () => new WeightedChannel(sampleRate));
    this.#weights = this.#channels.map((_, i) =>
      channels === 6 && i === 3 ? 0 : i > 2 ? 1.41 : 1,
    );
    this.#stepSamples = Math.round(stepSeconds * sampleRate);
  }

  push(block: readonly Float32Array[]): void {
    const length = block[0]?.length ?? 0;
    for (let from = 0; from < length;) {
      const to = Math.min(length, from + this.#stepSamples - this.#stepFilled);
      block.forEach((samples, i) => {
        this.#stepEnergy += this.#weights[i] * this.#channels[i].energy(samples, from, to);
      });
      this.#stepFilled += to - from;
      from = to;
      if (this.#stepFilled === this.#stepSamples) this.#endStep();
    }
  }

  result(): Loudness {
    const ungated = this.#blocks.meanPower(absoluteGate);
    if (ungated === 0) return { integratedLufs: Number.NEGATIVE_INFINITY, rangeLu: 0 };
    const integratedLufs = toLoudness(this.#blocks.meanPower(toLoudness(ungated) - 10));
    const shortTerm = this.#shortTerm.meanPower(absoluteGate);
    if (shortTerm === 0) return { integratedLufs, rangeLu: 0 };
    const gate = toLoudness(shortTerm) - 20;
    const rangeLu = this.#shortTerm.percentile(gate, 0.95) - this.#shortTerm.percentile(gate, 0.1);
    return { integratedLufs, rangeLu };
  }

  #endStep() {
    this.#steps[this.#stepIndex % shortTermSteps] = this.#stepEnergy / this.#stepSamples;
    this.#stepIndex++;
    this.#stepEnergy = 0;
    this.#stepFilled = 0;
    if (this.#stepIndex >= blockSteps) this.#blocks.add(this.#mean(blockSteps));
    if (this.#stepIndex >= shortTermSteps) this.#shortTerm.add(this.#mean(shortTermSteps));
  }

  #mean(steps: number): number {
    let sum = 0;
    for (let i = 1; i <= steps; i++) sum += this.#steps[(this.#stepIndex - i) % shortTermSteps];
    return sum / steps;
  }
}
