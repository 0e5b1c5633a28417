import { expect, test } from "vitest";
import { defaultAudioLimits } from "#shared/audio/limits.ts";
import { readOggPages } from "#shared/audio/containers/ogg-pages.ts";
import { takeReading } from "#shared/audio/reading.ts";
import { PermanentError } from "#shared/errors.ts";
import { bytesOf } from "./builders.ts";
import { fixture, expected } from "./fixtures.ts";
import { hostileFiles } from "./hostile.ts";

/** A hundredth of the usual length, so that a bomb's fuse is short enough for a test. */
const limits = { ...defaultAudioLimits, maxDurationSeconds: 36 };

interface Outcome {
  outcome: string;
  message: string;
}

async function outcomeOf(bytes: Uint8Array): Promise<Outcome> {
  try {
    const { truncated } = await takeReading(bytes, { limits });
    return { outcome: truncated ? "truncated" : "whole", message: "The file was read." };
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    return { outcome: error.reason, message: error.message };
  }
}

test.each(hostileFiles)("$name → $outcome", async ({ bytes, outcome }) => {
  const result = await outcomeOf(bytes());
  expect(result.outcome).toBe(outcome);
  expect(result.message).toMatch(/^[A-Z].{10,}\.$|decoder gave up/);
});

test("like streams chained in one Ogg file are all heard", async () => {
  const twice = bytesOf(fixture("vorbis.ogg"), fixture("vorbis.ogg"));
  const { durationSeconds } = await takeReading(twice, { limits });
  const { frames, sampleRate } = expected["vorbis.ogg"] ?? { frames: 0, sampleRate: 1 };
  expect(durationSeconds).toBeCloseTo((2 * frames) / sampleRate, 3);
});

test("of two streams side by side in one Ogg file the first is heard", async () => {
  const { pages } = readOggPages(fixture("vorbis.ogg"));
  const beside = pages.map(({ bytes }) => {
    const copy = bytes.slice();
    copy[14] ^= 0xff; // the first byte of the serial number
    return copy;
  });
  const both = bytesOf(...pages.flatMap(({ bytes }, i) => [bytes, beside[i]]));
  const { durationSeconds, truncated } = await takeReading(both, { limits });
  const { frames, sampleRate } = expected["vorbis.ogg"] ?? { frames: 0, sampleRate: 1 };
  expect(durationSeconds).toBeCloseTo(frames / sampleRate, 3);
  expect(truncated).toBe(false);
});

test("after corrupt bytes the rest of a FLAC file is found again", async () => {
  const file = hostileFiles.find(({ name }) => name === "FLAC with 20 corrupt bytes");
  const { durationSeconds } = await takeReading(file?.bytes() ?? new Uint8Array(0), { limits });
  const { frames, sampleRate } = expected["mono-16.flac"] ?? { frames: 0, sampleRate: 1 };
  expect(durationSeconds).toBeGreaterThan((0.7 * frames) / sampleRate);
  expect(durationSeconds).toBeLessThan(frames / sampleRate);
});

test("a larger file than allowed is refused unread", async () => {
  const small = { limits: { ...limits, maxBytes: 1000 } };
  await expect(takeReading(fixture("mulaw.wav"), small)).rejects.toMatchObject({
    reason: "too-large",
  });
});
