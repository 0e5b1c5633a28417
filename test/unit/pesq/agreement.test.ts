import { describe, expect, test } from "vitest";
import { PesqError, type PesqMode, pesq } from "#shared/pesq/index.ts";
import { type Pair, fixtures, readPair, readPairs, vectors } from "./pairs.ts";

const modes: readonly PesqMode[] = ["nb", "wb"];

describe("agreement with the reference code", async () => {
  const pairs = await readPairs(fixtures);
  test.each(pairs)("$id", async (pair) => {
    const { reference, degraded, options } = await readPair(fixtures, pair);
    for (const mode of modes) {
      const golden = pair[mode];
      if (!golden || "error" in golden) continue;
      const { mosLqo, raw } = pesq(reference, degraded, options(mode));
      expect(mosLqo).toBeCloseTo(golden.mosLqo, 5);
      expect(raw).toBeCloseTo(golden.raw, 5);
    }
  });
});

if (!vectors)
  console.warn("agreement over all vectors is skipped: EARMARK_PESQ_VECTORS names no folder");

describe.skipIf(!vectors)("agreement over all vectors", { timeout: 300_000 }, () => {
  test("within 0.001 on every stable pair, and an error where the reference has one", async () => {
    const folder = vectors ?? "";
    const wrong: string[] = [];
    const errors: Record<PesqMode, number[]> = { nb: [], wb: [] };
    for (const pair of await readPairs(folder)) {
      for (const mode of modes) {
        const golden = pair[mode];
        if (!golden) continue;
        const ours = await outcome(folder, pair, mode);
        if ("error" in golden || typeof ours === "string") {
          const meaning = "error" in golden ? meanings[golden.error] : "a score";
          if (ours !== meaning) wrong.push(`${pair.id} ${mode}: ${ours}, not ${meaning}`);
          continue;
        }
        const error = Math.abs(ours - golden.mosLqo);
        if (pair.stable !== false) errors[mode].push(error);
        if (pair.stable !== false && error > 0.001)
          wrong.push(`${pair.id} ${mode}: off by ${error}`);
      }
    }
    for (const mode of modes) {
      const list = errors[mode];
      const mean = list.reduce((a, b) => a + b, 0) / list.length;
      console.log(`${mode}: ${list.length} pairs, largest ${Math.max(...list)}, mean ${mean}`);
    }
    expect(wrong).toEqual([]);
  });
});

/** What the reference's errors are called here. */
const meanings: Record<string, string> = {
  NoUtterancesError: "no-speech",
  BufferTooShortError: "too-short",
  WidebandNeeds16k: "invalid-argument",
  NaN: "silent-degraded",
};

async function outcome(folder: string, pair: Pair, mode: PesqMode): Promise<number | string> {
  const { reference, degraded, options } = await readPair(folder, pair);
  try {
    return pesq(reference, degraded, options(mode)).mosLqo;
  } catch (error) {
    if (error instanceof PesqError) return error.code;
    throw error;
  }
}
