import { describe, expect, test } from "vitest";
import { BandLevelMeter } from "#shared/dsp/band-levels.ts";
import { findSilence } from "#shared/dsp/silence.ts";
import { loudLevel, speechContrast } from "#shared/dsp/speech-contrast.ts";
import { speechProbability, speechTraits } from "#shared/dsp/speech-traits.ts";
import { SrmrMeter } from "#shared/dsp/srmr.ts";
import { measureAll } from "#shared/dsp/measure.ts";
import { VoicingMeter } from "#shared/dsp/voicing.ts";
import {
  join,
  mix,
  noise,
  pieces,
  reverberate,
  scale,
  speechLike,
  tone,
  uniform,
} from "./signals.ts";

const rate = 16_000;
const speech = speechLike(8, rate);
const rms = Math.sqrt(speech.reduce((sum, x) => sum + x * x, 0) / speech.length);
const roomTimes = [0, 0.25, 0.5, 1, 1.5];
const rooms = roomTimes.map((seconds) => reverberate(speech, seconds, rate));

function levelsOf(signal: Float32Array, sampleRate = rate) {
  const meter = new BandLevelMeter(sampleRate);
  for (const piece of pieces(signal)) meter.push(piece);
  return meter;
}

const probability = (signal: Float32Array) => {
  const traits = speechTraits(levelsOf(signal), measureAllVoicing(signal));
  return traits && speechProbability(traits);
};

function measureAllVoicing(signal: Float32Array) {
  const meter = new VoicingMeter(rate);
  meter.push(signal);
  return meter.result();
}

const falls = (values: readonly number[]) =>
  values.every((value, i) => i === 0 || value < values[i - 1]);

describe("SRMR", () => {
  const results = rooms.map((room) => measureAll(new SrmrMeter(rate), room));

  test("falls with reverberation time from 0 to 1.5 s", () => {
    expect(falls(results.map(({ srmr }) => srmr ?? Number.NaN))).toBe(true);
  });

  test("so does the normalised variant, once the room does more than to round off the edges of syllables", () => {
    const values = results.map(({ normalised }) => normalised ?? Number.NaN);
    expect(falls(values.slice(1))).toBe(true);
    expect(values[2]).toBeLessThan(values[0]);
  });

  test("does not depend on level", () => {
    const soft = measureAll(new SrmrMeter(rate), scale(speech, 0.1));
    expect(soft.normalised).toBeCloseTo(results[0].normalised ?? Number.NaN, 2);
  });

  test("is nothing for less than a window", () => {
    expect(measureAll(new SrmrMeter(rate), speech.subarray(0, 3000))).toEqual({
      srmr: null,
      normalised: null,
    });
  });
});

const decayOf = (signal: Float32Array) => speechContrast(levelsOf(signal))?.decayDb ?? Number.NaN;

