/** `length` bytes as ASCII text: chunk names and magic numbers. */
export const ascii = (bytes: Uint8Array, offset: number, length = 4) =>
  String.fromCharCode(...bytes.subarray(offset, offset + length));

export const viewOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** One chunk of an IFF-like file (RIFF, AIFF): `start` is where its body begins. */
export interface Chunk {
  readonly name: string;
  readonly start: number;
  /** As declared; the file may end before. */
  readonly size: number;
}

/**
 * The chunks from `offset` to the end of the file. Bodies of odd size are followed by a pad byte, which some
 * writers forget: when the padded place holds no chunk name and the unpadded one does, the latter is taken.
 */
function* chunksOf(bytes: Uint8Array, offset: number, littleEndian: boolean) {
  const view = viewOf(bytes);
  let position = offset;
  while (position + 8 <= bytes.length) {
    const chunk: Chunk = {
      name: ascii(bytes, position),
      start: position + 8,
      size: view.getUint32(position + 4, littleEndian),
    };
    yield chunk;
    const end = chunk.start + chunk.size;
    position =
      chunk.size % 2 === 1 && !(isName(bytes, end) && !isName(bytes, end + 1)) ? end + 1 : end;
  }
}

/** The first chunk of each of the `names`. */
export function findChunks<Name extends string>(
  bytes: Uint8Array,
  names: readonly Name[],
  littleEndian: boolean,
): { readonly [name in Name]?: Chunk } {
  const found: { [name in Name]?: Chunk } = {};
  for (const chunk of chunksOf(bytes, 12, littleEndian)) {
    const name = names.find((name) => name === chunk.name);
    if (name) found[name] ??= chunk;
  }
  return found;
}

/** The body of a chunk as text, or nothing. */
export const chunkText = (bytes: Uint8Array, chunk: Chunk | undefined) =>
  chunk
    ? new TextDecoder().decode(
        bytes.subarray(chunk.start, chunk.start + Math.min(chunk.size, 4096)),
      )
    : "";

function isName(bytes: Uint8Array, offset: number) {
  if (offset + 8 > bytes.length) return false;
  return bytes.subarray(offset, offset + 4).every((byte) => byte >= 0x20 && byte < 0x7f);
}
