import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { grade } from "#shared/audio/grade.ts";
import { defaultAudioLimits, readAudio } from "#shared/audio/read.ts";
import { takeReading } from "#shared/audio/reading.ts";
import { wav } from "./builders.ts";
import { fixture } from "./fixtures.ts";
import { mix, noise, scale, speechLike } from "../dsp/signals.ts";

const options = { limits: defaultAudioLimits, measures: true };

/** A stereo WAV of 16 bits, from two channels. */
function stereo(left: Float32Array, right: Float32Array, sampleRate: number) {
  const codes = new Int16Array(2 * left.length);
  for (let i = 0; i < left.length; i++) {
    codes[2 * i] = Math.round(32_767 * left[i]);
    codes[2 * i + 1] = Math.round(32_767 * right[i]);
  }
  return wav({ channels: 2, sampleRate, data: new Uint8Array(codes.buffer) });
}

async function measuresOf(bytes: Uint8Array) {
  const { measures } = await takeReading(bytes, options);
  if (!measures) throw new Error("no measures");
  return measures;
}

test("speech through every codec is speech, and is graded", async () => {
  for (const name of ["mono-16.flac", "cbr-stereo.mp3", "opus.opus", "vorbis.ogg", "mulaw.wav"]) {
    const card = await measuresOf(fixture(name));
    expect(card.speechProbability).toBeGreaterThan(0.5);
    expect(card.loudnessLufs).toBeLessThan(-10);
    expect(card.truePeakDbtp).toBeLessThan(1);
    expect(grade(card).score).toBeGreaterThan(2);
  }
});

test("the worker hands the same scorecard over", async () => {
  const { measures } = await readAudio(fixture("vorbis.ogg"), options);
  expect(measures).toEqual(await measuresOf(fixture("vorbis.ogg")));
});

describe("a stereo recording at 44.1 kHz", () => {
  const rate = 44_100;
  const speech = speechLike(4, rate);

  test("noise lowers contrast and grade; the facts of its channels are found", async () => {
    const noisy = mix(speech, noise(0.01, 4, rate));
    const [clean, dirty] = [
      await measuresOf(stereo(speech, speech, rate)),
      await measuresOf(stereo(noisy, scale(noisy, -1), rate)),
    ];
    expect(clean.channels.isDualMono).toBe(true);
    expect(dirty.channels.isInverted).toBe(true);
    expect(grade(dirty).unratedReason).toContain("inverted");
    const mono = await measuresOf(stereo(noisy, noisy, rate));
    expect(mono.contrast?.noiseDistanceDb).toBeLessThan(clean.contrast?.noiseDistanceDb ?? 0);
    expect(grade(mono).score).toBeLessThan(grade(clean).score ?? 0);
  });
});

const hasFfmpeg = spawnSync("ffmpeg", ["-version"]).status === 0;

test.skipIf(!hasFfmpeg)("loudness and true peak agree with ffmpeg's ebur128 filter", async () => {
  for (const name of ["cbr-stereo.mp3", "vorbis.ogg", "flac.oga"]) {
    const path = new URL(`../../fixtures/audio/${name}`, import.meta.url).pathname;
    const { stderr } = spawnSync(
      "ffmpeg",
      ["-nostats", "-i", path, "-af", "ebur128=peak=true", "-f", "null", "-"],
      { encoding: "utf8" },
    );
    const summary = stderr.slice(stderr.lastIndexOf("Summary:"));
    const card = await measuresOf(fixture(name));
    expect(card.loudnessLufs).toBeCloseTo(Number(/I:\s+(-?[\d.]+) LUFS/.exec(summary)?.[1]), 0.7);
    expect(
      Math.abs((card.truePeakDbtp ?? 0) - Number(/Peak:\s+(-?[\d.]+) dBFS/.exec(summary)?.[1])),
    ).toBeLessThan(0.3);
  }
});