describe("contrast", () => {
  test("decays get shallower with reverberation", () => {
    expect(falls(rooms.map(decayOf))).toBe(true);
  });

  test("vowels that are held for long are no room", () => {
    const held = join(
      ...Array.from({ length: 10 }, () => {
        const vowel = mix(tone(200, 0.2, 0.9, rate), tone(400, 0.2, 0.9, rate));
        return [vowel, new Float32Array(0.3 * rate)];
      }).flat(),
    );
    expect(decayOf(held)).toBeGreaterThan(30);
    expect(decayOf(reverberate(held, 1, rate))).toBeLessThan(20);
  });

  test("the distance to the noise falls with noise, and not with gain", () => {
    const distances = [60, 40, 30, 20, 10, 0].map((snr) => {
      const noisy = mix(speech, noise(rms * 10 ** (-snr / 20), 8, rate));
      return speechContrast(levelsOf(scale(noisy, 0.3)))?.noiseDistanceDb ?? Number.NaN;
    });
    expect(falls(distances)).toBe(true);
    expect(distances[2] - distances[3]).toBeGreaterThan(7);
  });

  test("noise in the first half alone is noise", () => {
    const half = speech.map((_, i) => (i < 4 * rate ? 0.1 : 0));
    const hiss = noise(rms, 8, rate).map((x, i) => x * half[i]);
    const all = speechContrast(levelsOf(mix(speech, scale(noise(rms, 8, rate), 0.1))));
    const first = speechContrast(levelsOf(mix(speech, hiss)));
    const apart = (first?.noiseDistanceDb ?? 60) - (all?.noiseDistanceDb ?? 0);
    expect(apart).toBeGreaterThan(0);
    expect(apart).toBeLessThan(6);
  });

  test("a steady tone shows in the loudest bands, though the mean of all hardly falls", () => {
    const strongest = [0, -30, -20, -10].map((decibels) => {
      const amplitude = decibels === 0 ? 0 : rms * Math.SQRT2 * 10 ** (decibels / 20);
      const mixed = mix(speech, tone(1000, amplitude, 8, rate));
      return speechContrast(levelsOf(mixed))?.strongestFloorDb ?? Number.NaN;
    });
    expect(falls(strongest)).toBe(true);
    expect(strongest[0]).toBeGreaterThan(25);
    expect(strongest[3]).toBeLessThan(12);
  });

  test("the noise floor is the noise's level", () => {
    const noisy = mix(speech, noise(0.001, 8, rate));
    expect(Math.abs((speechContrast(levelsOf(noisy))?.noiseFloorDbov ?? 0) + 60)).toBeLessThan(1.5);
  });

  test("muted pauses neither help nor harm", () => {
    const noisy = mix(speech, noise(0.003, 8, rate));
    const padded = join(new Float32Array(2 * rate), noisy, new Float32Array(3 * rate));
    const [a, b] = [noisy, padded].map(
      (signal) => speechContrast(levelsOf(signal))?.noiseDistanceDb ?? Number.NaN,
    );
    expect(Math.abs(a - b)).toBeLessThan(1.5);
  });

  test("digital silence has none", () => {
    expect(speechContrast(levelsOf(new Float32Array(rate)))).toBeNull();
  });
});

test("silence in front, behind and in all is found to a frame or two", () => {
  const levels = levelsOf(
    join(
      new Float32Array(2 * rate),
      noise(0.1, 1, rate),
      new Float32Array(rate),
      noise(0.1, 1, rate),
      new Float32Array(3 * rate),
    ),
  );
  const silence = findSilence(levels, loudLevel(levels));
  expect(silence.leadingSeconds).toBeCloseTo(2, 1);
  expect(silence.trailingSeconds).toBeCloseTo(3, 1);
  expect(Math.abs(silence.totalSeconds - 6)).toBeLessThan(0.15);
});

test("the pitch of a voice is found", () => {
  const { periodicity, pitchHz } = measureAllVoicing(
    mix(tone(150, 0.3, 1, rate), tone(300, 0.2, 1, rate), tone(450, 0.1, 1, rate)),
  );
  expect(periodicity[20]).toBeGreaterThan(0.95);
  expect(pitchHz[20]).toBeCloseTo(150, -0.3);
});

/** A random walk, held near zero. */
function brownNoise(seconds: number, sampleRate: number): Float32Array {
  let state = 0;
  return noise(0.01, seconds, sampleRate).map((x) => (state = 0.998 * state + x));
}

const tremolo = (signal: Float32Array, hertz: number) =>
  signal.map((x, i) => x * (1 + 0.8 * Math.sin((2 * Math.PI * hertz * i) / rate)));

interface Calls {
  pitchHz: number;
  /** Rise of the pitch to the middle of a call, and vibrato, as shares of it. */
  bend: number;
  vibrato?: number;
  callSeconds: number;
  gapSeconds: number;
}

