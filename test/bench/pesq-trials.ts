import type { PesqOptions } from "#shared/pesq/index.ts";
import { type Pair, readPair, readPairs } from "../unit/pesq/pairs.ts";
import { late, noise } from "../unit/pesq/signals.ts";

/** Two signals of which it is known whether they are a pair. */
export interface Trial {
  readonly related: boolean;
  readonly family: string;
  readonly name: string;
  readonly reference: Int16Array;
  readonly degraded: Int16Array;
  readonly options: PesqOptions;
}

interface Loaded {
  readonly pair: Pair;
  readonly reference: Int16Array;
  readonly degraded: Int16Array;
}

/** Pairs of the vectors that are none, or of which one side is no speech. */
const NO_PAIR = /unrelated|only|near silence|all zero/;
/** References that are too short or too quiet to make others of. */
const ODD_REFERENCE = /short|zero|quiet|odd|_\d+s/;

/** The true and the unrelated pairs that the threshold of `match` is chosen on. */
export async function* makeTrials(folder: string): AsyncGenerator<Trial> {
  for (const rate of [16_000, 8000] as const) {
    const pairs: Loaded[] = [];
    for (const pair of await readPairs(folder))
      if (pair.rate === rate) pairs.push({ pair, ...(await readPair(folder, pair)) });
    const modes = rate === 8000 ? (["nb"] as const) : (["nb", "wb"] as const);
    for (const mode of modes)
      for (const trial of trialsOf(pairs))
        yield { ...trial, options: { sampleRate: rate, mode }, name: `${trial.name} ${mode}` };
  }
}

type Unscored = Omit<Trial, "options">;

function* trialsOf(pairs: readonly Loaded[]): Generator<Unscored> {
  const { rate } = pairs[0].pair;
  for (const { pair, reference, degraded } of pairs)
    if (!NO_PAIR.test(pair.degradation) && !/zero/.test(pair.reference))
      yield { related: true, family: "vectors", name: pair.id, reference, degraded };
  const usual = pairs.filter(({ pair }) => !ODD_REFERENCE.test(pair.reference));
  yield* crossed(usual);
  const speakers = [...new Map(usual.map((one) => [one.pair.reference, one.reference])).entries()];
  for (const [k, [name, own]] of speakers.entries()) {
    // The next one has another voice, the fifth mostly the same.
    const [otherName, other] = speakers[(k + (k % 2 ? 1 : 4)) % speakers.length];
    const label = `${name} ${otherName}`;
    yield* versions("same pauses", label, own, gate(other, own, rate), rate);
    for (const pause of [0.25, 1, 3, 6])
      yield* versions(
        `two parts, ${pause} s between`,
        label,
        twoParts(own, pause, 0.875, rate),
        twoParts(other, pause, 0.875, rate),
        rate,
      );
    for (const seconds of [0.3, 0.5, 1, 2])
      yield* versions(
        `one part of ${seconds} s`,
        label,
        twoParts(own, 0, seconds / 2, rate),
        twoParts(other, 0, seconds / 2, rate),
        rate,
      );
  }
}

/** Each reference against the degraded versions of others. */
function* crossed(pairs: readonly Loaded[]): Generator<Unscored> {
  for (const [k, { pair, reference }] of pairs.entries())
    for (const step of [5, 11, 17, 24, 31]) {
      const other = pairs[(k + step) % pairs.length];
      if (other.pair.reference === pair.reference) continue;
      if (/only|near silence|all zero/.test(other.pair.degradation)) continue;
      const name = `${pair.reference} ${other.pair.id}`;
      const { degraded } = other;
      yield { related: false, family: "crossed", name, reference, degraded };
    }
}

/** A signal and a stranger to it, each as it is, in noise, clipped and late. */
function* versions(
  family: string,
  name: string,
  own: Int16Array,
  stranger: Int16Array,
  rate: number,
): Generator<Unscored> {
  for (const [kind, change] of Object.entries(changes(rate)))
    for (const [related, signal] of [
      [true, own],
      [false, stranger],
    ] as const)
      yield {
        related,
        family,
        name: `${name} ${kind}`,
        reference: own,
        degraded: change(signal),
      };
}

const changes = (rate: number): Record<string, (x: Int16Array) => Int16Array> => ({
  clean: (x) => x,
  "noise 10 dB": (x) => withNoise(x, 10),
  "noise 0 dB": (x) => withNoise(x, 0),
  clipped: (x) => clipped(x, 0.1),
  late: (x) => late(x, Math.round(0.07 * rate)),
});

/** White noise at a ratio to the active part of a signal. */
function withNoise(x: Int16Array, decibels: number): Int16Array {
  const active = x.filter((value) => value !== 0);
  const power = active.reduce((sum, value) => sum + value * value, 0) / Math.max(1, active.length);
  const scale = Math.sqrt((3 * power) / 10 ** (decibels / 10));
  const added = noise(x.length);
  return x.map((value, i) =>
    Math.max(-32_768, Math.min(32_767, Math.round(value + scale * added[i]))),
  );
}

function clipped(x: Int16Array, share: number): Int16Array {
  const limit = share * x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return x.map((value) => Math.round(Math.max(-limit, Math.min(limit, value)) / share / 2));
}

/** A signal with digital silence wherever another has some for 20 ms or more. */
function gate(x: Int16Array, by: Int16Array, rate: number): Int16Array {
  const hop = 0.02 * rate;
  const out = new Int16Array(by.length);
  const speech = withoutPauses(x, hop);
  for (let at = 0; at < by.length; at += hop)
    for (let i = at; i < Math.min(at + hop, by.length); i++)
      if (isHeard(by.subarray(at, at + hop))) out[i] = speech[i % speech.length];
  return out;
}

/** Half a second of silence, a part of the speech, a pause, another part, half a second of silence. */
function twoParts(x: Int16Array, pause: number, part: number, rate: number): Int16Array {
  const speech = withoutPauses(x, 0.02 * rate);
  const length = Math.round(part * rate);
  const lead = pause > 0 ? rate / 2 : 0;
  const second = lead + length + Math.round(pause * rate);
  const out = new Int16Array(second + length + lead);
  const from = Math.floor(speech.length / 3);
  out.set(speech.subarray(from, from + length), lead);
  out.set(speech.subarray(from + length, from + 2 * length), second);
  return out;
}

const isHeard = (part: Int16Array) => part.some((value) => Math.abs(value) > 30);

function withoutPauses(x: Int16Array, hop: number): Int16Array {
  const out = new Int16Array(x.length);
  let length = 0;
  for (let at = 0; at + hop <= x.length; at += hop) {
    const part = x.subarray(at, at + hop);
    if (!isHeard(part)) continue;
    out.set(part, length);
    length += hop;
  }
  return out.subarray(0, length);
}
