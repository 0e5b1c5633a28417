import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { defaultAudioLimits } from "#shared/audio/limits.ts";
import { takeReading } from "#shared/audio/reading.ts";
import { DnsmosError, openDnsmos } from "#shared/dnsmos/dnsmos.ts";
import { meanScores, toOpinionScores, toQualityScore } from "#shared/dnsmos/scores.ts";
import { mostSegments, segmentsOf } from "#shared/dnsmos/segments.ts";
import { meanModel } from "./onnx.ts";
import { runtime } from "./runtime.ts";

const rate = 16_000;
const sha256Of = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
/** Samples that tell where they stand. */
const ramp = (length: number) => Float32Array.from({ length }, (_, i) => i);

describe("segments", () => {
  test.each([
    [0.5, 7], // doubled to 16 s
    [4, 7], // 16 s
    [5, 1], // 10 s
    [9.01, 1],
    [10, 1],
    [11, 2],
    [11.99, 2],
    [60, 51],
  ])("of %f s of sound are %i", (seconds, count) => {
    const segments = [...segmentsOf(ramp(Math.round(seconds * rate)))];
    expect(segments.map(({ length }) => length)).toEqual(Array(count).fill(144_160));
  });

  test("start a second after one another, and repeat what is short", () => {
    const starts = [...segmentsOf(ramp(12 * rate))].map(([first]) => first);
    expect(starts).toEqual([0, rate, 2 * rate]);
    const [short] = segmentsOf(ramp(100_000));
    expect([short[99_999], short[100_000], short[144_159]]).toEqual([99_999, 0, 44_159]);
  });

  test("of an hour are as many as a function has time for, spread over all of it", () => {
    const hour = new Float32Array(3600 * rate);
    const starts = [...segmentsOf(hour)].map(({ byteOffset }) => byteOffset / 4 / rate);
    expect(starts).toHaveLength(mostSegments);
    expect([starts[0], starts.at(-1)]).toEqual([0, 3590]);
    expect(new Set(starts).size).toBe(mostSegments);
  });

  test("of nothing are none", () => {
    expect([...segmentsOf(new Float32Array())]).toEqual([]);
  });
});

describe("opinion scores", () => {
  test("follow the published polynomials", () => {
    // At 0, 1 and 10 a polynomial shows its coefficients.
    expect(toOpinionScores(0, 0, 0)).toEqual({
      sig: 0.0052439,
      bak: -0.39604546,
      ovrl: 0.04602535,
    });
    const { sig, bak, ovrl } = toOpinionScores(10, 10, 10);
    expect(sig).toBeCloseTo(-8.397278 + 12.2083953 + 0.0052439, 10);
    expect(bak).toBeCloseTo(-13.166888 + 16.0915514 - 0.39604546, 10);
    expect(ovrl).toBeCloseTo(-6.766283 + 11.1546468 + 0.04602535, 10);
  });

  test("are averaged after it", () => {
    const scores = [toOpinionScores(1, 1, 1), toOpinionScores(3, 3, 3)];
    expect(meanScores(scores).ovrl).toBeCloseTo((scores[0].ovrl + scores[1].ovrl) / 2, 12);
    expect(meanScores(scores).ovrl).not.toBeCloseTo(toOpinionScores(2, 2, 2).ovrl, 3);
  });

  test("of clean speech become Excellent, and the order of recordings stays", () => {
    expect(toQualityScore(3.3)).toBeCloseTo(4.6, 10);
    expect(toQualityScore(1)).toBe(1);
    expect([toQualityScore(0.9), toQualityScore(3.9)]).toEqual([1, 4.6]);
    expect(toQualityScore(3.2458)).toBeGreaterThan(4.5); // the published clean example
    expect(toQualityScore(1.0889)).toBeLessThan(1.2); // the same in as much babble
  });
});

describe("a model that cannot be used", () => {
  const model = meanModel([1, 1, 1], [0, 0, 0]);

  test("is another file than the published one: the error has both sums and the setting", async () => {
    const opening = openDnsmos(model);
    await expect(opening).rejects.toThrowError(DnsmosError);
    await expect(opening).rejects.toThrowError(
      new RegExp(`${sha256Of(model)}.*269fbebd.*DNSMOS_MODEL_SHA256=${sha256Of(model)}`),
    );
  });

  test("is another file than the configured one", async () => {
    const opening = openDnsmos(model, { sha256: "0".repeat(64) });
    await expect(opening).rejects.toThrowError(/DNSMOS_MODEL_SHA256 is 0000.*put the right file/);
  });

  test("has no runtime: the error says what to install", async () => {
    const opening = openDnsmos(model, { sha256: sha256Of(model), runtime: "onnxruntime-nowhere" });
    await expect(opening).rejects.toThrowError(DnsmosError);
    await expect(opening).rejects.toThrowError(/not installed.*npm install .*onnxruntime-nowhere/);
  });
});

const open = (model: Uint8Array) =>
  openDnsmos(model, { sha256: sha256Of(model), runtime: runtime ?? undefined });

describe.skipIf(runtime === null)("on the ONNX runtime", () => {
  test("each output goes through its own polynomial, and segments are averaged", async () => {
    const dnsmos = await open(meanModel([2, 3, 4], [1, 0.5, 0.25]));
    // Ten seconds of 0.1 and two of 1: the three segments have three means.
    const samples = new Float32Array(12 * rate).fill(0.1).fill(1, 10 * rate);
    const means = [144_160, 144_160, 144_160].map((length, hop) => {
      const loud = Math.max(0, hop * rate + length - 10 * rate);
      return (0.1 * (length - loud) + loud) / length;
    });
    expect(new Set(means).size).toBe(3);
    const expected = meanScores(
      means.map((mean) => toOpinionScores(2 * mean + 1, 3 * mean + 0.5, 4 * mean + 0.25)),
    );
    const scores = await dnsmos.score(samples);
    for (const name of ["sig", "bak", "ovrl"] as const)
      expect(Math.abs(scores[name] - expected[name])).toBeLessThan(1e-4);
    expect(dnsmos.sha256).toMatch(/^[0-9a-f]{64}$/);
    await dnsmos.close();
  });

  test("a file that is no model, and a model of another shape, are told apart", async () => {
    await expect(open(Buffer.from("<html>404</html>"))).rejects.toThrowError(
      /no DNSMOS P.835 model that the ONNX runtime can run/,
    );
    await expect(open(meanModel([1, 1], [0, 0]))).rejects.toThrowError(/answers \[1, 2\]/);
  });
});

/** The published model, and `speech.wav` and `speech_bab_0dB.wav` of the Python package pesq: nothing of them is kept here. */
const { EARMARK_DNSMOS_MODEL: model = "", EARMARK_DNSMOS_SPEECH: folder = "" } = process.env;

describe.skipIf(runtime === null || model === "" || folder === "")("the published model", () => {
  test.each([
    ["speech.wav", { sig: 3.5518, bak: 4.0475, ovrl: 3.2458 }],
    ["speech_bab_0dB.wav", { sig: 1.2047, bak: 1.1683, ovrl: 1.0889 }],
  ])("%s scores as published", async (file, expected) => {
    const dnsmos = await openDnsmos(readFileSync(model), { runtime: runtime ?? undefined });
    const reading = await takeReading(readFileSync(`${folder}/${file}`), {
      limits: defaultAudioLimits,
      resampleTo: 16_000,
    });
    const scores = await dnsmos.score(reading.samples ?? new Float32Array());
    for (const name of ["sig", "bak", "ovrl"] as const)
      expect(Math.abs(scores[name] - expected[name])).toBeLessThan(0.01);
  });
});
