import { isDeepStrictEqual } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import {
  NoSpeechError,
  PesqArgumentError,
  type PesqResult,
  SignalTooShortError,
  pesq,
  prepareReference,
} from "#shared/pesq/index.ts";
import { Workspace } from "#shared/pesq/workspace.ts";
import { fixtures, readSamples } from "./pairs.ts";
import { bursts } from "./signals.ts";

const wide = { sampleRate: 16000, mode: "wb" } as const;

let reference: Int16Array;
let score: PesqResult;
beforeAll(async () => {
  reference = (await readSamples(`${fixtures}british-16k.flac`)).slice(0, 32_000);
  score = pesq(reference, reference, wide);
});

/** What a caller without a type checker may hand over for samples, and what the error says of it. */
const noSamples: [string, () => unknown, string][] = [
  ["a buffer", () => reference.buffer, "an ArrayBuffer"],
  ["an object around the samples", () => ({ samples: reference }), "an Object"],
  ["an object with a length", () => ({ length: 16_000 }), "an Object"],
  ["a list of numbers", () => Array.from(reference), "an Array: convert it by Float32Array.from"],
  [
    "doubles",
    () => Float64Array.from(reference),
    "a Float64Array: convert it by Float32Array.from",
  ],
  ["bytes", () => new Uint8Array(reference.buffer), "a Uint8Array"],
  ["a view of bytes", () => new DataView(reference.buffer), "a DataView"],
  ["a file name", () => "speech.wav", '"speech.wav"'],
  ["a number", () => 16_000, "16000"],
  ["a promise", () => Promise.resolve(reference), "a Promise"],
  ["an object of no class", () => Object.create(null), "an object"],
  ["null", () => null, "null"],
  ["nothing", () => undefined, "undefined"],
];

const noOptions: [string, unknown, string][] = [
  ["nothing", undefined, "options are { sampleRate, mode }, not undefined"],
  ["null", null, "not null"],
  ["a string", "wb", 'not "wb"'],
  ["a rate alone", 16_000, "not 16000"],
  ["no rate", { mode: "wb" }, "not at undefined"],
  ["a rate as a string", { sampleRate: "16000", mode: "wb" }, 'not at "16000"'],
  ["a rate that has no text", { sampleRate: Object.create(null), mode: "wb" }, "not at an object"],
  ["no mode", { sampleRate: 16_000 }, '"nb" or "wb", not undefined'],
  ["a mode that has no JSON", { sampleRate: 16_000, mode: 1n }, '"nb" or "wb", not 1'],
];

/** What a call is refused with; the next correct one must score as ever. */
function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (!isDeepStrictEqual(pesq(reference, reference, wide), score))
      throw new Error("the score after it has changed", { cause: error });
    if (error instanceof PesqArgumentError) return error.message;
    throw error;
  }
  throw new Error("the call was not refused");
}

describe("a mistyped call is refused, and later scores are as before", () => {
  test.each(noSamples)("%s for samples", (_, make, words) => {
    const wrong = make() as never;
    expect(refusal(() => pesq(reference, wrong, wide))).toContain(words);
    expect(refusal(() => pesq(reference, wrong, wide))).toContain("the degraded signal");
    expect(refusal(() => pesq(wrong, reference, wide))).toContain(words);
    expect(refusal(() => prepareReference(wrong, wide))).toContain("the reference signal");
  });

  test.each(noOptions)("%s for options", (_, options, words) => {
    expect(refusal(() => pesq(reference, reference, options as never))).toContain(words);
    expect(refusal(() => prepareReference(reference, options as never))).toContain(words);
  });

  test("a prepared reference in the wrong place", () => {
    const prepared = prepareReference(reference, wide);
    expect(refusal(() => pesq(reference, prepared as never, wide))).toContain(
      "only a reference can be prepared",
    );
    expect(refusal(() => prepareReference(prepared as never, wide))).toContain("prepared already");
  });

  test("samples of another realm are samples", async () => {
    const { runInNewContext } = await import("node:vm");
    const foreign = runInNewContext("Int16Array").from(reference);
    expect(pesq(foreign, reference, wide)).toEqual(score);
  });
});

test.each([Number.NaN, -1, 0.5, Infinity])("a workspace allocates no %s bytes", (bytes) => {
  const ws = new Workspace(16_000, 65_536);
  const before = ws.allocate(0);
  expect(() => ws.allocate(bytes)).toThrow(RangeError);
  expect(ws.allocate(0)).toBe(before);
});

describe("what a reference must have", () => {
  test("the samples it is short of are counted in samples", () => {
    const short = reference.subarray(0, 3999);
    expect(() => pesq(short, reference, wide)).toThrow(SignalTooShortError);
    expect(() => pesq(short, reference, wide)).toThrow(
      "3999 samples, and PESQ needs at least 4000 (0.25 s at 16000 Hz)",
    );
  });

  test("preparing it finds that it has too little speech", () => {
    for (const samples of [bursts(1, 0.05, 2, 16_000), new Int16Array(16_000)])
      expect(() => prepareReference(samples, wide)).toThrow(NoSpeechError);
  });
});
