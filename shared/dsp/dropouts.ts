import type { Measure } from "./measure.ts";

export interface Dropouts {
  /** Gaps of digital silence in the place of lost packets. */
  readonly count: number;
  /** Share of the signal that they take. */
  readonly ratio: number;
}

const shortestSeconds = 0.005;
const longestSeconds = 0.12;
/**
 * A pause is reached by fading. Beside a lost packet the sound is, against the strongest of the last tenths of a second, at
 * least this loud on the louder and on the quieter side.
 */
const abruptness = { louder: 0.3, quieter: 0.02 };
/**
 * Gaps as long as the closure of a stop consonant, which synthetic voices make of digital silence: there the sound must stay
 * loud for 15 ms on both sides, and not fade towards the gap.
 */
const closure = { fromSeconds: 0.025, shoulder: 0.3, fading: 0.5 };
const edgeSeconds = 0.002;
const shoulderSeconds = 0.015;
const latelySeconds = 0.1;
/** Gaps in what is this faint against the peak so far belong to pauses. */
const faint = 0.03;
/**
 * Lost packets that were filled with zeros: runs of 5 to 120 ms of one unchanging value inside sound, with abrupt edges.
 * Editors' pauses are longer, or fade. Losses that a decoder conceals by repeating or fading are not found.
 */
export class DropoutMeter implements Measure<Dropouts> {
  readonly #shortest: number;
  readonly #longest: number;
  readonly #edge: number;
  readonly #shoulder: number;
  readonly #shortestClosure: number;
  readonly #latelyDecay: number;
  readonly #lately: number;
  #value = Number.NaN;
  #run = 0;
  /** The last 15 ms before the run of equal values that goes on. */
  readonly #recent: Float32Array;
  #recentAt = 0;
  /** Largest magnitude of the last tenth of a second, fading; and of all. */
  #level = 0;
  #peak = 0;
  readonly #gaps: Gap[] = [];
  #count = 0;
  #lost = 0;
  #samples = 0;

  constructor(sampleRate: number) {
    this.#shortest = Math.round(shortestSeconds * sampleRate);
    this.#longest = Math.round(longestSeconds * sampleRate);
    this.#edge = Math.round(edgeSeconds * sampleRate);
    this.#shoulder = Math.round(shoulderSeconds * sampleRate);
    this.#shortestClosure = Math.round(closure.fromSeconds * sampleRate);
    this.#lately = Math.round(latelySeconds * sampleRate);
    this.#latelyDecay = Math.exp(-1 / (latelySeconds * sampleRate));
    this.#recent = new Float32Array(this.#shoulder);
  }

  push(samples: Float32Array): void {
    const decay = this.#latelyDecay;
    const recent = this.#recent;
    let value = this.#value;
    let run = this.#run;
    let level = this.#level;
    let recentAt = this.#recentAt;
    for (let i = 0; i < samples.length; i++) {
      const x = samples[i];
      if (x === value) {
        run++;
        continue;
      }
      if (run >= this.#shortest && run <= this.#longest) {
        this.#gaps.push({
          length: run,
          before: {
            edge: this.#loudestOfLast(this.#edge, recentAt),
            shoulder: this.#loudestOfLast(this.#shoulder, recentAt),
          },
          after: { edge: 0, shoulder: 0 },
          lately: level,
          age: 0,
        });
      }
      const magnitude = Math.abs(x);
      if (this.#gaps.length > 0) this.#judgeGaps(magnitude, run);
      value = x;
      run = 1;
      recent[recentAt] = magnitude;
      recentAt = recentAt + 1 === recent.length ? 0 : recentAt + 1;
      const faded = level * decay;
      level = magnitude > faded ? magnitude : faded;
      if (magnitude > this.#peak) this.#peak = magnitude;
    }
    this.#value = value;
    this.#run = run;
    this.#level = level;
    this.#recentAt = recentAt;
    this.#samples += samples.length;
  }

  result(): Dropouts {
    return { count: this.#count, ratio: this.#lost / Math.max(1, this.#samples) };
  }

  /** A gap is judged when the sound behind it is known for as long as that before it. */
  #judgeGaps(magnitude: number, elapsed: number) {
    for (const gap of this.#gaps) {
      const { after } = gap;
      if (gap.age < this.#edge) after.edge = Math.max(after.edge, magnitude);
      if (gap.age < this.#shoulder) after.shoulder = Math.max(after.shoulder, magnitude);
      gap.lately = Math.max(gap.lately, magnitude);
      gap.age += gap.age === 0 ? 1 : elapsed;
    }
    while (this.#gaps.length > 0 && this.#gaps[0].age > this.#lately)
      this.#judge(this.#gaps.shift()!);
  }

  /** Largest magnitude among the samples that were stored last, `next` being where the next one goes. */
  #loudestOfLast(count: number, next: number): number {
    let most = 0;
    for (let back = 1; back <= count; back++)
      most = Math.max(most, this.#recent[(next - back + this.#shoulder) % this.#shoulder]);
    return most;
  }

  #judge({ length, before, after, lately }: Gap) {
    const isAbrupt =
      Math.max(before.edge, after.edge) > abruptness.louder * lately &&
      Math.min(before.edge, after.edge) > abruptness.quieter * lately;
    const isClosure =
      length >= this.#shortestClosure &&
      (Math.min(before.shoulder, after.shoulder) < closure.shoulder * lately ||
        before.edge < closure.fading * before.shoulder);
    if (!isAbrupt || isClosure || lately < faint * this.#peak) return;
    this.#count++;
    this.#lost += length;
  }
}

interface Gap {
  readonly length: number;
  readonly before: Side;
  readonly after: Side;
  /** Largest magnitude within a tenth of a second. */
  lately: number;
  age: number;
}

/** Largest magnitude within 2 ms and within 15 ms of a gap. */
interface Side {
  edge: number;
  shoulder: number;
}
