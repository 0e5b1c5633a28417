/** Files built byte by byte, so that tests need no encoder and can lie in every field. */

/** Joins numbers-as-bytes, text and byte arrays. */
export function bytesOf(
  ...parts: readonly (string | Uint8Array | readonly number[])[]
): Uint8Array {
  return Buffer.concat(
    parts.map((part) => {
      if (part instanceof Uint8Array) return part;
      return typeof part === "string" ? Buffer.from(part, "latin1") : Uint8Array.from(part);
    }),
  );
}

export const le16 = (value: number) => [value & 255, (value >>> 8) & 255];
export const le32 = (value: number) => [...le16(value & 0xffff), ...le16(value >>> 16)];
export const be16 = (value: number) => le16(value).toReversed();
export const be32 = (value: number) => le32(value).toReversed();

/** Deterministic noise (a linear congruential generator), 0 … 255. */
export function randomBytes(length: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

export interface WavParts {
  tag?: number;
  channels?: number;
  sampleRate?: number;
  blockAlign?: number;
  bits?: number;
  /** More of the fmt chunk. */
  extra?: readonly number[];
  /** Whole chunks before fmt. */
  before?: Uint8Array;
  data?: Uint8Array;
  dataSize?: number;
}

export function wav(parts: WavParts = {}): Uint8Array {
  const {
    tag = 1,
    channels = 1,
    sampleRate = 16_000,
    bits = 16,
    extra = [],
    data = sine16(16_000),
  } = parts;
  const blockAlign = parts.blockAlign ?? (channels * bits) / 8;
  const fmt = bytesOf(
    le16(tag),
    le16(channels),
    le32(sampleRate),
    le32(sampleRate * blockAlign),
    le16(blockAlign),
    le16(bits),
    extra,
  );
  const body = bytesOf(
    "WAVE",
    parts.before ?? [],
    "fmt ",
    le32(fmt.length),
    fmt,
    "data",
    le32(parts.dataSize ?? data.length),
    data,
  );
  return bytesOf("RIFF", le32(body.length), body);
}

/** A second or so of a 440 Hz tone at half scale, 16-bit little-endian. */
export const sine16 = (samples: number, sampleRate = 16_000) =>
  bytesOf(
    ...Array.from({ length: samples }, (_, i) =>
      le16(Math.round(16_384 * Math.sin((2 * Math.PI * 440 * i) / sampleRate)) & 0xffff),
    ),
  );

export const float32 = (...values: readonly number[]) =>
  new Uint8Array(Float32Array.from(values).buffer);

const crc = (bytes: Uint8Array, width: 8 | 16, polynomial: number) => {
  const top = 1 << (width - 1);
  return bytes.reduce((sum, byte) => {
    let next = sum ^ (byte << (width - 8));
    for (let bit = 0; bit < 8; bit++) next = next & top ? (next << 1) ^ polynomial : next << 1;
    return next & (2 ** width - 1);
  }, 0);
};

/** FLAC whose every frame is 32,768 samples of silence in each channel: some 35 bytes each. 8 or 96 kHz. */
export function silentFlac(
  channels: number,
  sampleRate: number,
  frames: number,
  declared: number,
): Uint8Array {
  const packed =
    (BigInt(sampleRate) << 44n) | (BigInt(channels - 1) << 41n) | (15n << 36n) | BigInt(declared);
  const info = bytesOf(
    be16(32_768),
    be16(32_768),
    [0, 0, 0, 0, 0, 0],
    be32(Number(packed >> 32n)),
    be32(Number(packed & 0xffff_ffffn)),
    Array(16).fill(0),
  );
  const frame = (number: number) => {
    const coded =
      number < 128
        ? [number]
        : number < 2048
          ? [0xc0 | (number >> 6), 0x80 | (number & 63)]
          : [0xe0 | (number >> 12), 0x80 | ((number >> 6) & 63), 0x80 | (number & 63)];
    const head = bytesOf(
      [0xff, 0xf8, sampleRate === 96_000 ? 0xfb : 0xf4, ((channels - 1) << 4) | 8],
      coded,
    );
    const body = bytesOf(
      head,
      [crc(head, 8, 7)],
      ...Array.from({ length: channels }, () => [0, 0, 0]),
    );
    return bytesOf(body, be16(crc(body, 16, 0x8005)));
  };
  return bytesOf(
    "fLaC",
    [0x80, 0, 0, 34],
    info,
    ...Array.from({ length: frames }, (_, i) => frame(i)),
  );
}

export const oggPage = (
  serial: number,
  sequence: number,
  flags: number,
  granule: number,
  packets: readonly Uint8Array[],
) =>
  bytesOf(
    "OggS",
    [0, flags],
    le32(granule),
    le32(Math.floor(granule / 2 ** 32)),
    le32(serial),
    le32(sequence),
    le32(0),
    [packets.length],
    packets.map(({ length }) => length),
    ...packets,
  );

/** Ogg Opus whose packets are each 120 ms of nothing in two bytes; 255 packets a page. */
export function silentOpus(pages: number, granule: number): Uint8Array {
  const head = bytesOf("OpusHead", [1, 2], le16(0), le32(48_000), le16(0), [0]);
  const tags = bytesOf("OpusTags", le32(0), le32(0));
  const packets = Array.from({ length: 255 }, () => Uint8Array.of(0xff, 6));
  return bytesOf(
    oggPage(1, 0, 2, 0, [head]),
    oggPage(1, 1, 0, 0, [tags]),
    ...Array.from({ length: pages }, (_, i) =>
      oggPage(
        1,
        i + 2,
        i === pages - 1 ? 4 : 0,
        i === pages - 1 ? granule : (granule * i) / pages,
        packets,
      ),
    ),
  );
}

/** MPEG-1 layer III frames of 128 kbit/s, 44.1 kHz stereo (417 bytes) around `payload`. */
export function mp3Frames(
  count: number,
  payload: (size: number, index: number) => Uint8Array,
): Uint8Array {
  return bytesOf(
    ...Array.from({ length: count }, (_, i) => bytesOf([0xff, 0xfb, 0x90, 0x44], payload(413, i))),
  );
}

/** An ID3v2.4 tag that says that its body has `size` bytes. */
export const id3 = (size: number, body: Uint8Array) =>
  bytesOf(
    "ID3",
    [4, 0, 0],
    [21, 14, 7, 0].map((shift) => (size >> shift) & 127),
    body,
  );
