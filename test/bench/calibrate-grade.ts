/**
 * Fits the grade's parameters to the wideband PESQ of known degradations and reports how well they carry over to voices
 * that the fit has not heard: `node test/bench/calibrate-grade.ts FOLDER`, a folder with manifest.json and sources.json
 * as described in shared/audio/README.md.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { grade, gradeParameters, type GradeParameters } from "#shared/audio/grade.ts";
import { defaultAudioLimits } from "#shared/audio/limits.ts";
import { takeReading } from "#shared/audio/reading.ts";
import type { Scorecard } from "#shared/audio/scorecard.ts";
import { toLabel } from "#functions/classify/verdict.ts";
import { minimise } from "./nelder-mead.ts";
import { rootMeanSquare, spearman } from "./statistics.ts";

interface Pair {
  id: string;
  reference: string;
  degraded: string;
  degradation: string;
  wb: { mosLqo?: number };
}

interface Sample {
  pair: Pair;
  voice: string;
  truth: number;
  card: Scorecard;
}

const folder = process.argv[2];
if (!folder)
  throw new Error("name the folder with manifest.json: node test/bench/calibrate-grade.ts FOLDER");
const manifest: Pair[] = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
const sources: Record<string, { source: string }> = JSON.parse(
  readFileSync(join(folder, "sources.json"), "utf8"),
);

/** What no measure of one recording can know: that it is another utterance than the reference, or that the reference was as bad. */
const beyondReach =
  /unrelated|cut .* short|near silence|white noise only|very quiet reference, normal/;

const cards = new Map<string, Scorecard>();
async function cardOf(path: string): Promise<Scorecard> {
  const known = cards.get(path);
  if (known) return known;
  const { measures } = await takeReading(readFileSync(join(folder ?? "", path)), {
    limits: defaultAudioLimits,
    measures: true,
  });
  if (!measures) throw new Error(`no measures of ${path}`);
  cards.set(path, measures);
  return measures;
}

const samples: Sample[] = [];
const left: string[] = [];
for (const pair of manifest) {
  const truth = pair.wb.mosLqo;
  if (truth === undefined) continue;
  const card = await cardOf(pair.degraded);
  const { unratedReason } = grade(card);
  if (unratedReason !== null || beyondReach.test(pair.degradation))
    left.push(`${pair.id} ${pair.degradation}: ${unratedReason ?? "beyond reach"}`);
  else samples.push({ pair, truth, card, voice: voiceOf(pair.reference) });
}

const names = Object.keys(gradeParameters) as (keyof GradeParameters)[];
/** What each parameter may range over; the middle is preferred, so that a fit to few voices does not run away. */
const ranges: Readonly<Record<keyof GradeParameters, readonly [number, number]>> = {
  noiseDb: [18, 32],
  noiseSlopeDb: [1.5, 5],
  decayDb: [12, 22],
  decaySlopeDb: [1, 3.5],
  dropoutRatio: [0.005, 0.06],
  bandwidthHz: [3800, 5200],
  bandwidthSlopeOctaves: [0.15, 1],
};

const toParameters = (x: readonly number[]) =>
  Object.fromEntries(
    names.map((name, i) => [
      name,
      ranges[name][0] + Math.min(1, Math.max(0, x[i])) * (ranges[name][1] - ranges[name][0]),
    ]),
  ) as unknown as GradeParameters;
const scoresOf = (set: readonly Sample[], parameters: GradeParameters) =>
  set.map(({ card }) => grade(card, parameters).score ?? Number.NaN);
const truths = (set: readonly Sample[]) => set.map(({ truth }) => truth);

function fit(set: readonly Sample[]): GradeParameters {
  const cost = (x: readonly number[]) =>
    rootMeanSquare(scoresOf(set, toParameters(x)), truths(set)) ** 2 +
    0.01 *
      x.reduce((sum, value) => sum + (value - 0.5) ** 2 + 10 * Math.max(0, -value, value - 1), 0);
  return toParameters(
    minimise(
      cost,
      names.map(() => 0.5),
      names.map(() => 0.2),
    ),
  );
}

const whole = fit(samples);
const voices = [...new Set(samples.map(({ voice }) => voice))].toSorted();
const heldOut = new Map<Sample, number>();
for (const voice of voices) {
  const parameters = fit(samples.filter((sample) => sample.voice !== voice));
  for (const sample of samples.filter((other) => other.voice === voice))
    heldOut.set(sample, grade(sample.card, parameters).score ?? Number.NaN);
}
const crossed = samples.map((sample) => heldOut.get(sample) ?? Number.NaN);

console.log(`${samples.length} rated recordings, voices: ${voices.join(", ")}`);
console.log(`left out: ${left.join("; ")}\n`);
console.log("fitted to all:", JSON.stringify(whole));
const report = (name: string, scores: readonly number[]) =>
  console.log(
    `${name}: Spearman ${spearman(scores, truths(samples)).toFixed(3)}, RMSE ${rootMeanSquare(scores, truths(samples)).toFixed(2)}`,
  );
report("fitted to all", scoresOf(samples, whole));
report("as committed", scoresOf(samples, gradeParameters));
report("cross-validated by voice", crossed);

const labels = ["Excellent", "Good", "Fair", "Poor"] as const;
const thresholds = { excellent: 4.5, good: 3.5, fair: 2.5 };
console.log("\nconfusion, cross-validated (rows: wideband PESQ, columns: grade)");
console.log(["", ...labels].map((text) => text.padStart(10)).join(""));
for (const row of labels) {
  const counts = labels.map(
    (column) =>
      samples.filter(
        (sample, i) =>
          toLabel(sample.truth, thresholds) === row && toLabel(crossed[i], thresholds) === column,
      ).length,
  );
  console.log([row, ...counts].map((text) => String(text).padStart(10)).join(""));
}
console.log("\nfarthest off, cross-validated:");
for (const { sample, score } of samples
  .map((sample, i) => ({ sample, score: crossed[i] }))
  .toSorted((a, b) => Math.abs(b.score - b.sample.truth) - Math.abs(a.score - a.sample.truth))
  .slice(0, 15))
  console.log(
    `  ${sample.truth.toFixed(2)} graded ${score.toFixed(2)}: ${sample.pair.degradation} (${sample.voice})`,
  );
console.log("\nclean references:");
for (const path of [...new Set(manifest.map(({ reference }) => reference))].toSorted()) {
  const { score, reasons, unratedReason } = grade(await cardOf(path));
  console.log(
    `  ${path}: ${score === null ? unratedReason : `${score.toFixed(2)} ${toLabel(score, thresholds)} ${reasons.join("; ")}`}`,
  );
}

/** Language and speaker, from the description of where a reference comes from. */
function voiceOf(reference: string): string {
  const base = /r16_(quiet|odd)/.exec(reference)?.[1];
  if (base) return base === "quiet" ? "fr_CA" : "it_IT";
  const source = sources[reference]?.source ?? "unknown";
  return (
    /espeak-ng voice (\S+)/.exec(source)?.[1] ?? /([a-z]{2}_[A-Z]{2})/.exec(source)?.[1] ?? source
  );
}
