import { kWeighting } from "./k-weighting.ts";
import { block, chunkSamples, first, kernels, second } from "./kernels.ts";

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

/** Places in the numbers that the filter's kernel takes: coefficients, states and energies, two channels side by side. */
const statesAt = 8;
const energiesAt = 16;
/** States this faint are those of a silence that has lasted: left to themselves they become numbers that are slow to reckon with. */
const nothing = 1e-30;

/** One or two K-weighted channels. */
class WeightedPair {
  readonly #numbers = new Float64Array(18);

  constructor(sampleRate: number) {
    const { shelf, highPass } = kWeighting(sampleRate);
    const { b0, b1, b2, a1, a2 } = shelf;
    this.#numbers.set([b0, b1, b2, a1, a2, highPass.a1, highPass.a2]);
  }

  /** Adds to the energies. */
  push(left: Float32Array, right: Float32Array | undefined, from: number, to: number) {
    const numbers = this.#numbers;
    for (let at = from; at < to; at += chunkSamples) {
      const end = Math.min(to, at + chunkSamples);
      first.view.set(left.subarray(at, end));
      if (right) second.view.set(right.subarray(at, end));
      block.view.set(numbers);
      kernels.kWeight(first.at, right ? second.at : first.at, end - at, block.at);
      for (let i = statesAt; i < numbers.length; i++) {
        const value = block.view[i];
        numbers[i] = Math.abs(value) < nothing ? 0 : value;
      }
    }
  }

  /** Energy of either channel since the last time. */
  take(): [number, number] {
    const numbers = this.#numbers;
    const energies: [number, number] = [numbers[energiesAt], numbers[energiesAt + 1]];
    numbers.fill(0, energiesAt);
    return energies;
  }
}

/**
 * Integrated loudness by ITU-R BS.1770-5 and loudness range by EBU Tech 3342. Channels count with weight 1 (left, right,
 * centre, mono); of more than three, those after the third with 1.41 as surrounds, the fourth of six (LFE) not at all.
 */
export class LoudnessMeter {
  readonly #pairs: readonly WeightedPair[];
  readonly #weights: readonly number[];
  readonly #stepSamples: number;
  readonly #blocks = new Histogram();
  readonly #shortTerm = new Histogram();
  readonly #steps = new Float64Array(shortTermSteps);
  #stepIndex = 0;
  #stepFilled = 0;

  constructor(sampleRate: number, channels: number) {
    this.#pairs = Array.from(
      { length: Math.ceil(channels / 2) },
      () => new WeightedPair(sampleRate),
    );
    this.#weights = Array.from({ length: channels }, (_, i) =>
      channels === 6 && i === 3 ? 0 : i > 2 ? 1.41 : 1,
    );
    this.#stepSamples = Math.round(stepSeconds * sampleRate);
  }

  push(channels: readonly Float32Array[]): void {
    const length = channels[0]?.length ?? 0;
    for (let from = 0; from < length;) {
      const to = Math.min(length, from + this.#stepSamples - this.#stepFilled);
      this.#pairs.forEach((pair, i) => pair.push(channels[2 * i], channels[2 * i + 1], from, to));
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
    const energies = this.#pairs.flatMap((pair) => pair.take());
    const energy = this.#weights.reduce((sum, weight, i) => sum + weight * energies[i], 0);
    this.#steps[this.#stepIndex % shortTermSteps] = energy / this.#stepSamples;
    this.#stepIndex++;
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
