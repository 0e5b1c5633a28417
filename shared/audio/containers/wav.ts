import { ascii, chunkText, findChunks, viewOf, type Chunk } from "#shared/audio/bytes.ts";
import type { AudioFormat, AudioStream } from "#shared/audio/audio-stream.ts";
import { openAdpcm } from "#shared/audio/codecs/adpcm.ts";
import { decodePcm, sampleBytes, type PcmEncoding } from "#shared/audio/codecs/pcm.ts";
import { rejection } from "#shared/audio/rejection.ts";
import { toTags, type AudioTags } from "#shared/audio/tags.ts";

/** A stream as far as its samples are concerned. */
export type WavSound = Omit<AudioStream, "damaged" | "tags">;

/** The `fmt ` chunk (Multimedia Programming Interface 1.0; WAVEFORMATEXTENSIBLE of the Windows SDK). */
export interface WaveFormat {
  readonly tag: number;
  readonly channels: number;
  readonly sampleRate: number;
  readonly blockAlign: number;
  readonly bits: number;
  /** The bits that carry sound, when fewer than `bits` do. */
  readonly validBits: number;
  /** The chunk's own bytes. */
  readonly bytes: Uint8Array;
}

const extensible = 0xfffe;
const tagNames: Readonly<Record<number, string>> = {
  0x31: "GSM 6.10", 0x45: "G.726", 0x50: "MPEG Layer II", 0x55: "MP3", 0x161: "WMA", 0xff: "AAC",
}; // prettier-ignore

/** RIFF/WAVE, and RF64/BW64 (EBU Tech 3306, ITU-R BS.2088) for more than 4 GiB. */
export function openWav(bytes: Uint8Array): AudioStream {
  const chunks = findChunks(bytes, ["fmt ", "data", "ds64", "fact", "LIST"], true);
  const fmt = readFormat(bytes, chunks["fmt "]);
  const { data } = chunks;
  if (!data) throw rejection("no-samples", "This WAV file has no data chunk: it holds no sound.");

  const declared = declaredSize(bytes, data, chunks.ds64);
  const body = bytes.subarray(data.start, data.start + (declared ?? bytes.length));
  const damaged = declared !== null && body.length < declared;
  const stream = isAdpcm(fmt)
    ? openAdpcm(fmt, body, factFrames(bytes, chunks.fact))
    : openPcm(fmt, body, declared ?? body.length);
  return { ...stream, damaged, tags: readInfo(bytes, chunks.LIST) };
}

/** The INFO list's own names. */
const infoNames = {
  INAM: "title",
  IART: "artist",
  IPRD: "album",
  ICRD: "date",
  IGNR: "genre",
} as const;

function readInfo(bytes: Uint8Array, list: Chunk | undefined): AudioTags {
  if (!list || ascii(bytes, list.start) !== "INFO") return {};
  // `findChunks` passes a head of 12 bytes; the list's chunks begin 4 bytes into its body.
  const body = bytes.subarray(list.start - 8, list.start + list.size);
  const names = ["INAM", "IART", "IPRD", "ICRD", "IGNR"] as const;
  const found = findChunks(body, names, true);
  return toTags(names.map((name) => [infoNames[name], chunkText(body, found[name])]));
}

const isAdpcm = ({ tag }: WaveFormat) => tag === 2 || tag === 0x11;

function readFormat(bytes: Uint8Array, chunk: Chunk | undefined): WaveFormat {
  if (!chunk || chunk.size < 16 || chunk.start + 16 > bytes.length) {
    throw rejection(
      "malformed-header",
      "This WAV file has no usable fmt chunk, so its samples cannot be read.",
    );
  }
  const own = bytes.subarray(chunk.start, chunk.start + chunk.size);
  const view = viewOf(own);
  const tag = view.getUint16(0, true);
  const bits = view.getUint16(14, true);
  const isExtended = tag === extensible && own.length >= 26;
  const fmt: WaveFormat = {
    tag: isExtended ? view.getUint16(24, true) : tag,
    channels: view.getUint16(2, true),
    sampleRate: view.getUint32(4, true),
    blockAlign: view.getUint16(12, true),
    bits,
    validBits: (isExtended && view.getUint16(18, true)) || bits,
    bytes: own,
  };
  if (fmt.channels === 0)
    throw rejection("malformed-header", "This WAV file says that it has 0 channels.");
  return fmt;
}

/** Null where the size was never filled in, as by programs that write to a pipe: the data then runs to the end. */
function declaredSize(bytes: Uint8Array, data: Chunk, ds64: Chunk | undefined): number | null {
  const isPlaceholder = data.size === 0xffff_ffff || (data.size === 0 && data.start < bytes.length);
  if (!isPlaceholder) return data.size;
  const is64 = ascii(bytes, 0) !== "RIFF" && ds64 && ds64.start + 16 <= bytes.length;
  return is64 ? Number(viewOf(bytes).getBigUint64(ds64.start + 8, true)) : null;
}

function openPcm(fmt: WaveFormat, body: Uint8Array, declaredBytes: number): WavSound {
  const encoding = encodingOf(fmt);
  const frameBytes = sampleBytes(encoding) * fmt.channels;
  if (fmt.blockAlign !== frameBytes) {
    throw rejection(
      "malformed-header",
      `This WAV file says that a frame of ${fmt.channels} × ${fmt.bits} bits takes ${fmt.blockAlign} bytes; it takes ${frameBytes}.`,
    );
  }
  const format: AudioFormat = {
    container: "wav",
    codec: `pcm_${encoding}`,
    sampleRate: fmt.sampleRate,
    channels: fmt.channels,
    bitDepth: Math.min(fmt.validBits, fmt.bits),
    declaredFrames: Math.floor(declaredBytes / frameBytes),
    audioBytes: body.length,
    nominalBitrate: fmt.sampleRate * frameBytes * 8,
  };
  return {
    format,
    async *blocks() {
      yield* decodePcm(body, encoding, fmt.channels);
    },
  };
}

function encodingOf({ tag, bits }: WaveFormat): PcmEncoding {
  if (tag === 6 && bits === 8) return "alaw";
  if (tag === 7 && bits === 8) return "mulaw";
  if (tag === 3 && (bits === 32 || bits === 64)) return bits === 32 ? "f32le" : "f64le";
  // Samples of an odd depth (12, 20 bits) sit at the top of the next whole byte.
  if (tag === 1 && bits >= 1 && bits <= 32) {
    return (["u8", "s16le", "s24le", "s32le"] as const)[Math.ceil(bits / 8) - 1];
  }
  const name = tagNames[tag] ?? `format tag 0x${tag.toString(16)}`;
  throw rejection(
    "unsupported-codec",
    `This WAV file holds ${name} with ${bits} bits a sample, which is not read here.`,
  );
}

function factFrames(bytes: Uint8Array, fact: Chunk | undefined): number | null {
  if (!fact || fact.size < 4 || fact.start + 4 > bytes.length) return null;
  return viewOf(bytes).getUint32(fact.start, true) || null;
}
