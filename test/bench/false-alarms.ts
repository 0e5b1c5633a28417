/**
 * How often the detectors of faults find one in clean speech, and how often they find one that is there:
 * `node test/bench/false-alarms.ts FOLDER`, a folder with the manifest.json that shared/audio/README.md describes. The
 * first ten seconds of its references are the clean speech; the faults are made here, at set strengths.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultAudioLimits } from "#shared/audio/limits.ts";
import { Measures } from "#shared/audio/measures.ts";
import { takeReading } from "#shared/audio/reading.ts";
import { grade, impairments } from "#shared/audio/grade.ts";
import type { Scorecard } from "#shared/audio/scorecard.ts";

type Signal = readonly Float32Array[];
type Fault = "clipping" | "dropouts" | "hum" | "channels";

const folder = process.argv[2];
if (!folder)
  throw new Error("name the folder with manifest.json: node test/bench/false-alarms.ts FOLDER");
const manifest: { reference: string }[] = JSON.parse(
  readFileSync(join(folder, "manifest.json"), "utf8"),
);
const references = [...new Set(manifest.map(({ reference }) => reference))].toSorted();

const made: readonly (readonly [Fault, string, (speech: Float32Array, rate: number) => Signal])[] =
  [
    ["clipping", "none", (x) => [x]],
    ["clipping", "at 0.7 of the peak", (x) => [clipped(x, 0.7)]],
    ["clipping", "at 0.5", (x) => [clipped(x, 0.5)]],
    ["clipping", "at 0.3", (x) => [clipped(x, 0.3)]],
    ["dropouts", "none", (x) => [x]],
    ["dropouts", "1 % of 20 ms frames", (x, rate) => [lossy(x, rate, 0.02, 0.01)]],
    ["dropouts", "3 % of 20 ms frames", (x, rate) => [lossy(x, rate, 0.02, 0.03)]],
    ["dropouts", "3 % of 10 ms frames", (x, rate) => [lossy(x, rate, 0.01, 0.03)]],
    ["dropouts", "10 % of 20 ms frames", (x, rate) => [lossy(x, rate, 0.02, 0.1)]],
    ["hum", "none", (x) => [x]],
    ["hum", "50 Hz and harmonics, −30 dB", (x, rate) => [humming(x, rate, -30)]],
    ["hum", "50 Hz and harmonics, −20 dB", (x, rate) => [humming(x, rate, -20)]],
    ["hum", "50 Hz and harmonics, −10 dB", (x, rate) => [humming(x, rate, -10)]],
    ["channels", "two microphones, 0.3 ms and 6 dB apart", (x, rate) => [x, apart(x, rate)]],
    ["channels", "a channel 60 dB down", (x) => [x, x.map((v) => v / 1000)]],
    ["channels", "a channel inverted", (x) => [x, x.map((v) => -v)]],
  ];

const counts = made.map(() => ({ of: 0, found: 0, lowers: 0, who: [] as string[] }));
let rated = 0;
for (const reference of references) {
  const { samples, sampleRate } = await speechOf(join(folder, reference));
  if (grade(measure([samples], sampleRate)).unratedReason !== null) continue;
  rated++;
  for (const [i, [fault, , make]] of made.entries()) {
    const card = measure(make(samples, sampleRate), sampleRate);
    const { found, lowers } = judge(fault, card);
    counts[i].of++;
    counts[i].found += Number(found);
    counts[i].lowers += Number(lowers);
    if (found) counts[i].who.push(reference);
  }
}
console.log(`clean references that can be rated: ${rated} of ${references.length}\n`);
console.log("| fault | strength | found in | lowers the grade in |\n| --- | --- | --- | --- |");
for (const [i, [fault, strength]] of made.entries()) {
  const { of, found, lowers, who } = counts[i];
  const names = found > 0 && found < 6 ? ` (${who.join(", ")})` : "";
  console.log(`| ${fault} | ${strength} | ${found} of ${of}${names} | ${lowers} |`);
}

function judge(fault: Fault, card: Scorecard): { found: boolean; lowers: boolean } {
  if (fault === "channels") {
    const { isInverted, silentChannels } = card.channels;
    return { found: isInverted || silentChannels.length > 0, lowers: isInverted };
  }
  const found = {
    clipping: card.clippingRatio > 0,
    dropouts: card.dropoutCount > 0,
    hum: card.hum !== null,
  };
  const words = { clipping: "clipped", dropouts: "dropouts", hum: "mains hum" };
  return {
    found: found[fault],
    lowers: impairments(card).some(
      ({ factor, reason }) => factor < 0.9 && reason.startsWith(words[fault]),
    ),
  };
}

async function speechOf(path: string) {
  const options = { limits: defaultAudioLimits, resampleTo: "auto" as const };
  const { samples = new Float32Array(), samplesRate = 16_000 } = await takeReading(
    readFileSync(path),
    options,
  );
  return { samples: samples.subarray(0, 10 * samplesRate), sampleRate: samplesRate };
}

function measure(signal: Signal, sampleRate: number): Scorecard {
  const [{ length }] = signal;
  const measures = new Measures({
    container: "wav",
    codec: "pcm_s16le",
    sampleRate,
    channels: signal.length,
    bitDepth: 16,
    declaredFrames: length,
    audioBytes: 2 * length * signal.length,
    nominalBitrate: null,
  });
  // As a 16-bit file holds it: faults are looked for in what is stored.
  measures.push(signal.map((samples) => samples.map((x) => Math.round(32_768 * x) / 32_768)));
  return measures.result();
}

function clipped(x: Float32Array, share: number): Float32Array {
  const limit = share * x.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  return x.map((v) => Math.max(-limit, Math.min(limit, v)));
}

/** Frames replaced by zeros, spread by a fixed sequence. */
function lossy(x: Float32Array, rate: number, frameSeconds: number, share: number): Float32Array {
  const output = x.slice();
  const frame = Math.round(frameSeconds * rate);
  let state = 1;
  for (let at = 0; at < x.length; at += frame) {
    state = (state * 48_271) % 2_147_483_647;
    if (state / 2_147_483_647 < share) output.fill(0, at, at + frame);
  }
  return output;
}

function humming(x: Float32Array, rate: number, decibels: number): Float32Array {
  const power = x.reduce((sum, v) => sum + v * v, 0) / x.length;
  const amplitude = Math.sqrt((2 * power) / 1.31) * 10 ** (decibels / 20);
  const tone = (n: number, hertz: number) => Math.sin((2 * Math.PI * hertz * n) / rate);
  return x.map((v, n) => v + amplitude * (tone(n, 50) + tone(n, 100) / 2 + tone(n, 150) / 4));
}

function apart(x: Float32Array, rate: number): Float32Array {
  const delay = Math.round(0.0003 * rate);
  return x.map((_, n) => (x[n - delay] ?? 0) / 2);
}
