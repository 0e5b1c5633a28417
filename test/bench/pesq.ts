import { spawnSync } from "node:child_process";
import { pesq, prepareReference, type PesqOptions } from "#shared/pesq/index.ts";
import { fixtures, readPairs, readSamples } from "../unit/pesq/pairs.ts";
import { cpuMs, timeRuns, yardstickUs } from "./tools/cpu.ts";

/** The yardstick on the machine that the reference code was timed on, in µs. */
const YARDSTICK = 23;

/** CPU seconds of the reference code there, built with -O3 -march=native, by seconds of audio. */
const REFERENCE = {
  wb: { 8: 0.065, 30: 0.229, 120: 1.088 },
  nb: { 8: 0.037, 30: 0.105, 120: 0.597 },
} as const;

const clips = [8, 30, 120] as const;
const kinds = [
  { sampleRate: 16_000, mode: "wb" },
  { sampleRate: 8000, mode: "nb" },
] as const;

/** CPU time of a score, warm and one core, beside that of the reference code. */
export async function bench(): Promise<void> {
  if (process.env["EARMARK_BENCH_COLD"]) return coldCall();
  console.log(
    "clip      warm CPU    for 1 s   at yardstick 23 µs   reference -O3   ratio   prepared",
  );
  for (const options of kinds)
    for (const seconds of clips) {
      const pair = await makePair(options, seconds);
      console.log(line(options, seconds, pair));
    }
  reportImport();
  reportCold();
}

type Pair = readonly [Int16Array, Int16Array];

/** Clips of the fixtures one after the other until they are long enough. */
async function makePair({ sampleRate }: PesqOptions, seconds: number): Promise<Pair> {
  const pairs = (await readPairs(fixtures)).filter(
    (p) =>
      p.rate === sampleRate && p.reference !== p.degraded && !["delay", "noise"].includes(p.id),
  );
  const sides = [
    new Int16Array(seconds * sampleRate),
    new Int16Array(seconds * sampleRate),
  ] as const;
  let at = 0;
  for (let k = 0; at < sides[0].length; k++) {
    const { reference, degraded } = pairs[k % pairs.length];
    const files = [await readSamples(fixtures + reference), await readSamples(fixtures + degraded)];
    for (const [side, file] of files.entries())
      sides[side].set(file.subarray(0, sides[side].length - at), at);
    at += Math.max(files[0].length, files[1].length);
  }
  return sides;
}

function line(options: PesqOptions, seconds: (typeof clips)[number], [ref, deg]: Pair): string {
  const runs = Math.max(6, Math.round(240 / seconds));
  const score = () => pesq(ref, deg, options);
  timeRuns(4, score); // the compiler needs a few calls
  const yardstick = yardstickUs();
  const { median, least } = timeRuns(runs, score);
  const prepared = prepareReference(ref, options);
  const again = timeRuns(runs, () => pesq(prepared, deg, options));
  const scale = YARDSTICK / Math.max(1, Math.min(yardstick, yardstickUs()));
  const wanted = REFERENCE[options.mode][seconds] * 1000;
  return [
    `${options.mode} ${String(seconds).padStart(3)} s`,
    `${median.toFixed(1)} (least ${least.toFixed(1)}) ms`,
    `${(median / seconds).toFixed(2)} ms`,
    `${(median * scale).toFixed(1)} (least ${(least * scale).toFixed(1)}) ms`,
    `${wanted} ms`,
    ((median * scale) / wanted).toFixed(2),
    `×${(median / again.median).toFixed(2)}`,
  ].join("   ");
}

/** CPU time of loading the module, in a process of its own: most of it is the stripping of types. */
function reportImport(): void {
  const script = `const before = process.cpuUsage();
    await import(${JSON.stringify(import.meta.resolve("#shared/pesq/index.ts"))});
    const { user, system } = process.cpuUsage(before);
    console.log(((user + system) / 1000).toFixed(0));`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", script],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`the import failed: ${stderr}`);
  console.log(`import of the module in a cold process: ${stdout.trim()} ms`);
}

/** A process of its own whose first score is measured, the module being loaded. */
function reportCold(): void {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [`${import.meta.dirname}/run.ts`, "pesq"],
    {
      env: { ...process.env, EARMARK_BENCH_COLD: "1" },
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`the cold run failed: ${stderr}`);
  process.stdout.write(stdout);
}

async function coldCall(): Promise<void> {
  const [options] = kinds;
  const [ref, deg] = await makePair(options, 8);
  const first = cpuMs(() => pesq(ref, deg, options));
  const { median } = timeRuns(12, () => pesq(ref, deg, options));
  console.log(
    `first call in a cold process, wb 8 s: ${first.toFixed(0)} ms; warm ${median.toFixed(0)} ms`,
  );
}
