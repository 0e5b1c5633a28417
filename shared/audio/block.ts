/** A stretch of decoded sound: one array a channel, all of the same length. */
export type DecodedBlock = readonly Float32Array[];

/**
 * Gives the memory of a block back, whose samples are then gone. Left to the collector it would wait: an hour of sound
 * that has been heard is hundreds of megabytes, and nothing of it shows on the small heap.
 */
export function release(block: DecodedBlock): void {
  for (const { buffer, byteLength } of block)
    if (buffer instanceof ArrayBuffer && !buffer.detached && byteLength === buffer.byteLength)
      buffer.transfer(0);
}

/** The decoders of the `@audio` family, as far as they are used here. */
export interface CodecDecoder {
  decode(bytes: Uint8Array): { channelData: Float32Array[]; sampleRate: number };
  flush?(): { channelData: Float32Array[]; sampleRate: number };
  free(): void;
}

/** Runs `pieces` through a decoder, in the order given; the decoder is always freed. */
export async function* decodePieces(
  open: () => CodecDecoder | Promise<CodecDecoder>,
  pieces: Iterable<Uint8Array>,
): AsyncGenerator<DecodedBlock> {
  const decoder = await open();
  try {
    for (const piece of pieces) {
      const { channelData } = decoder.decode(piece);
      if (channelData[0]?.length) yield channelData;
    }
    const last = decoder.flush?.().channelData;
    if (last?.[0]?.length) yield last;
  } finally {
    decoder.free();
  }
}

/** `bytes` in consecutive views of at most `size`. */
export function* inPieces(bytes: Uint8Array, size: number) {
  for (let offset = 0; offset < bytes.length; offset += size) {
    yield bytes.subarray(offset, Math.min(offset + size, bytes.length));
  }
}
