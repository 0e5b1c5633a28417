import { readFileSync } from "node:fs";

const folder = new URL("../../fixtures/audio/", import.meta.url);

/** A file of test/fixtures/audio. */
export const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(name, folder)));

export interface Expected {
  codec: string;
  sampleRate: number;
  channels: number;
  /** ffprobe's `duration`. */
  probedSeconds: number;
  /** Frames that ffmpeg decodes. */
  frames: number;
  /** [frame, sample of each channel] as ffmpeg decodes them. */
  probes: number[][];
}

export const expected: Record<string, Expected> = JSON.parse(
  new TextDecoder().decode(fixture("expected.json")),
);
