import { describe, expect, test } from "vitest";
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

describe("with DNSMOS", () => {
  const dnsmos = { sig: 3.1, bak: 2.6, ovrl: 2.5 };

  test("the label rests on it, on the scale of the other scores, and the measures say why", () => {
    const verdict = decide(null, noisy, thresholds, dnsmos);
    expect(verdict).toMatchObject({ label: "Fair", basis: "dnsmos", unratedReason: null });
    expect(verdict.score).toBeCloseTo(1 + 1.5 * (3.6 / 2.3), 10);
    expect(verdict.reasons).toEqual([
      "DNSMOS: overall 2.50 of the 3.3 of clean speech (speech 3.10, background 2.60)",
      ...noisy.reasons,
    ]);
  });

  test("a proved pair still decides by PESQ", () => {
    const pair = { mosLqo: 4.2, mode: "wb" as const, matched: true };
    expect(decide(pair, noisy, thresholds, dnsmos).basis).toBe("pesq");
    expect(decide({ ...pair, matched: false }, noisy, thresholds, dnsmos).basis).toBe("dnsmos");
  });

  test("what cannot be rated stays without a label", () => {
    expect(decide(null, none, thresholds, dnsmos)).toMatchObject({ label: null, basis: null });
  });
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
