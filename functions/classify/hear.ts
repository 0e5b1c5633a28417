import type { Grade } from "#shared/audio/grade.ts";
import type { AudioReading } from "#shared/audio/read.ts";
import { type DnsmosScores, dnsmosRate } from "#shared/dnsmos/dnsmos.ts";
import type { DnsmosModel } from "./model.ts";

/** DNSMOS of a recording, and the SHA-256 of the model that gave it. */
export interface Heard {
  readonly scores: DnsmosScores;
  readonly sha256: string;
}

/**
 * Scores a recording with DNSMOS; null without a model, and for what cannot be rated: the network gives a number to
 * silence and to music too. `readAgain` reads the recording at the network's rate; a reading that was kept at it needs none.
 */
export async function hear(
  model: DnsmosModel | undefined,
  { unratedReason }: Grade,
  reading: AudioReading,
  readAgain?: () => Promise<AudioReading>,
): Promise<Heard | null> {
  if (model === undefined || unratedReason !== null) return null;
  const dnsmos = await model();
  const kept = reading.samplesRate === dnsmosRate ? reading : await readAgain?.();
  const samples = kept?.samples;
  if (samples === undefined) throw new Error("the signal was asked for and did not come");
  return { scores: await dnsmos.score(samples), sha256: dnsmos.sha256 };
}
