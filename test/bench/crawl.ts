/**
 * `npm run bench -- crawl`: a crawl and the case study's way on the same local server, without a quota. Servers
 * run in this process, each crawl in one of its own. EARMARK_BENCH_SOUNDS (2000) says how many sounds,
 * EARMARK_BENCH_BYTES (128000, eight seconds of a preview at 128 kbit/s) how large each is. In the end
 * EARMARK_BENCH_LONG (10000, 0 is none) small sounds are crawled, and the memory that takes is held to its limit.
 */
import { cpus, loadavg } from "node:os";
import { localApiKey } from "#emulators/freesound/index.ts";
import { toTable } from "#emulators/commands/table.ts";
import {
  crawlScript,
  forkEnvironment,
  type ForkedResult,
  growthLimitMiB,
  measureScript,
} from "../e2e/forked-crawl.ts";
import { bucket, type Harness, startHarness } from "../integration/crawl-harness.ts";

/** One at a time is slow over a network: fewer sounds say as much. */
const caseStudyShare = 0.1;

export async function bench(): Promise<void> {
  const sounds = Number(process.env["EARMARK_BENCH_SOUNDS"] ?? 2000);
  const bytes = Number(process.env["EARMARK_BENCH_BYTES"] ?? 128_000);
  const conditions = `${sounds} sounds of ${bytes} bytes, the case study's way with a tenth of them; no quota`;
  const [load = 0] = loadavg();
  process.stdout.write(`${conditions}; ${cpus().length} cores, load ${load.toFixed(2)}\n`);
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
  const many = Number(process.env["EARMARK_BENCH_LONG"] ?? 10_000);
  if (many > 0) rows.push(await long(many));
  process.stdout.write(`${toTable(rows)}\n`);
}

const earmark = (harness: Harness) =>
  measureScript(crawlScript, {
    ...forkEnvironment(harness),
    FREESOUND_REQUESTS_PER_MINUTE: "1000000",
    FREESOUND_REQUESTS_PER_DAY: "1000000",
  });

const caseStudy = ({ freesound, storage }: Harness, sounds: number) =>
  measureScript(
    new URL("crawl-case-study.ts", import.meta.url),
    { STORAGE_EMULATOR_HOST: storage.url, METADATA_SERVER_DETECTION: "none" },
    [freesound.url, localApiKey, String(sounds), bucket],
  );

/** A long crawl alone: its memory must not grow with what it finds. */
async function long(sounds: number): Promise<ReturnType<typeof toRow>> {
  const harness = await startHarness({ file: Buffer.alloc(16_000, 7) });
  try {
    harness.addSounds(sounds, { apartMs: 1000 });
    const result = await earmark(harness);
    const growthMiB = result.peakMiB - result.startMiB;
    if (growthMiB >= growthLimitMiB)
      throw new Error(`${sounds} sounds took ${growthMiB} MiB, they may take ${growthLimitMiB}`);
    return toRow("earmark, long", 0, result);
  } finally {
    await harness.close();
  }
}

const toRow = (
  way: string,
  latencyMs: number,
  { outcome, seconds, cpuSeconds, startMiB, peakMiB }: ForkedResult,
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
