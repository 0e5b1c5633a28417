import { describe, expect, test } from "vitest";
import { measureActivity } from "#shared/pesq/activity.ts";
import { findBadIntervals } from "#shared/pesq/bad-intervals.ts";
import { BarkModel } from "#shared/pesq/bark.ts";
import { prepareSide } from "#shared/pesq/front-end.ts";
import { applyGainCurve, decibelsAt } from "#shared/pesq/gain-curve.ts";
import { rawScore, toMosLqo } from "#shared/pesq/score.ts";
import { SIZES } from "#shared/pesq/sizes.ts";
import {
  CENTRE_BARK,
  HEARING_THRESHOLD,
  LEVEL_BAND,
  LOUDNESS_CALIBRATION,
  NARROWBAND_RECEIVE,
  WIDTH_BARK,
} from "#shared/pesq/tables.ts";
import { delayAt } from "#shared/pesq/utterance.ts";
import { Workspace } from "#shared/pesq/workspace.ts";
import { noise, sine } from "./signals.ts";

const ws = new Workspace(16000, 65_536);

describe("gain curves", () => {
  test("are linear in decibels between their points", () => {
    expect(decibelsAt(NARROWBAND_RECEIVE, 325)).toBe(7);
    expect(decibelsAt(NARROWBAND_RECEIVE, 0)).toBe(-200);
    expect(decibelsAt(LEVEL_BAND, 3250)).toBe(0);
  });

  // A tone of a whole number of periods in the transform, so that nothing leaks.
  test.each([
    [1000, 1],
    [250, 10 ** (-8 / 20)],
    [5000, 0],
  ])("scale a tone of %i Hz by %f", (hertz, gain) =>
    ws.scoped(() => {
      const x = sine(16_384, (Math.round((hertz * 16_384) / 16_000) * 16_000) / 16_384, 16_000);
      const at = ws.put(x);
      applyGainCurve(ws, at, at, x.length, NARROWBAND_RECEIVE);
      expect(ws.kernels.peak(at, x.length)).toBeCloseTo(gain, 2);
    }),
  );
});

test("the level of the speech band is set to 1e7", () =>
  ws.scoped(() => {
    const x = sine(20_000, 1000, 16_000);
    const { gain } = prepareSide(ws, "reference", x, 1, x.length + 2 * 4800, "nb");
    // Mean power of the sine, spread over its tail.
    expect(gain).toBeCloseTo(Math.sqrt((1e7 * 2 * (20_000 + 5120)) / 20_000), -1);
  }));

const speech = (runs: [number, number][], windows = 600) => {
  const power = Float64Array.from(noise(windows), (x) => 1 + 0.1 * x);
  for (const [from, to] of runs) power.fill(1e6, from, to);
  return measureActivity(power);
};
const runsOf = ({ log }: { log: Float64Array }) =>
  Array.from(log, (x, w) => (x > 0 && !(log[w - 1] > 0) ? w : -1)).filter((w) => w >= 0);

describe("activity", () => {
  test("finds the runs of speech", () => {
    const { log, power } = speech([
      [100, 200],
      [400, 500],
    ]);
    expect(runsOf({ log })).toEqual([98, 398]);
    expect(log[150]).toBeCloseTo(
      Math.log(
        1e6 /
          speech([
            [100, 200],
            [400, 500],
          ]).threshold,
      ),
      6,
    );
    expect(power[300]).toBe(0);
    expect(power[150]).toBe(1e6);
  });

  test("drops bursts of up to four windows and joins over gaps of up to 50", () => {
    expect(speech([[100, 104]]).power[102]).toBeGreaterThan(0); // nothing else: all is speech
    expect(
      speech([
        [100, 104],
        [300, 400],
      ]).power[102],
    ).toBe(0);
    const joined = speech([
      [100, 200],
      [250, 350],
    ]);
    expect(joined.power[225]).toBe(joined.floor);
    expect(joined.log[225]).toBe(0);
    expect(
      speech([
        [100, 200],
        [251, 351],
      ]).power[225],
    ).toBe(0);
  });

  test("takes even power for speech throughout", () => {
    const { power, log } = measureActivity(new Float64Array(300).fill(5));
    expect(power.slice(1, -1).every((v) => v === 5)).toBe(true);
    expect(power[0]).toBe(0);
    expect(log.every((v) => v >= 0)).toBe(true);
  });

  test("ramps the edges", () => {
    const { power } = speech([[100, 200]]);
    expect([...power.subarray(98, 101)]).toEqual([1e5, 3e5, 1e6]);
    expect([...power.subarray(199, 202)]).toEqual([1e6, 3e5, 1e5]);
  });
});

test("the delay at a sample is that of the last utterance that has begun", () => {
  const base = { end: 0, coarse: 0, confidence: 1 };
  const utterances = [
    { ...base, start: 75, delay: 1 },
    { ...base, start: 200, delay: 2 },
    { ...base, start: 190, delay: 3 },
  ];
  expect([0, 75, 190, 201].map((w) => delayAt(utterances, 64, w * 64))).toEqual([1, 1, 3, 3]);
});

