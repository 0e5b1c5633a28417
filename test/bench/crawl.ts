/**
 * `npm run bench -- crawl`: a crawl and the case study's way on the same local server, without a quota. Servers
 * run in this process, each crawl in one of its own. EARMARK_BENCH_SOUNDS (2000) says how many sounds,
 * EARMARK_BENCH_BYTES (128000, eight seconds of a preview at 128 kbit/s) how large each is.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { localApiKey } from "#emulators/freesound/index.ts";
import { toTable } from "#emulators/commands/table.ts";
import { bucket, type Harness, startHarness } from "../integration/crawl-harness.ts";

interface Result {
  readonly outcome: { readonly stored: number; readonly api_calls: number; readonly bytes: number };
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly startMiB: number;
  readonly peakMiB: number;
}

/** One at a time is slow over a network: fewer sounds say as much. */
const caseStudyShare = 0.1;

export async function bench(): Promise<void> {
  const sounds = Number(process.env["EARMARK_BENCH_SOUNDS"] ?? 2000);
  const bytes = Number(process.env["EARMARK_BENCH_BYTES"] ?? 128_000);
  const rows = [];
  for (const latencyMs of [0, 40]) {
    const harness = await startHarness({ file: Buffer.alloc(bytes, 7) });
    try {
      harness.addSounds(sounds, { apartMs: 1000 });
      if (latencyMs > 0)
        harness.freesound.failNext("slow", {
          on: ["search", "sound", "preview"],
          times: Infinity,
          delayMs: latencyMs,
        });
      const ours = await earmark(harness);
      const theirs = await caseStudy(harness, Math.ceil(sounds * caseStudyShare));
      rows.push(toRow("earmark", latencyMs, ours), toRow("case study", latencyMs, theirs));
    } finally {
      await harness.close();
    }
  }
  process.stdout.write(`${toTable(rows)}\n`);
}

const earmark = ({ environment, storage, firestoreUrl }: Harness) =>
  measure("../e2e/crawl-process.ts", [], {
    ...environment,
    STORAGE_EMULATOR_HOST: storage.url,
    FIRESTORE_EMULATOR_HOST: firestoreUrl,
    METADATA_SERVER_DETECTION: "none",
    FREESOUND_REQUESTS_PER_MINUTE: "1000000",
    FREESOUND_REQUESTS_PER_DAY: "1000000",
  });

const caseStudy = ({ freesound, storage }: Harness, sounds: number) =>
  measure("crawl-case-study.ts", [freesound.url, localApiKey, String(sounds), bucket], {
    STORAGE_EMULATOR_HOST: storage.url,
    METADATA_SERVER_DETECTION: "none",
  });

async function measure(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Result> {
  const child = fork(new URL(script, import.meta.url), args, {
    env: { PATH: process.env["PATH"], ...environment },
    // What Node takes by itself in an instance of 512 MiB or less: what lives is about 40 MiB, the rest is garbage.
    execArgv: ["--disable-warning=MaxListenersExceededWarning", "--max-old-space-size=192"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  let result: Result | undefined;
  child.on("message", (message: Partial<Result>) => {
    if (message.outcome !== undefined) result = message as Result;
  });
  await once(child, "exit");
  if (result === undefined) throw new Error(`${script} ended without a result`);
  return result;
}

const toRow = (
  way: string,
  latencyMs: number,
  { outcome, seconds, cpuSeconds, startMiB, peakMiB }: Result,
) => ({
  way,
  "latency ms": latencyMs,
  sounds: outcome.stored,
  "sounds/s": Number((outcome.stored / seconds).toFixed(1)),
  "API calls": outcome.api_calls,
  "calls/sound": Number((outcome.api_calls / outcome.stored).toFixed(4)),
  MB: Number((outcome.bytes / 1e6).toFixed(1)),
  "CPU ms/sound": Number(((1000 * cpuSeconds) / outcome.stored).toFixed(2)),
  "memory MiB": `${Math.round(startMiB)} → ${Math.round(peakMiB)}`,
});
