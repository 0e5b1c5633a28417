import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { align } from "#shared/pesq/alignment.ts";
import { findPeak, prepareSide } from "#shared/pesq/front-end.ts";
import type { PesqMode } from "#shared/pesq/index.ts";
import { perceive } from "#shared/pesq/model.ts";
import { SIZES } from "#shared/pesq/sizes.ts";
import { withWorkspace } from "#shared/pesq/workspace.ts";
import { readPair, readPairs, vectors } from "./pairs.ts";

/** Values inside the reference code, of `stages/ID.json` beside the vectors. */
interface Stages {
  readonly stage1_levelAlignment: { referenceGain: number; degradedGain: number };
  readonly stage4_vad: Record<
    "referenceActive" | "degradedActive" | "referenceLogSum" | "degradedLogSum",
    number
  >;
  readonly stage5_alignment: Record<
    "startWindow" | "endWindow" | "delaySamples" | "confidence",
    number[]
  >;
  readonly stage6_frames: {
    firstFrame: number;
    lastFrame: number;
    referenceAudiblePower: number[];
    D: number[];
    badIntervalStartFrame?: number[];
    badIntervalStopFrame?: number[];
    badIntervalDelaySamples?: number[];
  };
}

const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
const speechWindows = (power: Float64Array) => power.filter((v) => v > 0).length;

describe.skipIf(!vectors)("values inside the reference code", () => {
  test.each(["dev-001", "dev-036", "dev-070", "dev-104", "dev-112"])("%s", async (id) => {
    const folder = vectors ?? "";
    const stages: Partial<Record<PesqMode, Stages>> = JSON.parse(
      await readFile(join(folder, "stages", `${id}.json`), "utf8"),
    );
    const pair = (await readPairs(folder)).find((p) => p.id === id);
    if (!pair) throw new Error(`${id} is not in the manifest`);
    const { reference, degraded } = await readPair(folder, pair);
    expect(stages.nb).toBeDefined();
    for (const mode of ["nb", "wb"] as const) {
      const golden = stages[mode];
      if (golden) compare(golden, reference, degraded, pair.rate, mode);
    }
  });
});

function compare(
  golden: Stages,
  reference: Int16Array,
  degraded: Int16Array,
  rate: 8000 | 16_000,
  mode: PesqMode,
): void {
  const longest = Math.max(reference.length, degraded.length) + 2 * SIZES[rate].guard;
  withWorkspace(rate, longest, (ws) => {
    const peak = Math.max(findPeak(ws, "reference", reference), findPeak(ws, "degraded", degraded));
    const ref = prepareSide(ws, "reference", reference, peak, longest, mode);
    const deg = prepareSide(ws, "degraded", degraded, peak, longest, mode);
    const { stage1_levelAlignment: level, stage4_vad: vad } = golden;
    expect(ref.gain).toBeCloseTo(level.referenceGain, 1);
    expect(deg.gain).toBeCloseTo(level.degradedGain, 1);
    expect(speechWindows(ref.activity.power)).toBe(vad.referenceActive);
    expect(speechWindows(deg.activity.power)).toBe(vad.degradedActive);
    expect(sum(ref.activity.log) / vad.referenceLogSum).toBeCloseTo(1, 4);
    expect(sum(deg.activity.log) / vad.degradedLogSum).toBeCloseTo(1, 4);

    const utterances = align(ws, ref, deg);
    const { startWindow, endWindow, delaySamples, confidence } = golden.stage5_alignment;
    expect(utterances.map((u) => u.start)).toEqual(startWindow);
    expect(utterances.map((u) => u.end)).toEqual(endWindow);
    expect(utterances.map((u) => u.delay)).toEqual(delaySamples);
    for (const [k, u] of utterances.entries()) expect(u.confidence).toBeCloseTo(confidence[k], 5);

    const seen = perceive(ws, ref, deg, utterances);
    const frames = golden.stage6_frames;
    expect([seen.first, seen.last]).toEqual([frames.firstFrame, frames.lastFrame]);
    expect(seen.badIntervals).toEqual(
      (frames.badIntervalStartFrame ?? []).map((start, k) => ({
        start,
        end: frames.badIntervalStopFrame?.[k],
        delay: frames.badIntervalDelaySamples?.[k],
      })),
    );
    for (const [f, wanted] of frames.D.entries()) {
      const loud = ((seen.audible[f] + 1e5) / 1e7) ** 0.04;
      expect(Math.abs(Math.min(45, seen.symmetric[f] / loud) - wanted)).toBeLessThan(
        1e-4 * (1 + wanted),
      );
      expect(Math.abs(seen.audible[f] / frames.referenceAudiblePower[f] - 1) || 0).toBeLessThan(
        1e-4,
      );
    }
  });
}
