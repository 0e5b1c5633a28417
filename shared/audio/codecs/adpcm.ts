import { decoder } from "@audio/decode-wav";
import { decodePieces, inPieces } from "#shared/audio/block.ts";
import { viewOf } from "#shared/audio/bytes.ts";
import type { AudioFormat } from "#shared/audio/audio-stream.ts";
import type { WaveFormat, WavSound } from "#shared/audio/containers/wav.ts";
import { rejection } from "#shared/audio/rejection.ts";
import { limitFrames } from "./limit-frames.ts";

/**
 * Microsoft (tag 2) and IMA/DVI (tag 0x11) ADPCM in WAV. The number of samples a block holds follows from its
 * size; the header's own number is checked against it, because the decoder allocates by it.
 */
export function openAdpcm(fmt: WaveFormat, body: Uint8Array, factFrames: number | null): WavSound {
  const { channels, blockAlign, bytes } = fmt;
  const isIma = fmt.tag === 0x11;
  const headBytes = (isIma ? 4 : 7) * channels;
  const framesPerBlock = (isIma ? 1 : 2) + ((blockAlign - headBytes) * 2) / channels;
  const said = bytes.length >= 20 ? viewOf(bytes).getUint16(18, true) : 0;
  const coefficients = !isIma && bytes.length >= 22 ? viewOf(bytes).getUint16(20, true) : 0;
  const fits = isIma
    ? blockAlign % (4 * channels) === 0
    : 22 + coefficients * 4 <= Math.max(22, bytes.length);
  if (channels > 2 || blockAlign <= headBytes || said > framesPerBlock || !fits) {
    throw rejection("malformed-header", "This ADPCM WAV file describes blocks that cannot exist.");
  }

  const blocks = Math.floor(body.length / blockAlign);
  const whole = blocks * (said || framesPerBlock);
  // The fact chunk tells how much of the last block is sound.
  const frames =
    factFrames !== null && factFrames <= whole && factFrames > whole - framesPerBlock
      ? factFrames
      : whole;
  const format: AudioFormat = {
    container: "wav",
    codec: isIma ? "adpcm_ima_wav" : "adpcm_ms",
    sampleRate: fmt.sampleRate,
    channels,
    bitDepth: 4,
    declaredFrames: frames,
    audioBytes: body.length,
    nominalBitrate: null,
  };
  const head = canonicalHead(bytes);
  const coded = body.subarray(0, blocks * blockAlign);
  const piece = blockAlign * Math.max(1, Math.floor(16_384 / blockAlign));
  return {
    format,
    blocks: () =>
      limitFrames(decodePieces(decoder, withHead(head, inPieces(coded, piece))), frames),
  };
}

/** RIFF, fmt and the head of a data chunk of unknown size: all that the decoder wants to see before the blocks. */
function canonicalHead(fmt: Uint8Array): Uint8Array {
  const head = new Uint8Array(12 + 8 + fmt.length + 8);
  const view = viewOf(head);
  const write = (text: string, at: number) => head.set(new TextEncoder().encode(text), at);
  write("RIFF", 0);
  write("WAVEfmt ", 8);
  view.setUint32(16, fmt.length, true);
  head.set(fmt, 20);
  write("data", 20 + fmt.length);
  view.setUint32(24 + fmt.length, 0xffff_ffff, true);
  return head;
}

function* withHead(head: Uint8Array, pieces: Iterable<Uint8Array>) {
  yield head;
  yield* pieces;
}
