import {
  bytesOf,
  float32,
  id3,
  le16,
  le32,
  mp3Frames,
  oggPage,
  randomBytes,
  silentFlac,
  silentOpus,
  sine16,
  wav,
} from "./builders.ts";
import { fixture } from "./fixtures.ts";
import type { AudioRejection } from "#shared/audio/rejection.ts";

export interface HostileFile {
  readonly name: string;
  readonly bytes: () => Uint8Array;
  /** Why it is refused; `truncated` or `whole` where it is read after all. */
  readonly outcome: AudioRejection | "truncated" | "whole";
}

const text = (value: string) => bytesOf(value);
const flipped = (bytes: Uint8Array, at: readonly number[]) => {
  const copy = bytes.slice();
  for (const index of at) copy[index] ^= 0x5a;
  return copy;
};
const cut = (name: string, share: number) => {
  const bytes = fixture(name);
  return bytes.subarray(0, Math.floor(bytes.length * share));
};
/** An IMA ADPCM file whose header says that a block of 36 bytes holds 65,535 samples. */
const craftedIma = () =>
  wav({
    tag: 0x11,
    bits: 4,
    blockAlign: 36,
    extra: [...le16(2), ...le16(65_535)],
    data: randomBytes(36 * 1000),
  });
const headless = () => {
  const flac = fixture("mono-16.flac");
  return flac.subarray(flac.indexOf(0xff, 60));
};
const mp4 = (brand: string) =>
  bytesOf([0, 0, 0, 24], "ftyp", brand, [0, 0, 2, 0], brand, "isom", randomBytes(3000));

