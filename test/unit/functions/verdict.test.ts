import { expect, test } from "vitest";
import { decide, toLabel } from "#functions/classify/verdict.ts";

const thresholds = { excellent: 4.5, good: 3.5, fair: 2.5 };
const none = { score: null, reasons: [], unratedReason: "no speech was found" };
const noisy = { score: 2.6, reasons: ["background noise: SNR 11 dB"], unratedReason: null };

test.each([
  [4.64, "Excellent"],
  [4.5, "Excellent"],
  [4.499, "Good"],
  [3.5, "Good"],
  [2.5, "Fair"],
  [2.499, "Poor"],
  [1.0, "Poor"],
])("%f is %s", (score, label) => {
  expect(toLabel(score, thresholds)).toBe(label);
});

test("a proved pair decides by PESQ", () => {
  const pair = { mosLqo: 4.2, mode: "wb" as const, matched: true };
  expect(decide(pair, noisy, thresholds)).toMatchObject({
    label: "Good",
    score: 4.2,
    basis: "pesq",
  });
});

test("an unproved pair leaves the label to the measures, and says so", () => {
  const pair = { mosLqo: 1.1, mode: "wb" as const, matched: false };
  const verdict = decide(pair, noisy, thresholds);
  expect(verdict).toMatchObject({ label: "Fair", score: 2.6, basis: "measures" });
  expect(verdict.reasons).toContain("the reference does not match this recording");
});

test("without a score there is no label, and a reason", () => {
  expect(decide(null, none, thresholds)).toEqual({
    label: null,
    score: null,
    basis: null,
    reasons: [],
    unratedReason: "no speech was found",
  });
});
