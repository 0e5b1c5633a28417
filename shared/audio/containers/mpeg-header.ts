/** One frame header of MPEG audio (ISO/IEC 11172-3 2.4.1.3, 13818-3; "2.5" is the de-facto extension to low rates). */
export interface MpegHeader {
  readonly version: 1 | 2 | 2.5;
  readonly layer: 1 | 2 | 3;
  /** Bits per second. */
  readonly bitrate: number;
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  /** Samples a channel. */
  readonly samples: number;
  /** Bytes, header included. */
  readonly length: number;
}

const bitrates: Readonly<Record<string, readonly number[]>> = {
  "1/1": [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  "1/2": [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  "1/3": [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  "2/1": [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  "2/2": [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  "2/3": [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const sampleRates = [44_100, 48_000, 32_000];

/** The header at `at`, or null where there is none (free-format bit rates, which nobody writes, included). */
export function readMpegHeader(bytes: Uint8Array, at: number): MpegHeader | null {
  if (at + 4 > bytes.length || bytes[at] !== 0xff || (bytes[at + 1] & 0xe0) !== 0xe0) return null;
  const b1 = bytes[at + 1];
  const b2 = bytes[at + 2];
  const version = ([2.5, null, 2, 1] as const)[(b1 >> 3) & 3];
  const layer = ([null, 3, 2, 1] as const)[(b1 >> 1) & 3];
  const rateIndex = (b2 >> 2) & 3;
  const bitrateIndex = b2 >> 4;
  if (!version || !layer || rateIndex === 3 || bitrateIndex === 0 || bitrateIndex === 15)
    return null;

  const sampleRate = sampleRates[rateIndex] / (version === 1 ? 1 : version === 2 ? 2 : 4);
  const bitrate = bitrates[`${version === 1 ? 1 : 2}/${layer}`][bitrateIndex - 1] * 1000;
  const samples = layer === 1 ? 384 : layer === 2 || version === 1 ? 1152 : 576;
  const padding = (b2 >> 1) & 1;
  const length =
    layer === 1
      ? (Math.floor((12 * bitrate) / sampleRate) + padding) * 4
      : Math.floor((samples / 8) * (bitrate / sampleRate)) + padding;
  const channels = bytes[at + 3] >> 6 === 3 ? 1 : 2;
  return { version, layer, bitrate, sampleRate, channels, samples, length };
}
