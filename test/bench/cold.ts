/**
 * `npm run bench -- cold`: what it costs to start each built function, beside a bare hello world of the framework:
 * until it listens, until its first event is done, and what a second event takes. CPU time of the process, since wall
 * time says more of the neighbours; runs alternate. The services are the local ones, in a process of their own.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "#emulators/commands/build/bundle.ts";
import { functionNames } from "#emulators/commands/build/environment.ts";
import { buildFunction } from "#emulators/commands/build/write.ts";
import { localApiKey } from "#emulators/freesound/index.ts";
import { createTopics, createWarehouse } from "#emulators/local/resources.ts";
import { type Services, startServices } from "#emulators/local/services.ts";
import { makeBuildFolder, runBuilt, warmUp } from "../integration/built-functions.ts";
import { finalize } from "../integration/finalized.ts";
import { cpuMsOf } from "./tools/process.ts";

const runs = Number(process.env["EARMARK_BENCH_RUNS"] ?? 9);
const buckets = { RECORDINGS_BUCKET: "cold-recordings", REFERENCES_BUCKET: "cold-references" };
/** Two seconds of telephone. */
const file = join(root, "emulators/freesound/sounds/french-answering-machine.wav");

/** Most CPU until a function listens, in times that of the hello world. */
const bounds: Readonly<Record<string, number>> = { crawl: 1.2, load: 1.2, classify: 1.6 };

interface Case {
  readonly name: string;
  readonly folder: string;
  readonly cache: string;
  /** Makes one event or request, each another. */
  readonly next: () => RequestInit;
  readonly status: number;
}

const moments = ["listens", "first event", "second event"] as const;
type Times = readonly [number, number, number];

/** Prints the least and the medians, and fails when a function costs more than its bound. */
export async function bench(): Promise<void> {
  const [out, services] = await Promise.all([
    makeBuildFolder(),
    startServices({ projectId: "cold" }),
  ]);
  try {
    await prepare(services);
    const cases = [...(await helloCases(out.path)), ...(await builtCases(out.path, services))];
    const environment = {
      NODE_ENV: "production",
      ...services.environment,
      ...buckets,
      FREESOUND_API_KEY: localApiKey,
      LOG_LEVEL: "ERROR",
    };
    const times = new Map(cases.map(({ name }) => [name, [] as Times[]]));
    for (let run = 0; run < runs; run++)
      for (const one of cases) times.get(one.name)?.push(await measure(one, environment));
    report(times);
  } finally {
    await Promise.all([out.remove(), services.close()]);
  }
}

async function prepare({ storage, clients }: Services): Promise<void> {
  for (const bucket of Object.values(buckets)) storage.objects.createBucket(bucket);
  await Promise.all([
    createWarehouse(clients.bigquery, "earmark"),
    createTopics(clients.pubsub, "earmark-events", "earmark-dead-letters"),
  ]);
}

/** A bare hello world as anybody deploys it, and one with a compile cache as Earmark's functions have it. */
async function helloCases(out: string): Promise<Case[]> {
  const folder = join(out, "hello");
  await mkdir(folder);
  const source = `require("@google-cloud/functions-framework").http("hello", (_, response) => response.send("hello"));`;
  await writeFile(join(folder, "package.json"), '{"main":"index.cjs"}');
  await writeFile(join(folder, "index.cjs"), source);
  const warm = await readFile(join((await buildFunction("load", out)).folder, "warm-up.cjs"));
  await writeFile(join(folder, "warm-up.cjs"), warm);
  const hello = { name: "hello", folder, next: post, status: 200 };
  return [
    { ...hello, cache: "" },
    { ...hello, name: "hello, cached", cache: await warmUp(folder, "hello") },
  ];
}

const post = (): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: '{"limit":1}',
});

async function builtCases(out: string, { storage }: Services): Promise<Case[]> {
  const bytes = await readFile(file);
  let events = 0;
  const event = () => finalize(storage, buckets.RECORDINGS_BUCKET, `cold/${++events}.wav`, bytes);
  return Promise.all(
    functionNames.map(async (name) => {
      const { folder } = await buildFunction(name, out);
      const [next, status] = name === "crawl" ? [post, 200] : [event, 204];
      return { name, folder, cache: await warmUp(folder, name), next, status };
    }),
  );
}

/** CPU milliseconds of a new process at each moment; the second event's are its own. */
async function measure(
  { name, folder, cache, next, status }: Case,
  environment: Readonly<Record<string, string>>,
): Promise<Times> {
  const target = name.replace(/,.*/, "");
  const running = await runBuilt(folder, target, { ...environment, NODE_COMPILE_CACHE: cache });
  const ask = async () => {
    const response = await fetch(running.url, next());
    const text = await response.text();
    if (response.status !== status)
      throw new Error(`${name} answered ${response.status}: ${text}\n${running.output()}`);
    return cpuMsOf(running.pid);
  };
  try {
    const listens = await cpuMsOf(running.pid);
    const first = await ask();
    return [listens, first, (await ask()) - first];
  } finally {
    await running.close();
  }
}

/** Neighbours only ever add to the time, so the least of many runs says most; the median shows how noisy it was. */
function report(times: ReadonlyMap<string, readonly Times[]>): void {
  console.log(
    `CPU ms from the start, least of ${runs} alternating runs (median), in times the hello world's`,
  );
  console.log(`${"".padEnd(14)}${moments.map((moment) => moment.padEnd(22)).join("")}`);
  const hello = moments.map((_, at) => least(times.get("hello") ?? [], at));
  for (const [name, runsOf] of times) {
    const cells = moments.map((_, at) => {
      const [ms, base] = [least(runsOf, at), hello[at]];
      const ratio = at === 2 ? "" : `${(ms / base).toFixed(2)} ×`;
      return `${ms.toFixed(0).padStart(4)} (${median(runsOf, at).toFixed(0)})  ${ratio}`.padEnd(22);
    });
    const bound = bounds[name];
    const isOver = bound !== undefined && least(runsOf, 0) > bound * (hello[0] ?? 0);
    if (isOver) process.exitCode = 1;
    const verdict =
      bound === undefined ? "" : `listens: at most ${bound.toFixed(1)} ×${isOver ? ": OVER" : ""}`;
    console.log(`${name.padEnd(14)}${cells.join("")}${verdict}`);
  }
}

const sorted = (times: readonly Times[], at: number) =>
  times.map((each) => each[at] ?? Number.NaN).toSorted((a, b) => a - b);
const least = (times: readonly Times[], at: number) => sorted(times, at)[0] ?? Number.NaN;
const median = (times: readonly Times[], at: number) =>
  sorted(times, at)[Math.floor(times.length / 2)] ?? Number.NaN;
