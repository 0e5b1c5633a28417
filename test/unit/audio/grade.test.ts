import { assert, double, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { grade } from "#shared/audio/grade.ts";
import type { Scorecard } from "#shared/audio/scorecard.ts";

const clean: Scorecard = {
  snrDb: 60,
  srmr: 4,
  activeSpeechLevelDbov: -26,
  speechActivity: 0.8,
  loudnessLufs: -24,
  truePeakDbtp: -4,
  clippingRatio: 0,
  bandwidthHz: 8000,
  upsampled: false,
  durationSeconds: 8,
  sampleRate: 16_000,
  loudnessRangeLu: 5,
  clippedRuns: 0,
  bandwidthEdgeDb: 0,
  speechProbability: 0.97,
  speechTraits: null,
  contrast: {
    activeShare: 0.7,
    noiseDistanceDb: 45,
    strongestFloorDb: 40,
    decayDb: 28,
    noiseFloorDbov: -80,
  },
  dcOffset: 0,
  silence: { leadingSeconds: 0, trailingSeconds: 0, totalSeconds: 1 },
  dropoutCount: 0,
  dropoutRatio: 0,
  hum: null,
  channels: { isDualMono: false, silentChannels: [], isInverted: false },
};
const contrast = (noiseDistanceDb: number, decayDb: number, strongestFloorDb = 40) => ({
  activeShare: 0.7,
  noiseFloorDbov: -60,
  strongestFloorDb,
  noiseDistanceDb,
  decayDb,
});
const score = (card: Partial<Scorecard>) => grade({ ...clean, ...card }).score ?? Number.NaN;

test("a clean recording is excellent, without a word against it", () => {
  expect(grade(clean)).toEqual({ score: 4.6, reasons: [], unratedReason: null });
});

describe("every impairment lowers the score and says so", () => {
  test.each([
    [
      "background noise: speech stands 20 dB over it (WADA-SNR 60 dB)",
      { contrast: contrast(20, 28) },
    ],
    [
      "background tone or hum: the loudest band of speech stands 8 dB over it",
      { contrast: contrast(45, 28, 8) },
    ],
    ["reverberation or smearing: sounds fall only 14 dB in 50 ms", { contrast: contrast(45, 14) }],
    ["clipped: 8.0 % of samples", { clippingRatio: 0.08 }],
    ["dropouts: 12 gaps, 2.0 % of the time", { dropoutCount: 12, dropoutRatio: 0.02 }],
    ["telephone bandwidth: 2.0 kHz", { bandwidthHz: 2000 }],
    ["mains hum: 50 Hz at -10 dB", { hum: { mainsHz: 50, relativeDb: -10 } }],
  ])("%s", (reason, card) => {
    const result = grade({ ...clean, ...card });
    expect(result.reasons).toEqual([reason]);
    expect(result.score).toBeLessThan(3.5);
    expect(result.score).toBeGreaterThanOrEqual(1);
  });

  test("the gravest first", () => {
    const { reasons } = grade({ ...clean, contrast: contrast(30, 28), clippingRatio: 0.3 });
    expect(reasons.map((reason) => reason.split(":")[0])).toEqual(["clipped", "background noise"]);
  });
});

describe("a remark does not lower the score", () => {
  test.each([
    ["very quiet: speech at -67 dBov", { activeSpeechLevelDbov: -67 }],
    ["silent channel: 2", { channels: { ...clean.channels, silentChannels: [1] } }],
    [
      "upsampled: 8.0 kHz of the 24.0 that its sample rate could hold",
      { upsampled: true, sampleRate: 48_000 },
    ],
    ["DC offset: -5 % of full scale", { dcOffset: -0.05 }],
  ])("%s", (remark, card) => {
    expect(grade({ ...clean, ...card })).toEqual({ ...grade(clean), reasons: [remark] });
  });

  test("and comes after what does", () => {
    const { reasons } = grade({ ...clean, activeSpeechLevelDbov: -60, clippingRatio: 0.2 });
    expect(reasons.map((reason) => reason.split(":")[0])).toEqual(["clipped", "very quiet"]);
  });
});

const causes = (noise: number, decay: number) =>
  grade({ ...clean, contrast: contrast(noise, decay) }).reasons.join();

test("sounds that end in noise are not called reverberant, those that ring on are", () => {
  expect(causes(17, 18)).toMatch(/background noise.*noise drowns the ends of sounds: .* 18 dB/);
  expect(causes(16, 7)).toMatch(/reverberation or smearing/);
  expect(causes(40, 14)).toMatch(/^reverberation or smearing/);
});

test("a WADA-SNR at the end of its scale is not told beside noise", () => {
  expect(grade({ ...clean, snrDb: 100, contrast: contrast(20, 28) }).reasons).toEqual([
    "background noise: speech stands 20 dB over it",
  ]);
});

test("two gaps are forgiven, and one more makes no leap", () => {
  const scores = [0, 2, 3, 4, 8].map((count) =>
    score({ dropoutCount: count, dropoutRatio: 0.003 * count }),
  );
  expect(scores.slice(0, 2)).toEqual([4.6, 4.6]);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  expect(scores[2]).toBeGreaterThan(3.5);
  expect(scores[4]).toBeLessThan(3);
});

test("telephone sound is just Good, at whatever rate it is stored and by whatever filter it was cut", () => {
  const scores = [8000, 16_000, 44_100].flatMap((sampleRate) =>
    [3400, 3900, 4400].map((bandwidthHz) => score({ bandwidthHz, sampleRate })),
  );
  expect(Math.min(...scores)).toBeGreaterThanOrEqual(3.5);
  expect(Math.max(...scores) - Math.min(...scores)).toBeLessThan(0.1);
  expect(score({ bandwidthHz: 1900, sampleRate: 4000 })).toBeLessThan(3);
});

/** Two numbers of a range, the smaller first. */
const pair = (min: number, max: number) =>
  tuple(double({ min, max, noNaN: true }), double({ min, max, noNaN: true })).map(
    ([a, b]) => [Math.min(a, b), Math.max(a, b)] as const,
  );

test("the rule is monotone: whatever gets worse, the score does not rise", () => {
  const ranges = [
    pair(0, 60),
    pair(0, 60),
    pair(0, 0.5),
    pair(0, 0.5),
    pair(100, 8000),
    pair(-45, 0),
    pair(0, 60),
  ] as const;
  const rule = property(...ranges, (noise, decay, clipping, dropouts, bandwidth, hum, steady) => {
    const [better, worse] = ([0, 1] as const).map((step) =>
      score({
        contrast: contrast(noise[1 - step], decay[1 - step], steady[1 - step]),
        clippingRatio: clipping[step],
        dropoutCount: 10,
        dropoutRatio: dropouts[step],
        bandwidthHz: bandwidth[1 - step],
        hum: { mainsHz: 50, relativeDb: hum[step] },
      }),
    );
    return worse <= better && worse >= 1 && better <= 4.6;
  });
  expect(() => assert(rule)).not.toThrow();
});

describe("what cannot be rated says why", () => {
  test.each([
    ["silence: every sample is zero", { truePeakDbtp: null }],
    ["silence: every sample has the same value", { contrast: null, speechProbability: null }],
    ["too short: 0.30 s", { durationSeconds: 0.3 }],
    ["silence: -90 dBov", { activeSpeechLevelDbov: -90 }],
    ["no speech found: probability 0.05", { speechProbability: 0.05 }],
    [
      "the channels cancel each other: one is inverted",
      { channels: { isDualMono: false, silentChannels: [], isInverted: true } },
    ],
  ])("%s", (unratedReason, card) => {
    expect(grade({ ...clean, ...card })).toEqual({ score: null, reasons: [], unratedReason });
  });
});
