/**
 * `npm run bench -- measures`: speed of each measure, of all together and of resampling on a minute of 44.1 kHz stereo
 * speech, in multiples of real time; then a whole reading of an hour of it, in a process of its own.
 */
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { promisify } from "node:util";
import { decodeAudio } from "#shared/audio/decode.ts";
import { Measures } from "#shared/audio/measures.ts";
import type { AudioFormat } from "#shared/audio/audio-stream.ts";
import { ActiveLevelMeter } from "#shared/dsp/active-level.ts";
import { BandLevelMeter } from "#shared/dsp/band-levels.ts";
import { BandwidthMeter } from "#shared/dsp/bandwidth.ts";
import { ChannelMeter } from "#shared/dsp/channel-facts.ts";
import { ClippingMeter } from "#shared/dsp/clipping.ts";
import { Decimator } from "#shared/dsp/decimator.ts";
import { DropoutMeter } from "#shared/dsp/dropouts.ts";
import { HumMeter } from "#shared/dsp/hum.ts";
import { LoudnessMeter } from "#shared/dsp/loudness.ts";
import { speechContrast } from "#shared/dsp/speech-contrast.ts";
import { SrmrMeter } from "#shared/dsp/srmr.ts";
import { TruePeakMeter } from "#shared/dsp/true-peak.ts";
import { VoicingMeter } from "#shared/dsp/voicing.ts";
import { WadaSnrMeter } from "#shared/dsp/wada-snr.ts";
import { resample } from "#shared/audio/resample.ts";
import { defaultAudioLimits, readAudio } from "#shared/audio/read.ts";
import { peakMemoryMiB } from "./peak-memory.ts";
import { yardstickUs } from "./tools/cpu.ts";

const rate = 44_100;
const seconds = 60;
const block = 8192;

export async function bench(): Promise<void> {
  const [left, right] = await stereoSpeech();
  const slow = new Decimator(rate, 22_050).push(left);
  const half = rate / 2;
  const measures: readonly (readonly [string, () => { push(samples: never): void; result?(): unknown }, "stereo" | "mono" | "slow"])[] = [
    ["loudness", () => new LoudnessMeter(rate, 2), "stereo"],
    ["channels", () => new ChannelMeter(2), "stereo"],
    ["true peak (a channel)", () => new TruePeakMeter(), "mono"],
    ["clipping (a channel)", () => new ClippingMeter(), "mono"],
    ["dropouts", () => new DropoutMeter(rate), "mono"],
    ["active speech level", () => new ActiveLevelMeter(half), "slow"],
    ["WADA-SNR", () => new WadaSnrMeter(rate), "mono"],
    ["bandwidth", () => new BandwidthMeter(rate), "mono"],
    ["decimator", () => new Decimator(rate, 22_050), "mono"],
    ["hum", () => new HumMeter(half), "slow"],
    ["SRMR, normalised", () => new SrmrMeter(half, false), "slow"],
    ["band levels and contrast", () => withContrast(half), "slow"],
    ["voicing", () => new VoicingMeter(half), "slow"],
  ]; // prettier-ignore
  const input = { stereo: [left, right], mono: left, slow };
  console.log(
    `× real time, ${seconds} s of ${rate} Hz stereo, medians; load ${loadavg()[0].toFixed(1)}, yardstick ${yardstickUs().toFixed(0)} µs`,
  );
  console.log(`${"".padEnd(26)}  by CPU  by clock`);
  for (const [name, open, kind] of measures) {
    print(name, () => {
      const meter = open();
      feed(input[kind], (piece) => meter.push(piece as never));
      meter.result?.();
    });
  }
  const format: AudioFormat = {
    container: "wav",
    codec: "pcm_s16le",
    sampleRate: rate,
    channels: 2,
    bitDepth: 16,
    declaredFrames: left.length,
    audioBytes: left.length * 4,
    nominalBitrate: null,
  };
  print("all together", () => {
    const all = new Measures(format);
    feed([left, right], (piece) => all.push(piece as Float32Array[]));
    all.result();
  });
  print("resampling to 16 kHz", () => resample(left, rate, 16_000));
  await hours();
}

