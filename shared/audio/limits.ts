/** What a file may cost before it is refused. A limit that is passed is a rejection with its reason, never a crash. */
export interface AudioLimits {
  /** Size of the file. */
  readonly maxBytes: number;
  /** Length, as declared by the headers and as counted while decoding. */
  readonly maxDurationSeconds: number;
  readonly maxChannels: number;
  /** Wall-clock time for one whole reading, after which the worker is killed. */
  readonly decodeTimeoutMs: number;
  /** What a reading may hold beside the file itself: script heap, decoded blocks, the kept signal. */
  readonly maxMemoryMb: number;
}

export const defaultAudioLimits: AudioLimits = {
  maxBytes: 256 * 2 ** 20,
  maxDurationSeconds: 3600,
  maxChannels: 8,
  decodeTimeoutMs: 120_000,
  maxMemoryMb: 384,
};

/** Sample rates outside of this range belong to no recording of sound (telephone 8 kHz … studio 384 kHz). */
export const sampleRateRange = { lowest: 4000, highest: 384_000 };

/**
 * Largest believable sample, full scale being 1 (32 is +30 dBFS). Lossy decoders overshoot by a few dB and
 * floating-point files are mixed hot, but garbage that decodes by accident peaks in the thousands.
 */
export const highestPlausiblePeak = 32;

/** The most sample values (frames × channels) that fit the duration limit: that long at 192 kHz stereo. */
export const maxSampleValues = (limits: AudioLimits) => limits.maxDurationSeconds * 192_000 * 2;
