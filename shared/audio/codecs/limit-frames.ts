import type { DecodedBlock } from "#shared/audio/block.ts";

/** The first `frames` sample frames of `blocks`. */
export async function* limitFrames(
  blocks: AsyncIterable<DecodedBlock>,
  frames: number,
): AsyncGenerator<DecodedBlock> {
  let left = frames;
  for await (const block of blocks) {
    const length = block[0]?.length ?? 0;
    yield length <= left ? block : block.map((samples) => samples.subarray(0, left));
    left -= length;
    if (left <= 0) return;
  }
}
