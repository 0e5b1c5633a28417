import type { DecodedBlock } from "./block.ts";

/** The mean of the channels. */
export function toMono(block: DecodedBlock): Float32Array {
  const [first, ...others] = block;
  if (!first || others.length === 0) return first ?? new Float32Array(0);
  const mono = first.slice();
  for (const samples of others) {
    for (let i = 0; i < mono.length; i++) mono[i] += samples[i];
  }
  const scale = 1 / block.length;
  for (let i = 0; i < mono.length; i++) mono[i] *= scale;
  return mono;
}
