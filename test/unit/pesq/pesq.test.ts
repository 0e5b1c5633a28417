import { beforeAll, describe, expect, test } from "vitest";
import { fc } from "@fast-check/vitest";
import {
  MATCH_THRESHOLD,
  NoSpeechError,
  NonFiniteSampleError,
  PesqArgumentError,
  type PesqOptions,
  type PesqSamples,
  SignalTooLongError,
  SignalTooShortError,
  SilentDegradedError,
  pesq,
  prepareReference,
} from "#shared/pesq/index.ts";
import { fixtures, readSamples } from "./pairs.ts";
import { bursts, late, noise } from "./signals.ts";

const wide = { sampleRate: 16000, mode: "wb" } as const;
const narrow = { sampleRate: 8000, mode: "nb" } as const;

let reference: Int16Array;
let degraded: Int16Array;
let narrowReference: Int16Array;
beforeAll(async () => {
  reference = (await readSamples(`${fixtures}british-16k.flac`)).slice(0, 48_000);
  degraded = (await readSamples(`${fixtures}loss.flac`)).slice(0, 48_000);
  narrowReference = await readSamples(`${fixtures}english-8k.flac`);
});

const floats = (x: Int16Array) => Float32Array.from(x, (sample) => sample / 32_768);

describe("what a score is not changed by", () => {
  test("identical signals have the most that there is", () => {
    expect(pesq(reference, reference, wide).mosLqo).toBeCloseTo(4.643889, 5);
    expect(pesq(reference, reference, { ...wide, mode: "nb" }).mosLqo).toBeCloseTo(4.548638, 5);
    expect(pesq(narrowReference, narrowReference, narrow).raw).toBeCloseTo(4.5, 9);
  });

  test("the format of the samples", () => {
    const score = pesq(reference, degraded, wide);
    expect(pesq(floats(reference), floats(degraded), wide)).toEqual(score);
  });

  test("a common gain, and a gain of one side", () => {
    const score = pesq(reference, degraded, wide).mosLqo;
    fc.assert(
      fc.property(fc.float({ min: Math.fround(0.01), max: 4, noNaN: true }), (gain) => {
        const a = Float32Array.from(reference, (x) => x * gain);
        const b = Float32Array.from(degraded, (x) => x * gain);
        expect(pesq(a, b, wide).mosLqo).toBeCloseTo(score, 2);
        expect(pesq(reference, b, wide).mosLqo).toBeCloseTo(score, 2);
      }),
      { numRuns: 6 },
    );
  });

  test("a delay, which is found to the sample", () => {
    const padded = late(new Int16Array([...reference, ...new Int16Array(8000)]), 0);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6000 }), (delay) => {
        const score = pesq(padded, late(padded, delay), wide);
        expect(score.delaySeconds * 16_000).toBeCloseTo(delay, 6);
        expect(score.mosLqo).toBeGreaterThan(4.55);
      }),
      { numRuns: 6 },
    );
  });

  test("what was scored before it", () => {
    const first = pesq(reference, degraded, wide);
    pesq(narrowReference, narrowReference, narrow);
    pesq(degraded, reference, { ...wide, mode: "nb" });
    pesq(new Int16Array([...reference, ...reference]), degraded, wide);
    expect(() => pesq(reference, new Int16Array(5000), wide)).toThrow(SilentDegradedError);
    expect(pesq(reference, degraded, wide)).toEqual(first);
  });

  test("preparing the reference, also for louder and longer degraded signals", () => {
    const prepared = prepareReference(reference, wide);
    const louder = Float32Array.from(degraded, (x) => x * 3);
    const longer = new Int16Array([...degraded, ...degraded.subarray(0, 9000)]);
    for (const signal of [
      degraded,
      degraded,
      louder,
      degraded,
      longer,
      degraded.subarray(0, 30_000),
    ])
      expect(pesq(prepared, signal, wide)).toEqual(pesq(reference, signal, wide));
  });

  test("the signals themselves are left as they are", () => {
    const before = [reference.slice(), degraded.slice()];
    pesq(reference, degraded, wide);
    expect([reference, degraded]).toEqual(before);
  });
});

