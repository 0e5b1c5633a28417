import type { DecodedBlock } from "./block.ts";

/** The mean of the channels. */
export function toMono(block: DecodedBlock): Float32Array {
  const [first, second] = block;
  if (!first || !second) return first ?? new Float32Array(0);
  const mono = new Float32Array(first.length);
  for (let i = 0; i < mono.length; i++) mono[i] = first[i] + second[i];
  for (const samples of block.slice(2)) {
    for (let i = 0; i < mono.length; i++) mono[i] += samples[i];
  }
  const scale = 1 / block.length;
  for (let i = 0; i < mono.length; i++) mono[i] *= scale;
  return mono;
}
