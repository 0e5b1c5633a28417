import type { AudioLimits, AudioReading, readAudio } from "#shared/audio/read.ts";
import { PermanentError } from "#shared/errors.ts";
import { pesq, PesqError } from "#shared/pesq/index.ts";
import type { PairScore } from "./verdict.ts";

export type ReadAudio = typeof readAudio;

/** PESQ of a pair, or why it has none. */
export type Comparison =
  | { readonly pair: PairScore & { readonly raw: number; readonly delayMs: number } }
  | { readonly pair: null; readonly why: string };

/** A recording that has been read with `resampleTo: "auto"`, and its bytes. */
export interface Degraded {
  readonly bytes: Uint8Array;
  readonly reading: AudioReading;
}

/**
 * Compares a recording with its reference: wideband at 16 kHz, or narrowband at 8 kHz when either side was
 * sampled at no more. A reference that cannot be used is a reason, not an error: the recording is not to blame.
 */
export async function comparePair(
  readAudio: ReadAudio,
  limits: AudioLimits,
  referenceBytes: Uint8Array,
  degraded: Degraded,
): Promise<Comparison> {
  try {
    const reference = await readAudio(referenceBytes, { limits, resampleTo: "auto" });
    const narrow = [reference, degraded.reading].some(({ samplesRate }) => samplesRate === 8000);
    const at = narrow
      ? ({ sampleRate: 8000, mode: "nb" } as const)
      : ({ sampleRate: 16_000, mode: "wb" } as const);
    const samples = async (bytes: Uint8Array, reading: AudioReading) => {
      const fits = reading.samplesRate === at.sampleRate;
      const right = fits ? reading : await readAudio(bytes, { limits, resampleTo: at.sampleRate });
      return right.samples ?? new Float32Array();
    };
    const { mosLqo, raw, delaySeconds, match } = pesq(
      await samples(referenceBytes, reference),
      await samples(degraded.bytes, degraded.reading),
      at,
    );
    const matched = match.isPair;
    return { pair: { mosLqo, raw, mode: at.mode, matched, delayMs: delaySeconds * 1000 } };
  } catch (error) {
    if (error instanceof PesqError) return { pair: null, why: error.message };
    if (error instanceof PermanentError)
      return { pair: null, why: `the reference cannot be read: ${error.message}` };
    throw error;
  }
}
