import type { DecodedBlock } from "#shared/audio/block.ts";

/** Step sizes and index steps of the IMA Digital Audio Focus Group's recommendation (1992). */
// prettier-ignore
const steps = Int16Array.of(
  7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37,
  41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107, 118, 130, 143, 157, 173, 190, 209,
  230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166,
  1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484,
  7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
);
const indexSteps = [-1, -1, -1, -1, 2, 4, 6, 8];

export const ima4PacketBytes = 34;
export const ima4PacketFrames = 64;

/**
 * Apple IMA 4:1 (AIFF-C `ima4`): a packet of 34 bytes a channel holds 64 samples. Its first two bytes are the top nine
 * bits of the predictor and the step index; the nibbles follow, the low one of a byte first.
 *
 * A packet's predictor is rounded to nine bits, so where it agrees with what the packet before left, that is kept: it is
 * the more exact one.
 */
export function* decodeIma4(bytes: Uint8Array, channels: number): Generator<DecodedBlock> {
  const states = Array.from({ length: channels }, () => ({ predictor: 0, index: -1 }));
  const packets = Math.floor(bytes.length / (ima4PacketBytes * channels));
  const packetsPerBlock = 256;
  for (let first = 0; first < packets; first += packetsPerBlock) {
    const count = Math.min(packetsPerBlock, packets - first);
    yield states.map((state, channel) => {
      const output = new Float32Array(count * ima4PacketFrames);
      for (let i = 0; i < count; i++) {
        const at = ((first + i) * channels + channel) * ima4PacketBytes;
        decodePacket(bytes, at, state, output, i * ima4PacketFrames);
      }
      return output;
    });
  }
}

function decodePacket(
  bytes: Uint8Array,
  at: number,
  state: { predictor: number; index: number },
  output: Float32Array,
  offset: number,
) {
  const head = (((bytes[at] << 8) | bytes[at + 1]) << 16) >> 16;
  const coarse = head & ~0x7f;
  const index = Math.min(88, head & 0x7f);
  const continues = state.index === index && Math.abs(coarse - state.predictor) <= 0x7f;
  let predictor = continues ? state.predictor : coarse;
  let stepIndex = index;
  for (let i = 0; i < ima4PacketFrames; i++) {
    const nibble = (bytes[at + 2 + (i >> 1)] >> ((i & 1) * 4)) & 15;
    const step = steps[stepIndex];
    const difference =
      (step >> 3) +
      (nibble & 1 ? step >> 2 : 0) +
      (nibble & 2 ? step >> 1 : 0) +
      (nibble & 4 ? step : 0);
    predictor = Math.max(
      -32_768,
      Math.min(32_767, predictor + (nibble & 8 ? -difference : difference)),
    );
    stepIndex = Math.max(0, Math.min(88, stepIndex + indexSteps[nibble & 7]));
    output[offset + i] = predictor / 32_768;
  }
  state.predictor = predictor;
  state.index = stepIndex;
}