describe("what a result says", () => {
  test("where the delay changes", () => {
    const speech = [...reference];
    const changed = Int16Array.from([
      ...speech.slice(0, 24_000),
      ...new Int16Array(640),
      ...speech.slice(24_000),
    ]);
    const { utterances } = pesq(reference, changed, wide);
    expect(utterances.at(0)?.delay).toBeCloseTo(0, 3);
    expect(utterances.at(-1)?.delay).toBeCloseTo(0.04, 3);
    expect(utterances.every((u) => u.confidence > 0 && u.confidence <= 1)).toBe(true);
  });

  test("which parts it aligned again", () => {
    const shifted = Int16Array.from(degraded);
    shifted.set(degraded.subarray(20_000, 24_000), 20_700);
    shifted.set(
      noise(9000).map((x) => x * 3000),
      8000,
    );
    const { badIntervals } = pesq(reference, shifted, wide);
    expect(badIntervals.length).toBeGreaterThan(0);
    for (const { start, end } of badIntervals) expect(end - start).toBeGreaterThanOrEqual(0.08);
  });

  test("whether the two are a pair", async () => {
    const other = (await readSamples(`${fixtures}swedish-16k.flac`)).slice(0, 48_000);
    const pair = pesq(reference, degraded, wide).match;
    expect(pair.isPair).toBe(true);
    expect(pair.correlation).toBeGreaterThan(0.9);
    const strangers = pesq(reference, other, wide).match;
    expect(strangers.isPair).toBe(false);
    expect(strangers.correlation).toBeLessThan(MATCH_THRESHOLD);
  });

  test("common pauses make no pair, and their lack does not hide one", async () => {
    const other = await readSamples(`${fixtures}swedish-16k.flac`);
    for (const pause of [0.5, 3, 6]) {
      const own = twoParts(reference, pause);
      const lossy = twoParts(degraded, pause);
      expect(pesq(own, twoParts(other, pause), wide).match.correlation).toBeLessThan(0.35);
      expect(pesq(own, lossy, wide).match.isPair).toBe(true);
    }
  });

  test("any number of utterances", () => {
    const many = bursts(64, 0.3, 0.3, 8000);
    const { utterances, raw } = pesq(many, many, narrow);
    expect(utterances.length).toBe(64);
    expect(raw).toBeCloseTo(4.5, 6);
  });
});

/** 0.5 s of silence, 0.875 s of a signal, a pause, another 0.875 s of it, 0.5 s of silence. */
function twoParts(signal: Int16Array, pause: number): Int16Array {
  const out = new Int16Array(16_000 * (2.75 + pause));
  out.set(signal.subarray(8000, 22_000), 8000);
  out.set(signal.subarray(22_000, 36_000), 22_000 + 16_000 * pause);
  return out;
}

function withSample(value: number): Float32Array {
  const samples = noise(16_000);
  samples[7] = value;
  return samples;
}

describe("what has no score", () => {
  const cases: [
    string,
    () => [PesqSamples, PesqSamples, PesqOptions],
    new (...a: never[]) => Error,
    string,
  ][] = [
    [
      "a rate",
      () => [reference, degraded, { sampleRate: 44100, mode: "nb" } as never],
      PesqArgumentError,
      "44100",
    ],
    [
      "a mode",
      () => [reference, degraded, { sampleRate: 16000, mode: "fb" } as never],
      PesqArgumentError,
      "fb",
    ],
    [
      "wideband at 8 kHz",
      () => [reference, degraded, { sampleRate: 8000, mode: "wb" }],
      PesqArgumentError,
      "16000",
    ],
    [
      "a short reference",
      () => [reference.subarray(0, 3999), degraded, wide],
      SignalTooShortError,
      "reference",
    ],
    [
      "a short degraded signal",
      () => [reference, degraded.subarray(0, 3999), wide],
      SignalTooShortError,
      "degraded",
    ],
    [
      "an empty signal",
      () => [new Float32Array(), degraded, wide],
      SignalTooShortError,
      "0 samples",
    ],
    [
      "an hour",
      () => [reference, new Int16Array(57_600_000), wide],
      SignalTooLongError,
      "3600.0 s",
    ],
    [
      "a silent reference",
      () => [new Int16Array(16_000), degraded, wide],
      NoSpeechError,
      "no utterance",
    ],
    [
      "two silent signals",
      () => [new Int16Array(16_000), new Int16Array(16_000), wide],
      NoSpeechError,
      "no utterance",
    ],
    [
      "a click for a reference",
      () => [bursts(1, 0.05, 2, 16_000), degraded, wide],
      NoSpeechError,
      "200 ms",
    ],
    [
      "a silent degraded signal",
      () => [reference, new Int16Array(16_000), wide],
      SilentDegradedError,
      "silent",
    ],
    [
      "not-a-number",
      () => [withSample(NaN), degraded, wide],
      NonFiniteSampleError,
      "sample 7 of the reference",
    ],
    [
      "infinity",
      () => [reference, withSample(-Infinity), wide],
      NonFiniteSampleError,
      "sample 7 of the degraded",
    ],
  ];
  test.each(cases)("%s", (_, call, type, words) => {
    const [a, b, options] = call();
    expect(() => pesq(a, b, options)).toThrow(type);
    expect(() => pesq(a, b, options)).toThrow(words);
  });

  test("a reference prepared for another mode", () => {
    const prepared = prepareReference(reference, wide);
    expect(() => pesq(prepared, degraded, { ...wide, mode: "nb" })).toThrow("prepared for wb");
    expect(() => prepareReference(new Int16Array(16_000), wide)).toThrow(NoSpeechError);
  });
});
