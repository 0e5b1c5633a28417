import type { AudioReading } from "#shared/audio/read.ts";
import { pesq, type PesqOptions, PesqError } from "#shared/pesq/index.ts";
import type { PairScore } from "./verdict.ts";

/** PESQ of a pair, or why there is none. */
export type Comparison =
  | { readonly pair: PairScore & { readonly raw: number; readonly delayMs: number } }
  | { readonly pair: null; readonly why: string };

/** Reads a signal once more at another rate. */
export type ReadAgain = (sampleRate: 8000) => Promise<AudioReading>;

interface Side {
  readonly reading: AudioReading;
  readonly again: ReadAgain;
}

/**
 * Compares a recording with its reference: wideband at 16 kHz, or narrowband at 8 kHz when either side was
 * sampled at no more.
 */
export async function comparePair(reference: Side, degraded: Side): Promise<Comparison> {
  const narrow = [reference, degraded].some(({ reading }) => reading.samplesRate === 8000);
  const at: PesqOptions = narrow
    ? { sampleRate: 8000, mode: "nb" }
    : { sampleRate: 16_000, mode: "wb" };
  const [referenceSamples, degradedSamples] = await Promise.all(
    [reference, degraded].map(({ reading, again }) => samplesAt(at.sampleRate, reading, again)),
  );
  try {
    const score = pesq(referenceSamples, degradedSamples, at);
    const { mosLqo, raw, match, delaySeconds } = score;
    return {
      pair: { mosLqo, raw, mode: at.mode, matched: match.isPair, delayMs: delaySeconds * 1000 },
    };
  } catch (error) {
    if (error instanceof PesqError) return { pair: null, why: error.message };
    throw error;
  }
}
