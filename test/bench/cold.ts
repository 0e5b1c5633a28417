/**
 * `npm run bench -- cold`: what it costs to start each built function, beside a bare hello world of the framework.
 * CPU time of the process, since wall time says more of the neighbours; runs alternate.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { functionNames } from "#emulators/commands/build/environment.ts";
import { buildFunction } from "#emulators/commands/build/write.ts";
import { objectFinalizedType } from "#shared/events.ts";
import { makeBuildFolder, runBuilt, warmUp } from "../integration/built-functions.ts";
import { cpuMsOf } from "./tools/process.ts";

const runs = Number(process.env["EARMARK_BENCH_RUNS"] ?? 9);

/** Most CPU until the first answer, in times that of the hello world. */
const bounds = { crawl: 1.2, load: 1.2, classify: 1.6 } as const;

/** Nothing listens there: a start that calls any service would fail. */
const environment = {
  NODE_ENV: "production",
  GOOGLE_CLOUD_PROJECT: "cold",
  RECORDINGS_BUCKET: "cold-recordings",
  REFERENCES_BUCKET: "cold-references",
  FREESOUND_API_KEY: "cold",
  LOG_LEVEL: "ERROR",
  STORAGE_EMULATOR_HOST: "http://127.0.0.1:9",
  FIRESTORE_EMULATOR_HOST: "127.0.0.1:9",
  PUBSUB_EMULATOR_HOST: "127.0.0.1:9",
  BIGQUERY_EMULATOR_HOST: "http://127.0.0.1:9",
};

interface Case {
  readonly name: string;
  readonly folder: string;
  readonly cache: string;
  readonly request: RequestInit;
  readonly status: number;
}

/** An event of another bucket, which is refused and acknowledged, and a body that crawl refuses. */
const event: RequestInit = {
  method: "POST",
  headers: {
    "content-type": "application/json",
    "ce-specversion": "1.0",
    "ce-id": "cold",
    "ce-source": "//storage.googleapis.com/projects/_/buckets/other",
    "ce-type": objectFinalizedType,
  },
  body: JSON.stringify({ bucket: "other", name: "a.wav", generation: "1", size: "1" }),
};
const refused: RequestInit = {
  method: "POST",
  headers: { "content-type": "text/plain" },
  body: "x",
};

/** Prints the medians, and fails when a function costs more than its bound. */
export async function bench(): Promise<void> {
  const out = await makeBuildFolder();
  try {
    const cases = [await helloCase(out.path), ...(await builtCases(out.path))];
    const cpu = new Map(cases.map(({ name }) => [name, [] as number[]]));
    for (let run = 0; run < runs; run++)
      for (const one of cases) cpu.get(one.name)?.push(await measure(one));
    report(cpu);
  } finally {
    await out.remove();
  }
}

async function helloCase(out: string): Promise<Case> {
  const folder = join(out, "hello");
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), '{"main":"index.js"}');
  const source = `require("@google-cloud/functions-framework").http("hello", (_, response) => response.send("hello"));`;
  await writeFile(join(folder, "index.js"), source);
  return { name: "hello", folder, cache: "", request: refused, status: 200 };
}

const builtCases = (out: string): Promise<Case[]> =>
  Promise.all(
    functionNames.map(async (name) => {
      const { folder } = await buildFunction(name, out);
      const [request, status] = name === "crawl" ? [refused, 415] : [event, 204];
      return { name, folder, cache: await warmUp(folder, name), request, status };
    }),
  );

/** CPU milliseconds of a new process until it has answered its first request. */
async function measure({ name, folder, cache, request, status }: Case): Promise<number> {
  const running = await runBuilt(folder, name, { ...environment, NODE_COMPILE_CACHE: cache });
  try {
    const response = await fetch(running.url, request);
    await response.arrayBuffer();
    if (response.status !== status)
      throw new Error(`${name} answered ${response.status}, not ${status}:\n${running.output()}`);
    return await cpuMsOf(running.pid);
  } finally {
    await running.close();
  }
}

/** Neighbours only ever add to the time, so the least of many runs says most; the median shows how noisy it was. */
function report(cpu: ReadonlyMap<string, readonly number[]>): void {
  const hello = Math.min(...(cpu.get("hello") ?? []));
  console.log(`CPU until the first answer, least of ${runs} alternating runs (median)`);
  for (const [name, times] of cpu) {
    const least = Math.min(...times);
    const ratio = least / hello;
    const bound = name in bounds ? bounds[name as keyof typeof bounds] : undefined;
    const isOver = bound !== undefined && ratio > bound;
    if (isOver) process.exitCode = 1;
    const verdict =
      bound === undefined ? "" : `at most ${bound.toFixed(1)} ×${isOver ? ": OVER" : ""}`;
    console.log(
      `${name.padEnd(9)} ${least.toFixed(0).padStart(4)} ms (${median(times).toFixed(0)})  ${ratio.toFixed(2)} ×  ${verdict}`,
    );
  }
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
