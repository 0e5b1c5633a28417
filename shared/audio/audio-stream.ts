import type { DecodedBlock } from "./block.ts";
import type { AudioTags } from "./tags.ts";

export type Container = "wav" | "mp3" | "ogg" | "flac" | "aiff";

/** What the headers of a file say, before anything is decoded. */
export interface AudioFormat {
  readonly container: Container;
  /** As ffmpeg names codecs: `mp3`, `vorbis`, `opus`, `flac`, `pcm_s16le`, `pcm_mulaw`, `adpcm_ms`, … */
  readonly codec: string;
  /** Of the decoded signal, in hertz (Opus always decodes at 48000). */
  readonly sampleRate: number;
  readonly channels: number;
  /** Bits per sample where samples are stored as such, else null. */
  readonly bitDepth: number | null;
  /** Sample frames that the headers promise, where they do. */
  readonly declaredFrames: number | null;
  /** Bytes of coded sound, without tags and pictures. */
  readonly audioBytes: number;
  /** Bits per second where the coding fixes it (PCM, constant-rate MP3), else null: size over duration tells. */
  readonly nominalBitrate: number | null;
}

/** A file whose headers were understood. Opening decodes nothing; `blocks` does, a bounded piece at a time. */
export interface AudioStream {
  readonly format: AudioFormat;
  /** The container itself shows that the end, or a part, is missing. */
  readonly damaged: boolean;
  readonly tags: AudioTags;
  readonly blocks: () => AsyncIterable<DecodedBlock>;
}
