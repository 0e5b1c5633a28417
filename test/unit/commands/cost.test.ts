import { describe, expect, test } from "vitest";
import { limitsOf } from "#emulators/commands/cost/limits.ts";
import { billedSeconds, costOf, totalOf } from "#emulators/commands/cost/model.ts";
import { prices } from "#emulators/commands/cost/prices.ts";

const firestoreDays = (recordings: number) =>
  limitsOf({ ...million, recordings }).find(({ name }) => name.startsWith("Firestore"))?.days;

const million = { recordings: 1e6, seconds: 30, referenceShare: 0, months: 1 };

describe("billed time", () => {
  test("is work, waiting and a share of a cold start, in steps of 100 ms", () => {
    // 0.028 + 30 × 0.0019 + 0.4 + 0.65 ÷ 50 = 0.498
    expect(billedSeconds("load", million)).toBe(0.5);
    // 0.043 + 30 × 0.0044 + 0.4 + 0.013 = 0.588
    expect(billedSeconds("classify", million)).toBe(0.6);
  });

  test("grows with references and with length", () => {
    // 0.066 + 30 × 0.0345 + 0.413 = 1.514
    expect(billedSeconds("classify", { ...million, referenceShare: 1 })).toBe(1.6);
    expect(billedSeconds("load", { ...million, seconds: 3600 })).toBeCloseTo(7.3, 10);
  });
});

describe("a million recordings of 30 s", () => {
  const { process, keep } = costOf(million);

  test("functions: CPU, memory and requests beyond the free amounts", () => {
    // The crawl is busy for a sixteenth of a second for each, at 0.5 GiB; load 0.5 s at 1 GiB; classify 0.6 s at 2 GiB.
    const cpu = (62_500 + 500_000 + 600_000 - 180_000) * 0.000024;
    const memory = (31_250 + 500_000 + 1_200_000 - 360_000) * 0.0000025;
    expect(process["Cloud Run functions"]).toBeCloseTo(cpu + memory, 6);
  });

  test("storage operations and documents", () => {
    expect(process["Cloud Storage"]).toBeCloseTo(2 * 5 + 3 * 0.4, 6);
    expect(process["Firestore"]).toBeCloseTo(4e6 * 3e-7 + 2e6 * 9e-7, 6);
  });

  test("keeping them: 480 GB of audio", () => {
    expect(keep["Cloud Storage"]).toBeCloseTo(9.6, 6);
  });

  test("what is free is free for each month that it takes", () => {
    const slow = costOf({ ...million, months: 12 });
    expect(totalOf(slow.process)).toBeLessThan(totalOf(process));
    // 1.16 million vCPU-seconds and 1.73 million GiB-seconds: twelve months of free ones are more.
    expect(slow.process["Cloud Run functions"]).toBe(0);
    expect(slow.keep).toEqual(keep);
  });
});

describe("what binds", () => {
  test("a small crawl: the crawl itself", () => {
    const [first] = limitsOf({ ...million, recordings: 10_000 });
    expect(first?.name).toMatch(/^the crawl/);
    // 4 × 1,740 s × 8 downloads ÷ 0.5 s = 111,360 a day
    expect(first?.days).toBeCloseTo(10_000 / 111_360, 10);
  });

  test("more than Freesound has: the instances, and Freesound no more", () => {
    const limits = limitsOf({ ...million, recordings: 100e6 });
    expect(limits[0]?.name).toMatch(/^functions/);
    expect(limits[0]?.days).toBeCloseTo((100e6 * 0.6) / (20 * 86_400), 10);
    expect(limits.map(({ name }) => name).join()).not.toMatch(/Freesound/);
  });

  test("Firestore's ramp: the first five minutes take 150,000 writes", () => {
    expect(firestoreDays(75_000)).toBeCloseTo(300 / 86_400, 10);
    // 150,000 more at 750 a second
    expect(firestoreDays(150_000)).toBeCloseTo(500 / 86_400, 10);
  });
});

test("every price says where it is from", () => {
  for (const { source, usd, per } of Object.values(prices)) {
    expect(source).toMatch(/^https:\/\/cloud\.google\.com\//);
    expect(usd / per).toBeGreaterThan(0);
  }
});
