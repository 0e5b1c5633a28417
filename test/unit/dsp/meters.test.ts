import { describe, expect, test } from "vitest";
import { ActiveLevelMeter } from "#shared/dsp/active-level.ts";
import { BandLevelMeter } from "#shared/dsp/band-levels.ts";
import { BandwidthMeter } from "#shared/dsp/bandwidth.ts";
import { ChannelMeter } from "#shared/dsp/channel-facts.ts";
import { ClippingMeter } from "#shared/dsp/clipping.ts";
import { Decimator } from "#shared/dsp/decimator.ts";
import { DropoutMeter } from "#shared/dsp/dropouts.ts";
import { HumMeter } from "#shared/dsp/hum.ts";
import { LoudnessMeter } from "#shared/dsp/loudness.ts";
import { SrmrMeter } from "#shared/dsp/srmr.ts";
import { TruePeakMeter } from "#shared/dsp/true-peak.ts";
import { VoicingMeter } from "#shared/dsp/voicing.ts";
import { WadaSnrMeter } from "#shared/dsp/wada-snr.ts";
import { mix, noise, pieces, speechLike, tone } from "./signals.ts";

const rate = 22_050;
const a = mix(speechLike(3, rate), tone(50, 0.02, 3, rate));
const b = mix(speechLike(3, rate), noise(0.05, 3, rate)).map((x) =>
  Math.max(-0.2, Math.min(0.2, x)),
);

interface Meter {
  push(samples: Float32Array): void;
  result(): unknown;
}

/** Meters share the kernels and their memory. */
const meters: readonly (readonly [string, () => Meter])[] = [
  ["active speech level", () => new ActiveLevelMeter(rate)],
  ["levels in bands", withLevels],
  ["bandwidth", () => new BandwidthMeter(rate)],
  ["channels", () => ofChannels(2, new ChannelMeter(2))],
  ["clipping", () => new ClippingMeter()],
  ["decimator", withDecimator],
  ["dropouts", () => new DropoutMeter(rate)],
  ["hum", () => new HumMeter(rate)],
  ["loudness of three channels", () => ofChannels(3, new LoudnessMeter(rate, 3))],
  ["SRMR", () => new SrmrMeter(rate)],
  ["true peak", () => new TruePeakMeter()],
  ["voicing", () => new VoicingMeter(rate)],
  ["WADA-SNR", () => new WadaSnrMeter(rate)],
];

function withLevels(): Meter {
  const meter = new BandLevelMeter(rate);
  const result = () =>
    Array.from({ length: meter.frames }, (_, t) => [meter.total(t), meter.level(t, 7)]);
  return { push: (samples) => meter.push(samples), result };
}

function withDecimator(): Meter {
  const decimator = new Decimator(rate, 4000);
  const output: number[] = [];
  return { push: (samples) => output.push(...decimator.push(samples)), result: () => output };
}

/** Unlike channels, all made of one. */
function ofChannels(
  count: number,
  meter: { push(channels: readonly Float32Array[]): void; result(): unknown },
): Meter {
  const push = (x: Float32Array) =>
    meter.push(Array.from({ length: count }, (_, i) => x.map((y) => y ** (i + 1))));
  return { push, result: () => meter.result() };
}

describe.each(meters)("%s", (_, open) => {
  const alone = [a, b].map((signal) => {
    const meter = open();
    meter.push(signal);
    return meter.result();
  });

  test("in turns with another and in pieces gives what each gives alone and at once", () => {
    const [first, second] = [open(), open()];
    const others = [...pieces(b)];
    for (const piece of pieces(a)) {
      first.push(piece);
      second.push(others.shift() ?? new Float32Array(0));
    }
    for (const piece of others) second.push(piece);
    expect([first, second].map((meter) => rounded(meter.result()))).toEqual(alone.map(rounded));
  });
});

/** To nine digits: sums may come in another order. */
const rounded = (result: unknown) =>
  JSON.stringify(result, (_, value) =>
    typeof value === "number" ? Number(value.toPrecision(9)) : (value as unknown),
  );