/** Clauses 10.2.6–10.2.10 in plain arithmetic. */
function plainDisturbance(ref: Float32Array, deg: Float32Array): [number, number] {
  let squares = 0;
  let asymmetric = 0;
  let width = 0;
  for (let b = 1; b < 49; b++) {
    const t = HEARING_THRESHOLD[b];
    const z = CENTRE_BARK[b];
    const e = 0.23 * (z < 4 ? Math.min(2, 6 / (z + 2)) : 1) ** 0.15;
    const loud = (p: number) =>
      p > t ? LOUDNESS_CALIBRATION * (t / 0.5) ** e * ((0.5 + (0.5 * p) / t) ** e - 1) : 0;
    const [r, d] = [loud(ref[b]), loud(deg[b])];
    const size = Math.max(0, Math.abs(d - r) - 0.25 * Math.min(r, d)) * WIDTH_BARK[b];
    const ratio = ((deg[b] + 50) / (ref[b] + 50)) ** 1.2;
    squares += size ** 2;
    width += WIDTH_BARK[b];
    if (ratio >= 3) asymmetric += size * Math.min(12, ratio);
  }
  return [Math.sqrt(squares * width), asymmetric];
}

describe("loudness", () => {
  const bark = new BarkModel(ws);
  const rows = ws.zeros(2 * bark.lanes);
  const powers = (values: (b: number) => number) =>
    Float32Array.from({ length: bark.lanes }, (_, b) => (b < 49 ? values(b) : 0));

  test.each([1, 1e3, 1e6, 1e9])("disturbance as its formulas say, powers around %d", (level) => {
    for (let seed = 1; seed < 20; seed++) {
      const [x, y] = [noise(64, seed), noise(64, seed + 100)];
      const ref = powers((b) => level * 10 ** (2 * x[b]));
      const deg = powers((b) => level * 10 ** (2 * y[b]));
      ws.floats(rows, bark.lanes).set(ref);
      ws.floats(rows + 4 * bark.lanes, bark.lanes).set(deg);
      const ours = bark.disturbance(rows, rows + 4 * bark.lanes, 1);
      for (const [k, wanted] of plainDisturbance(ref, deg).entries())
        expect(Math.abs(ours[k] - wanted)).toBeLessThan(2e-6 * (1 + wanted));
    }
  });

  test("a tone is heard in its band and in no other one above it", () =>
    ws.scoped(() => {
      const x = ws.put(sine(512, 1000, 16_000).map((v) => 1000 * v));
      bark.powers(x, rows);
      const heard = ws.floats(rows, 49);
      expect(heard.indexOf(Math.max(...heard))).toBe(CENTRE_BARK.findIndex((z) => z > 8.6) - 1);
      bark.powers(ws.zeros(512), rows);
      expect(bark.audible(rows, 1)).toBe(0);
    }));
});

const bad = (frames: number[]) =>
  findBadIntervals(
    Float64Array.from({ length: 60 }, (_, f) => (frames.includes(f) ? 31 : 30)),
    59,
  ).map(({ start, end }) => [start, end]);

test("bad frames make an interval when five or more stand together, gaps closed", () => {
  expect(bad([10, 11, 12, 13, 14])).toEqual([[10, 15]]);
  expect(bad([10, 11, 13, 14])).toEqual([[10, 15]]);
  expect(bad([10, 11, 12, 13])).toEqual([]);
  expect(bad([0, 1, 2, 3, 4, 5])).toEqual([]);
  expect(bad([50, 51, 52, 53, 54, 55, 56, 57, 58])).toEqual([[50, 57]]);
});

const frames = (count: number, value: (f: number) => number) => ({
  first: 0,
  last: count - 1,
  audible: new Float64Array(count).fill(1e7 - 1e5),
  symmetric: Float64Array.from({ length: count }, (_, f) => value(f)),
  asymmetric: new Float64Array(count),
  badIntervals: [],
  match: 1,
});
const length = (count: number) => count * 256 + 2 * 4800;

describe("score", () => {
  test("mappings of P.862.1 and P.862.2", () => {
    expect(toMosLqo(4.5, "nb")).toBeCloseTo(4.548638, 6);
    expect(toMosLqo(4.5, "wb")).toBeCloseTo(4.643889, 6);
    expect(toMosLqo(-0.5, "nb")).toBeCloseTo(1.0169, 3);
  });

  test("even disturbance comes out as itself, late frames of long clips weigh more", () => {
    expect(
      rawScore(
        frames(200, () => 5),
        length(200),
        SIZES[16000],
      ),
    ).toBeCloseTo(4, 1);
    expect(
      rawScore(
        frames(200, () => 100),
        length(200),
        SIZES[16000],
      ),
    ).toBeCloseTo(0, 0);
    const early = rawScore(
      frames(3000, (f) => (f < 1500 ? 9 : 1)),
      length(3000),
      SIZES[16000],
    );
    const late = rawScore(
      frames(3000, (f) => (f < 1500 ? 1 : 9)),
      length(3000),
      SIZES[16000],
    );
    expect(late).toBeLessThan(early);
  });
});
