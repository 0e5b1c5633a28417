import { decode } from "fast-png";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Envelope } from "#emulators/commands/measure/envelope.ts";
import { LevelHistogram } from "#emulators/commands/measure/level-histogram.ts";
import { type PictureData, readPictureData } from "#emulators/commands/measure/picture-data.ts";
import { pictureWidth, toSpec } from "#emulators/commands/measure/picture-spec.ts";
import { toPng, toSvg } from "#emulators/commands/measure/picture.ts";
import { plotTargets } from "#emulators/commands/measure/plot-targets.ts";
import { rangeDb, Spectrogram } from "#emulators/commands/measure/spectrogram.ts";
import { defaultAudioLimits } from "#shared/audio/limits.ts";
import { fixture } from "../audio/fixtures.ts";
import { noise, pieces, tone } from "../dsp/signals.ts";

const rate = 16_000;

describe("an outline", () => {
  test("has the extremes and the root mean square of each column", () => {
    const envelope = new Envelope(4, 2);
    for (const piece of [[0.5, -0.5, 1], [0]]) envelope.push(Float32Array.from(piece));
    expect(envelope.result()).toEqual([
      { low: -0.5, high: 0.5, rms: 0.5 },
      { low: 0, high: 1, rms: Math.SQRT1_2 },
    ]);
  });

  test("of a few samples has a column for each", () => {
    const envelope = new Envelope(3, 1000);
    envelope.push(Float32Array.of(1, 2, 3));
    expect(envelope.result().map(({ high }) => high)).toEqual([1, 2, 3]);
  });
});

const fullest = (samples: Float32Array) => {
  const histogram = new LevelHistogram(rate);
  for (const piece of pieces(samples)) histogram.push(piece);
  const bins = histogram.result();
  expect(bins.reduce((sum, { percent }) => sum + percent, 0)).toBeCloseTo(100, 6);
  return bins.reduce((a, b) => (b.percent > a.percent ? b : a));
};

describe("a histogram of levels", () => {
  test("finds a tone at its level, and silence at the bottom", () => {
    // A sine of a tenth of full scale has -23 dBov.
    expect(fullest(tone(1000, 0.1, 2, rate))).toEqual({ from: -24, to: -22, percent: 100 });
    expect(fullest(new Float32Array(rate))).toEqual({ from: -100, to: -98, percent: 100 });
    expect(fullest(tone(1000, 0.1, 0.005, rate))).toMatchObject({ from: -24, percent: 100 });
  });
});

const spectrogramOf = (samples: Float32Array, columns = 100, cut = [samples]) => {
  const spectrogram = new Spectrogram(rate, samples.length, columns);
  for (const piece of cut) spectrogram.push(piece);
  const levels = spectrogram.result();
  const at = (column: number, hertz: number) => {
    const row = levels.rows - 1 - Math.round((hertz / (rate / 2)) * levels.rows);
    return levels.decibels[row * levels.columns + column];
  };
  return { ...levels, at };
};

describe("a spectrogram", () => {
  test("has sound where it is in time and frequency, and nothing elsewhere", () => {
    const late = tone(3000, 0.5, 2, rate).fill(0, 0, rate);
    const { columns, at } = spectrogramOf(late);
    expect(columns).toBe(100);
    expect(at(75, 3000)).toBeGreaterThan(-3);
    expect(at(25, 3000)).toBe(rangeDb);
    expect(at(75, 6000)).toBe(rangeDb);
  });

  test("is the same in pieces, and has as many columns for an hour as for a minute", () => {
    const signal = noise(0.1, 3, rate);
    expect(spectrogramOf(signal, 40, [...pieces(signal)]).decibels).toEqual(
      spectrogramOf(signal, 40).decibels,
    );
    expect(spectrogramOf(noise(0.1, 60, rate), 40).decibels).toHaveLength(40 * 256);
  });

  test("of silence and of less than a window is drawn too", () => {
    const silence = spectrogramOf(new Float32Array(rate));
    expect(new Set(silence.decibels)).toEqual(new Set([rangeDb]));
    const { at, columns } = spectrogramOf(tone(3000, 0.5, 0.01, rate));
    expect(at(columns >> 1, 3000)).toBeGreaterThan(-6);
    expect(spectrogramOf(Float32Array.of(0.5)).columns).toBe(1);
  });
});

describe("a picture", () => {
  const text = {
    title: "<tea> & talk.flac",
    facts: "2 s",
    label: "Good",
    badge: "Good 3.70",
    reasons: ["background noise"],
    bandwidthHz: 3400,
    levels: { activeSpeechDbov: -26, noiseFloorDbov: -60 },
  };
  let data: PictureData;
  let svg: string;
  beforeAll(async () => {
    data = await readPictureData(fixture("stereo-24.flac"), 96_000, defaultAudioLimits);
    svg = await toSvg(toSpec(data, text));
  });

  test("names what it shows, with units", () => {
    for (const word of [
      "&lt;tea&gt; &amp; talk.flac",
      "background noise",
      "Good 3.70",
      "bandwidth 3.4 kHz",
      "left",
      "right",
      "time (s)",
      "frequency (kHz)",
      "level of 20 ms (dBov)",
      "speech −26",
      "noise −60",
    ])
      expect(svg).toContain(word);
    expect(svg).toContain("data:image/png;base64,");
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("as a PNG has its letters, whatever fonts the machine has", () => {
    const { width, data: pixels, channels } = decode(toPng(svg));
    expect(width).toBe(1.5 * pictureWidth);
    // The title's line, from the left edge to the middle.
    let dark = 0;
    for (let y = 35; y < 75; y++)
      for (let x = 30; x < 600; x++) if (pixels[(y * width + x) * channels] < 100) dark++;
    expect(dark).toBeGreaterThan(1000);
  });

  test("of a recording without bandwidth and levels leaves them out", async () => {
    const levels = { activeSpeechDbov: null, noiseFloorDbov: null };
    const bare = await toSvg(toSpec(data, { ...text, bandwidthHz: null, levels }));
    expect(bare).not.toMatch(/bandwidth|speech|NaN/);
  });
});

describe("where pictures go", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "earmark-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("a file of its own, or a folder for many", async () => {
    const png = join(folder, "a.PNG");
    expect(await plotTargets(png, ["talk.wav"])).toEqual([png]);
    expect(await plotTargets(folder, ["x/a.wav", "b.mp3"])).toEqual([
      join(folder, "a.wav.png"),
      join(folder, "b.mp3.png"),
    ]);
  });

  test.each([
    ["out.gif", ["a.wav"], /ends in .png or .svg.*"out.gif"/],
    ["out", ["a.wav"], /or a folder that is there/],
    ["out.png", ["a.wav", "b.wav"], /a folder for 2 files/],
    ["/nowhere/at/all/out.svg", ["a.wav"], /folder \/nowhere\/at\/all is not there/],
  ])("%s for %j is refused", async (out, files, why) => {
    await expect(plotTargets(out, files)).rejects.toThrowError(why);
  });

  test("two files of one name are refused", async () => {
    await expect(plotTargets(folder, ["x/a.wav", "y/a.wav"])).rejects.toThrowError(/two files/);
  });
});
