import { describe, expect, test } from "vitest";
import { defaultAudioLimits } from "#shared/audio/limits.ts";
import { takeReading } from "#shared/audio/reading.ts";
import { decodeAudio, type Decoding } from "#shared/audio/decode.ts";
import { fixture, expected } from "./fixtures.ts";

async function samplesOf(decoding: Decoding): Promise<Float32Array[]> {
  const channels: number[][] = Array.from({ length: decoding.format.channels }, () => []);
  for await (const block of decoding.blocks())
    block.forEach((samples, i) => channels[i]?.push(...samples));
  return channels.map((samples) => Float32Array.from(samples));
}

const unread = new Set(["aac.m4a", "speex.ogg"]);
const files = Object.entries(expected).filter(([name]) => !unread.has(name));

/** Samples that were stored must come back as ffmpeg reads them; lossy decoders may differ in the last bits. */
const sampleTolerance: Readonly<Record<string, number>> = {
  mp3: 1e-3,
  vorbis: 1e-3,
  opus: 1e-3,
};

describe.each(files)("%s", (name, { codec, sampleRate, channels, frames, probes }) => {
  const decoding = decodeAudio(fixture(name));

  test("has the facts and the samples that ffmpeg finds", async () => {
    expect(decoding.format).toMatchObject({ codec, sampleRate, channels });
    const samples = await samplesOf(decoding);
    expect(decoding.truncated).toBe(false);
    expect(samples.map(({ length }) => length)).toEqual(Array(channels).fill(frames));
    for (const [frame, ...values] of probes) {
      values.forEach((value, channel) => {
        const difference = Math.abs((samples[channel]?.[frame ?? 0] ?? Number.NaN) - value);
        expect(difference).toBeLessThanOrEqual(sampleTolerance[codec] ?? 1e-6);
      });
    }
  });

  test("shows it when the last third is cut off", async () => {
    const whole = fixture(name);
    const cut = decodeAudio(whole.subarray(0, Math.floor((whole.length * 2) / 3)));
    await samplesOf(cut);
    expect(cut.truncated).toBe(true);
    expect(cut.frames).toBeGreaterThan(frames * 0.3);
  });
});

test.each(["mono-16.flac", "flac.oga"])(
  "%s gives the integers that it stores, exactly",
  async (name) => {
    const [samples] = await samplesOf(decodeAudio(fixture(name)));
    expect(samples?.every((sample) => Number.isInteger(sample * 32_768))).toBe(true);
    expect(samples?.some((sample) => sample !== 0)).toBe(true);
  },
);

test("bit rate, bit depth and tags come with the reading", async () => {
  const options = { limits: defaultAudioLimits };
  expect(await takeReading(fixture("cbr-stereo.mp3"), options)).toMatchObject({
    container: "mp3",
    bitrate: 64_000,
    bitDepth: null,
    tags: { title: "A fox", artist: "espeak" },
    durationSeconds: 68_766 / 44_100,
  });
  const vorbis = await takeReading(fixture("vorbis.ogg"), options);
  expect(vorbis).toMatchObject({ container: "ogg", bitDepth: null, tags: { title: "A fox" } });
  expect(vorbis.bitrate).toBeCloseTo(
    (fixture("vorbis.ogg").length * 8) / vorbis.durationSeconds,
    -4,
  );
  expect(await takeReading(fixture("stereo-24.flac"), options)).toMatchObject({
    container: "flac",
    bitDepth: 24,
  });
  expect(await takeReading(fixture("extensible-24.wav"), options)).toMatchObject({
    bitDepth: 24,
    bitrate: 192_000,
  });
});

test("durations are those of ffprobe, which counts an MP3 encoder's delay and padding as sound", async () => {
  for (const [name, { probedSeconds, channels }] of files) {
    const { durationSeconds, codec } = await takeReading(fixture(name), {
      limits: defaultAudioLimits,
    });
    const isGuess = codec.startsWith("adpcm") && channels > 1; // ffprobe divides bytes by the bit rate
    const tolerance = codec === "mp3" ? 0.08 : isGuess || codec === "opus" ? 0.04 : 0.001;
    expect(Math.abs(durationSeconds - probedSeconds)).toBeLessThanOrEqual(tolerance);
  }
});

test("a signal is kept as the mono mix at the rate asked for", async () => {
  const reading = await takeReading(fixture("cbr-stereo.mp3"), {
    limits: defaultAudioLimits,
    resampleTo: 16_000,
  });
  expect(reading.samplesRate).toBe(16_000);
  expect(reading.samples?.length).toBe(Math.round((68_766 * 16_000) / 44_100));
  const narrow = await takeReading(fixture("mulaw.wav"), {
    limits: defaultAudioLimits,
    resampleTo: "auto",
  });
  expect(narrow).toMatchObject({
    samplesRate: 8000,
    samples: { length: expected["mulaw.wav"]?.frames },
  });
});