/** The kinds of bad, odd and malicious files that were met or thought of, with what must become of each. */
export const hostileFiles: readonly HostileFile[] = [
  { name: "nothing", bytes: () => new Uint8Array(0), outcome: "empty" },
  { name: "one byte", bytes: () => Uint8Array.of(0xff), outcome: "not-audio" },
  { name: "random bytes", bytes: () => randomBytes(100_000), outcome: "not-audio" },
  { name: "zeros", bytes: () => new Uint8Array(100_000), outcome: "not-audio" },
  { name: "0xFF only", bytes: () => new Uint8Array(100_000).fill(255), outcome: "not-audio" },
  { name: "a web page named .mp3", bytes: () => text("<!DOCTYPE html><html><body>404</body></html>"), outcome: "not-audio" },
  { name: "JSON named .wav", bytes: () => text('{"detail":"Not found."}'), outcome: "not-audio" },
  { name: "FLAC without its head", bytes: headless, outcome: "not-audio" },
  { name: "only an ID3 tag", bytes: () => id3(1000, new Uint8Array(1000)), outcome: "not-audio" },
  { name: "video", bytes: () => mp4("mp42"), outcome: "unsupported-container" },
  { name: "AAC in M4A", bytes: () => fixture("aac.m4a"), outcome: "unsupported-container" },
  { name: "M4A cut short", bytes: () => cut("aac.m4a", 0.4), outcome: "unsupported-container" },
  { name: "Speex", bytes: () => fixture("speex.ogg"), outcome: "unsupported-codec" },

  { name: "WAV with 0 channels", bytes: () => wav({ channels: 0, blockAlign: 2 }), outcome: "malformed-header" },
  { name: "WAV with 65,535 channels", bytes: () => wav({ channels: 65_535, blockAlign: 131_070 & 0xffff }), outcome: "malformed-header" },
  { name: "WAV with 30,000 channels", bytes: () => wav({ channels: 30_000 }), outcome: "too-many-channels" },
  { name: "WAV of 8-bit samples in 65,535 channels", bytes: () => wav({ channels: 65_535, bits: 8 }), outcome: "too-many-channels" },
  { name: "WAV with block align 1", bytes: () => wav({ blockAlign: 1 }), outcome: "malformed-header" },
  { name: "WAV with 40 bits", bytes: () => wav({ bits: 40 }), outcome: "unsupported-codec" },
  { name: "WAV around G.726", bytes: () => wav({ tag: 0x45, bits: 4, blockAlign: 1 }), outcome: "unsupported-codec" },
  { name: "WAV without fmt", bytes: () => bytesOf("RIFF", le32(100), "WAVE", "data", le32(64), new Uint8Array(64)), outcome: "malformed-header" },
  { name: "WAV without data", bytes: () => wav({ data: new Uint8Array(0) }).subarray(0, 36), outcome: "no-samples" },
  { name: "WAV with empty data", bytes: () => wav({ data: new Uint8Array(0) }), outcome: "no-samples" },
  { name: "WAV at 0 Hz", bytes: () => wav({ sampleRate: 0 }), outcome: "bad-sample-rate" },
  { name: "WAV at 4.29 GHz", bytes: () => wav({ sampleRate: 0xffff_ffff }), outcome: "bad-sample-rate" },
  { name: "WAV with NaN", bytes: () => wav({ tag: 3, bits: 32, data: float32(0, Number.NaN, 0) }), outcome: "non-finite-samples" },
  { name: "WAV with infinity", bytes: () => wav({ tag: 3, bits: 32, data: float32(0, Number.POSITIVE_INFINITY) }), outcome: "non-finite-samples" },
  { name: "WAV of integers said to be floats", bytes: () => wav({ tag: 3, bits: 32, data: float32(0, 20_092) }), outcome: "implausible-samples" },
  { name: "WAV cut short", bytes: () => wav({ data: sine16(1000), dataSize: 4000 }), outcome: "truncated" },
  { name: "WAV that promises 4 GB", bytes: () => wav({ data: sine16(1000), dataSize: 0xffff_fff0 }), outcome: "too-long" },
  { name: "IMA ADPCM with impossible blocks", bytes: craftedIma, outcome: "malformed-header" },

  { name: "MP3 behind a 20 MB picture", bytes: () => bytesOf(id3(20_000_000, new Uint8Array(20_000_000)), fixture("no-info-frame.mp3")), outcome: "whole" },
  { name: "MP3 whose ID3 tag lies about its size", bytes: () => bytesOf(id3(200_000_000, new Uint8Array(50)), fixture("no-info-frame.mp3")), outcome: "whole" },
  { name: "MP3 of random bytes behind real headers", bytes: () => mp3Frames(400, (size, index) => randomBytes(size, index * 7919 + 13)), outcome: "implausible-samples" },
  { name: "MP3 joined from two rates", bytes: () => bytesOf(fixture("cbr-stereo.mp3"), fixture("no-info-frame.mp3")), outcome: "mixed-streams" },
  { name: "MP3 cut in a frame", bytes: () => cut("no-info-frame.mp3", 0.71), outcome: "truncated" },
  { name: "MP3 with a hole", bytes: () => bytesOf(cut("no-info-frame.mp3", 0.4), randomBytes(3000), fixture("no-info-frame.mp3")), outcome: "truncated" },

  { name: "FLAC with 20 corrupt bytes", bytes: () => flipped(fixture("mono-16.flac"), Array.from({ length: 20 }, (_, i) => 12_000 + i)), outcome: "truncated" },
  { name: "FLAC that ends in its header", bytes: () => fixture("mono-16.flac").subarray(0, 30), outcome: "malformed-header" },
  { name: "FLAC of nothing but a header", bytes: () => fixture("mono-16.flac").subarray(0, 42), outcome: "malformed-header" },
  { name: "FLAC bomb: 1 h × 8 channels of 96 kHz", bytes: () => silentFlac(8, 96_000, 10_547, 345_600_000), outcome: "too-long" },
  { name: "the same without a declared length", bytes: () => silentFlac(8, 96_000, 10_547, 0), outcome: "too-long" },
  { name: "FLAC bomb: 10 h of 8 kHz", bytes: () => silentFlac(1, 8000, 8790, 288_000_000), outcome: "too-long" },
  { name: "FLAC that declares 36 bits of samples", bytes: () => silentFlac(1, 8000, 2, 2 ** 36 - 1), outcome: "too-long" },

  { name: "Opus of 10 h", bytes: () => silentOpus(1177, 10 * 3600 * 48_000), outcome: "too-long" },
  { name: "Opus of 10 h that says 1 s", bytes: () => silentOpus(1177, 48_000), outcome: "too-long" },
  { name: "Ogg cut in its header", bytes: () => cut("vorbis.ogg", 0.1), outcome: "no-samples" },
  { name: "Ogg page without a stream", bytes: () => oggPage(1, 5, 0, 100, [randomBytes(200)]), outcome: "malformed-header" },
  { name: "stereo and mono Ogg in one", bytes: () => bytesOf(fixture("vorbis.ogg"), fixture("vorbis-mono.ogg")), outcome: "mixed-streams" },
  { name: "two like Ogg streams in one", bytes: () => bytesOf(fixture("vorbis.ogg"), fixture("vorbis.ogg")), outcome: "whole" },
  { name: "Vorbis cut short", bytes: () => cut("vorbis.ogg", 0.7), outcome: "truncated" },
]; // prettier-ignore
