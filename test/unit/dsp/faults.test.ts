import { describe, expect, test } from "vitest";
import { ChannelMeter } from "#shared/dsp/channel-facts.ts";
import { ClippingMeter } from "#shared/dsp/clipping.ts";
import { DropoutMeter } from "#shared/dsp/dropouts.ts";
import { HumMeter } from "#shared/dsp/hum.ts";
import { measureAll } from "#shared/dsp/measure.ts";
import { join, mix, noise, pieces, scale, speechLike, tone } from "./signals.ts";

const rate = 16_000;
const speech = speechLike(8, rate);
const peak = speech.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
const rms = Math.sqrt(speech.reduce((sum, x) => sum + x * x, 0) / speech.length);

const clipped = (share: number) =>
  speech.map((x) => Math.max(-share * peak, Math.min(share * peak, x)));

describe("clipping", () => {
  test("grows with how hard a signal was clipped, even when it was turned down afterwards", () => {
    const ratios = [0.7, 0.5, 0.3, 0.1].map(
      (share) => measureAll(new ClippingMeter(), scale(clipped(share), 0.6)).ratio,
    );
    expect(ratios).toEqual(ratios.toSorted((a, b) => a - b));
    expect(ratios[0]).toBeGreaterThan(0);
    expect(ratios[3]).toBeGreaterThan(0.05);
  });

  test("counts just the samples in runs at the limit", () => {
    const signal = tone(100, 1, 1, rate).map((x) => Math.max(-0.5, Math.min(0.5, x)));
    const { ratio, runs } = measureAll(new ClippingMeter(), signal);
    // |sin| is over one half for two thirds of the time, in two stretches a period.
    expect(ratio).toBeCloseTo(2 / 3, 1);
    expect(runs).toBe(200);
  });

  test("stretches that are passed over change nothing", () => {
    for (const signal of [
      scale(clipped(0.3), 0.6),
      scale(clipped(0.9), 3),
      tone(100, 1.2, 1, rate),
    ]) {
      const meter = new ClippingMeter();
      for (let i = 0; i < signal.length; i++) meter.push(signal.subarray(i, i + 1));
      expect(measureAll(new ClippingMeter(), signal)).toEqual(meter.result());
    }
  });

  test("is not found in clean speech, nor at the tops of a loud tone", () => {
    expect(measureAll(new ClippingMeter(), speech).ratio).toBe(0);
    expect(measureAll(new ClippingMeter(), tone(440, 0.9, 1, rate)).ratio).toBe(0);
  });
});

const lossy = (every: number, lengthSeconds: number) => {
  const output = speech.slice();
  const length = Math.round(lengthSeconds * rate);
  for (let at = 4000; at + length < output.length; at += Math.round(every * rate))
    output.fill(0, at, at + length);
  return output;
};

describe("dropouts", () => {
  test("lost packets are found, and their share is about right", () => {
    const { count, ratio } = measureAll(new DropoutMeter(rate), lossy(0.2, 0.02));
    // Of 39 packets those that fell into pauses leave no trace.
    expect(count).toBeGreaterThan(18);
    expect(count).toBeLessThan(40);
    expect(ratio).toBeGreaterThan(0.05);
    expect(ratio).toBeLessThan(0.105);
  });

  test("pieces give what the whole gives", () => {
    const meter = new DropoutMeter(rate);
    for (const piece of pieces(lossy(0.2, 0.02))) meter.push(piece);
    expect(meter.result()).toEqual(measureAll(new DropoutMeter(rate), lossy(0.2, 0.02)));
  });

  test("a closure that sound fades into is a consonant's, a cut as long is not", () => {
    const voiced = mix(tone(200, 0.3, 0.4, rate), tone(600, 0.1, 0.4, rate));
    const fading = voiced.map((x, i) => x * Math.min(1, (voiced.length - i) / (0.015 * rate)));
    const burst = voiced.map((x, i) => x * (i < 0.005 * rate ? 1.5 : 1));
    const words = (sound: Float32Array) =>
      join(
        ...Array.from({ length: 6 }, () => [sound, new Float32Array(0.04 * rate), burst]).flat(),
      );
    expect(measureAll(new DropoutMeter(rate), words(fading)).count).toBe(0);
    expect(measureAll(new DropoutMeter(rate), words(voiced)).count).toBe(6);
  });

  test("clean speech with its pauses has none, and long mutes are an editor's", () => {
    expect(measureAll(new DropoutMeter(rate), speech).count).toBe(0);
    expect(measureAll(new DropoutMeter(rate), lossy(1.5, 0.3)).count).toBe(0);
  });
});

const withHum = (mainsHz: number, decibels: number) => {
  const amplitude = rms * 10 ** (decibels / 20);
  return mix(
    speech,
    tone(mainsHz, amplitude, 8, rate),
    tone(2 * mainsHz, amplitude / 2, 8, rate),
    tone(3 * mainsHz, amplitude / 4, 8, rate),
  );
};

describe("hum", () => {
  test.each([50, 60])("of %i Hz is found, with its level", (mainsHz) => {
    const found = measureAll(new HumMeter(rate), withHum(mainsHz, -15));
    expect(found?.mainsHz).toBe(mainsHz);
    // A sine has half the power of its amplitude squared; harmonics add 31 %.
    expect(Math.abs((found?.relativeDb ?? 0) - (-15 - 3 + 1.2))).toBeLessThan(1.5);
  });

  test("is not found in speech, noise or a tone elsewhere", () => {
    expect(measureAll(new HumMeter(rate), speech)).toBeNull();
    expect(measureAll(new HumMeter(rate), noise(0.1, 8, rate))).toBeNull();
    expect(measureAll(new HumMeter(rate), mix(speech, tone(440, 0.1, 8, rate)))).toBeNull();
  });
});

const facts = (left: Float32Array, right: Float32Array) => {
  const meter = new ChannelMeter(2);
  meter.push([left, right]);
  return meter.result();
};

describe("channels", () => {
  test("one signal twice, one silent side, one side inverted, and true stereo", () => {
    const none = { isDualMono: false, silentChannels: [], isInverted: false };
    expect(facts(speech, speech)).toEqual({ ...none, isDualMono: true });
    expect(facts(speech, scale(speech, -1))).toEqual({ ...none, isInverted: true });
    expect(facts(speech, scale(speech, -0.5))).toEqual({ ...none, isInverted: true });
    expect(facts(speech, scale(speech, 0.001))).toEqual({ ...none, silentChannels: [1] });
    expect(facts(speech, noise(rms, 8, rate))).toEqual(none);
  });

  test("silence on both sides is no fault of either", () => {
    const nothing = new Float32Array(1000);
    expect(facts(nothing, nothing)).toEqual({
      isDualMono: false,
      silentChannels: [],
      isInverted: false,
    });
  });
});