/** Each in a process of its own: the peak is of a whole life. */
async function hours(): Promise<void> {
  for (const kind of ["load", "measures", "signal"]) {
    const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, kind]);
    process.stdout.write(stdout);
  }
}

/** Of a fixture of 1.6 s: nearly an hour. */
const repeats = 2255;

/** An hour of MP3, read in the worker: for its facts, with the measures, and with the signal for PESQ as well. */
async function readHour(kind: string): Promise<void> {
  const file = await readFile(new URL("../fixtures/audio/cbr-stereo.mp3", import.meta.url));
  // Without its frame of information, which tells the length of one repeat.
  const frames = file.subarray(file.indexOf(Buffer.of(0xff, 0xfb), file.indexOf("Info")));
  const bytes = Buffer.alloc(frames.length * repeats, frames);
  const [mebibytes, cpu, start] = [bytes.length / 2 ** 20, process.cpuUsage(), performance.now()];
  const { durationSeconds } = await readAudio(bytes, {
    limits: { ...defaultAudioLimits, decodeTimeoutMs: 600_000 },
    measures: kind !== "load",
    ...(kind === "signal" && { resampleTo: "auto" as const }),
    handOver: true,
  });
  const { user, system } = process.cpuUsage(cpu);
  const clock = (performance.now() - start) / 1000;
  console.log(
    `${durationSeconds.toFixed(0)} s of MP3 (${mebibytes.toFixed(0)} MiB), ${kind}: ${((user + system) / 1e6).toFixed(1)} s CPU, ` +
      `${clock.toFixed(1)} s by the clock, ${peakMemoryMiB().toFixed(0)} MiB at most`,
  );
}

function withContrast(sampleRate: number) {
  const levels = new BandLevelMeter(sampleRate);
  return {
    push: (samples: Float32Array) => levels.push(samples),
    result: () => speechContrast(levels),
  };
}

function feed(input: Float32Array | readonly Float32Array[], push: (piece: unknown) => void) {
  const length = input instanceof Float32Array ? input.length : input[0].length;
  for (let at = 0; at < length; at += block) {
    push(
      input instanceof Float32Array
        ? input.subarray(at, at + block)
        : input.map((samples) => samples.subarray(at, at + block)),
    );
  }
}

const median = (times: readonly number[]) => times.toSorted((a, b) => a - b)[times.length >> 1];

const speed = (times: readonly number[]) =>
  ((seconds * 1000) / median(times)).toFixed(0).padStart(8);

function print(name: string, work: () => unknown) {
  work(); // the compiler needs a call
  const runs = Array.from({ length: 5 }, () => {
    const [cpu, start] = [process.cpuUsage(), performance.now()];
    work();
    const clock = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    return { cpu: (user + system) / 1000, clock };
  });
  const [cpu, clock] = [runs.map((run) => run.cpu), runs.map((run) => run.clock)];
  console.log(`${name.padEnd(26)}${speed(cpu)}  ${speed(clock)}`);
}

/** A minute of speech, the clean PESQ fixtures one after the other, a little different on either side. */
async function stereoSpeech(): Promise<[Float32Array, Float32Array]> {
  const folder = new URL("../fixtures/pesq/", import.meta.url);
  const names = (await readdir(folder, { recursive: true }))
    .filter((name) => name.endsWith(".flac"))
    .toSorted();
  const left = new Float32Array(seconds * rate);
  let at = 0;
  for (let i = 0; at < left.length; i++) {
    const decoding = decodeAudio(await readFile(new URL(names[i % names.length], folder)));
    for await (const [samples] of decoding.blocks()) {
      const part = resample(samples, decoding.format.sampleRate, rate).subarray(
        0,
        left.length - at,
      );
      left.set(part, at);
      at += part.length;
    }
  }
  return [left, left.map((x, i) => 0.8 * x + 0.2 * (left[i - 20] ?? 0))];
}

if (import.meta.main) await readHour(process.argv[2]);