/** Eight seconds of calls, each a harmonic sound at some pitch around that which is named, under a resonance at 1.1 kHz. */
function calls({ pitchHz, bend, vibrato = 0, callSeconds, gapSeconds }: Calls): Float32Array {
  const next = uniform(5);
  const output = noise(1e-4, 8, rate);
  const length = Math.round(callSeconds * rate);
  for (let at = 0; at + length < output.length; at += length + Math.round(gapSeconds * rate)) {
    const middle = pitchHz * (0.85 + 0.3 * next());
    let phase = 0;
    for (let i = 0; i < length; i++) {
      const hump = Math.sin((Math.PI * i) / length);
      const wave = vibrato * Math.sin((2 * Math.PI * 5.5 * i) / rate);
      const hertz = middle * (1 + bend * hump + wave);
      phase += (2 * Math.PI * hertz) / rate;
      for (let k = 1; k < 10 && k * hertz < rate / 2; k++)
        output[at + i] +=
          (0.1 * hump ** 0.5 * Math.sin(k * phase)) / (1 + ((k * hertz - 1100) / 500) ** 2);
    }
  }
  return output;
}

describe("speech or not", () => {
  const next = uniform(3);
  const notes = Array.from({ length: 24 }, () => 220 * 2 ** (Math.floor(next() * 24) / 12));
  const melody = join(
    ...notes.map((hz) =>
      mix(
        tone(hz, 0.3, 0.3, rate),
        tone(2 * hz, 0.15, 0.3, rate),
        tone(3 * hz, 0.1, 0.3, rate),
      ).map((x, i) => x * Math.exp(-i / 3000)),
    ),
  );
  const clicks = new Float32Array(8 * rate).map((_, i) => (i % 5111 === 0 ? 0.9 : 0));
  const beat = noise(0.3, 8, rate).map((x, i) => x * Math.exp(-(i % 4000) / 400));

  test("speech is found: clean, noisy, reverberant, through a telephone", () => {
    expect(probability(speech)).toBeGreaterThan(0.8);
    expect(probability(mix(speech, noise(rms / 10 ** (5 / 20), 8, rate)))).toBeGreaterThan(0.5);
    expect(probability(rooms[3])).toBeGreaterThan(0.5);
  });

  test("speech is found after a long tone, and over an offset", () => {
    expect(probability(join(tone(1000, 0.3, 10, rate), speech))).toBeGreaterThan(0.5);
    expect(probability(speech.map((x) => x + 0.3))).toBeGreaterThan(0.8);
  });

  test.each([
    ["white noise", noise(0.1, 8, rate)],
    ["brown noise", brownNoise(8, rate)],
    ["brown noise at the rate of syllables", tremolo(brownNoise(8, rate), 4)],
    ["a vibrato", calls({ pitchHz: 440, bend: 0, vibrato: 0.02, callSeconds: 0.4, gapSeconds: 0 })],
    ["barks", calls({ pitchHz: 450, bend: 0.4, callSeconds: 0.15, gapSeconds: 0.2 })],
    ["mewing", calls({ pitchHz: 600, bend: 0.35, callSeconds: 0.7, gapSeconds: 0.4 })],
    ["chirps", calls({ pitchHz: 3000, bend: 0.4, callSeconds: 0.1, gapSeconds: 0.1 })],
    ["a ringing telephone", calls({ pitchHz: 1300, bend: 0, callSeconds: 1, gapSeconds: 1 })],
    [
      "noise at the rate of syllables",
      noise(0.1, 8, rate).map((x, i) => x * (1 + Math.sin((2 * Math.PI * 4 * i) / rate))),
    ],
    ["a tone", tone(440, 0.3, 8, rate)],
    ["a melody", melody],
    ["a beat", beat],
    ["clicks", mix(clicks, noise(1e-4, 8, rate))],
    [
      "a siren",
      tone(600, 0.3, 8, rate).map(
        (x, i) => x * (0.6 + 0.4 * Math.sin((2 * Math.PI * 4 * i) / rate)),
      ),
    ],
  ])("%s is none", (_, signal) => {
    expect(probability(signal)).toBeLessThan(0.3);
  });

  test("silence and half a second are not judged", () => {
    expect(probability(new Float32Array(8 * rate))).toBeNull();
    expect(probability(speech.subarray(0, rate / 2))).toBeNull();
  });
});
