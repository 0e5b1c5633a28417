import { ascii, chunkText, findChunks, viewOf, type Chunk } from "#shared/audio/bytes.ts";
import type { AudioStream } from "#shared/audio/audio-stream.ts";
import { decodeIma4, ima4PacketBytes, ima4PacketFrames } from "#shared/audio/codecs/ima4.ts";
import { decodePcm, sampleBytes, type PcmEncoding } from "#shared/audio/codecs/pcm.ts";
import { rejection } from "#shared/audio/rejection.ts";
import { toTags } from "#shared/audio/tags.ts";

/** AIFC compression types that are plain samples; `NONE` and `twos` depend on the depth. */
const encodings: Readonly<Record<string, PcmEncoding>> = {
  fl32: "f32be", FL32: "f32be", fl64: "f64be", FL64: "f64be", alaw: "alaw", ALAW: "alaw",
  ulaw: "mulaw", ULAW: "mulaw", "raw ": "u8", in24: "s24be", in32: "s32be",
}; // prettier-ignore

interface Common {
  readonly channels: number;
  readonly frames: number;
  readonly bits: number;
  readonly sampleRate: number;
  readonly compression: string;
}

/** AIFF 1.3 and AIFF-C (Apple). 8-bit samples are signed here, unlike in WAV. */
export function openAiff(bytes: Uint8Array): AudioStream {
  const chunks = findChunks(bytes, ["COMM", "SSND", "NAME", "AUTH"], false);
  const common = readCommon(bytes, chunks.COMM);
  const sound = chunks.SSND;
  if (!sound || sound.start + 8 > bytes.length) {
    throw rejection("no-samples", "This AIFF file has no sound chunk (SSND).");
  }
  const offset = viewOf(bytes).getUint32(sound.start, false);
  const start = sound.start + 8 + offset;
  const body = bytes.subarray(start, Math.min(sound.start + sound.size, bytes.length));
  const stream = common.compression === "ima4" ? openIma4(common, body) : openPcm(common, body);
  const tags = toTags([
    ["title", chunkText(bytes, chunks.NAME)],
    ["artist", chunkText(bytes, chunks.AUTH)],
  ]);
  return { ...stream, tags };
}

function readCommon(bytes: Uint8Array, chunk: Chunk | undefined): Common {
  if (!chunk || chunk.size < 18 || chunk.start + 18 > bytes.length) {
    throw rejection("malformed-header", "This AIFF file has no usable common chunk (COMM).");
  }
  const view = viewOf(bytes);
  const isCompressed =
    ascii(bytes, 8) === "AIFC" && chunk.size >= 22 && chunk.start + 22 <= bytes.length;
  const common = {
    channels: view.getUint16(chunk.start, false),
    frames: view.getUint32(chunk.start + 2, false),
    bits: view.getUint16(chunk.start + 6, false),
    sampleRate: extendedFloat(view, chunk.start + 8),
    compression: isCompressed ? ascii(bytes, chunk.start + 18) : "NONE",
  };
  if (common.channels === 0)
    throw rejection("malformed-header", "This AIFF file says that it has 0 channels.");
  return common;
}

/** IEEE 754 80-bit extended, big-endian: sign and exponent in 16 bits, then a 64-bit mantissa with its integer bit. */
function extendedFloat(view: DataView, at: number): number {
  const head = view.getUint16(at, false);
  const value = Number(view.getBigUint64(at + 2, false)) * 2 ** ((head & 0x7fff) - 16_383 - 63);
  return head & 0x8000 ? -value : value;
}

function openPcm(common: Common, body: Uint8Array): Omit<AudioStream, "tags"> {
  const { channels, frames, sampleRate, bits } = common;
  const encoding = encodingOf(common);
  const frameBytes = sampleBytes(encoding) * channels;
  const own = body.subarray(0, frames * frameBytes);
  return {
    format: {
      container: "aiff",
      codec: `pcm_${encoding}`,
      sampleRate,
      channels,
      bitDepth: encoding.endsWith("law") ? 8 : bits,
      declaredFrames: frames,
      audioBytes: own.length,
      nominalBitrate: sampleRate * frameBytes * 8,
    },
    damaged: own.length < frames * frameBytes,
    async *blocks() {
      yield* decodePcm(own, encoding, channels);
    },
  };
}

function encodingOf({ compression, bits }: Common): PcmEncoding {
  const index = Math.ceil(bits / 8) - 1;
  const big = (["s8", "s16be", "s24be", "s32be"] as const)[index];
  const little = (["s8", "s16le", "s24le", "s32le"] as const)[index];
  const encoding =
    compression === "NONE" || compression === "twos"
      ? big
      : compression === "sowt"
        ? little
        : encodings[compression];
  if (encoding) return encoding;
  throw rejection(
    "unsupported-codec",
    `This AIFF file holds “${compression}” with ${bits} bits a sample, which is not read here.`,
  );
}

/** For IMA 4:1 the common chunk's frames are packets. */
function openIma4(common: Common, body: Uint8Array): Omit<AudioStream, "tags"> {
  const { channels, frames: packets, sampleRate } = common;
  const own = body.subarray(0, packets * ima4PacketBytes * channels);
  return {
    format: {
      container: "aiff",
      codec: "adpcm_ima_qt",
      sampleRate,
      channels,
      bitDepth: 4,
      declaredFrames: packets * ima4PacketFrames,
      audioBytes: own.length,
      nominalBitrate: null,
    },
    damaged: own.length < packets * ima4PacketBytes * channels,
    async *blocks() {
      yield* decodeIma4(own, channels);
    },
  };
}
