import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeAudio } from "#shared/audio/decode.ts";
import type { PesqMode, PesqRate } from "#shared/pesq/index.ts";

/** What the reference code gave for a pair and mode. */
type Golden = { readonly mosLqo: number; readonly raw: number } | { readonly error: string };

export interface Pair {
  readonly id: string;
  readonly reference: string;
  readonly degraded: string;
  readonly rate: PesqRate;
  readonly degradation: string;
  readonly nb?: Golden;
  readonly wb?: Golden;
  readonly stable?: boolean;
}

export const fixtures = new URL("../../fixtures/pesq/", import.meta.url).pathname;

/** The larger set of pairs, which is not in the repository; tests over it run where this names it. */
export const vectors = process.env["EARMARK_PESQ_VECTORS"];

export async function readPairs(folder: string): Promise<Pair[]> {
  return JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")) as Pair[];
}

const read = new Map<string, Promise<Int16Array>>();

/** The stored samples of a mono 16-bit FLAC file. */
export function readSamples(path: string): Promise<Int16Array> {
  let samples = read.get(path);
  if (!samples) read.set(path, (samples = decode(path)));
  return samples;
}

async function decode(path: string): Promise<Int16Array> {
  const decoding = decodeAudio(await readFile(path));
  const samples: number[] = [];
  for await (const [mono] of decoding.blocks()) if (mono) for (const x of mono) samples.push(x);
  // The decoder divides by 32767 or by 32768: stored samples are the whole numbers.
  for (const scale of [32_768, 32_767])
    if (samples.every((x) => Math.abs(x * scale - Math.round(x * scale)) < 0.01))
      return Int16Array.from(samples, (x) => Math.round(x * scale));
  throw new Error(`${path} is not 16-bit`);
}

export async function readPair(folder: string, { reference, degraded, rate }: Pair) {
  return {
    reference: await readSamples(join(folder, reference)),
    degraded: await readSamples(join(folder, degraded)),
    options: (mode: PesqMode) => ({ sampleRate: rate, mode }),
  };
}
