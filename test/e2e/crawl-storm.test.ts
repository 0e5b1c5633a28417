import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Running } from "#functions/crawl/crawl.ts";
import type { CrawlReport } from "#functions/crawl/report.ts";
import { bucket, type Harness, startHarness } from "../integration/crawl-harness.ts";
import { fastClock } from "./fast-clock.ts";
import { crawlScript, forkEnvironment, forkScript } from "./forked-crawl.ts";

/** A minute of waiting is a second, so that a storm of hours fits into a test. */
const factor = 60;
const start = Date.now();
const clock = fastClock({ start, factor });
const sounds = 2000;
/** Each process dies after so many sounds, or so long. */
const killAfterSounds = 400;
const killAfterMs = 10_000;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ clock, quota: { perMinute: 60, perDay: 2000 } });
  harness.addSounds(sounds);
});
afterAll(() => harness.close());

interface Ended {
  readonly outcome: CrawlReport | Running;
}

const startCrawl = () =>
  forkScript(crawlScript, {
    ...forkEnvironment(harness),
    CLOCK: JSON.stringify({ start, factor }),
    FREESOUND_IDLE_SECONDS: "0.3",
    CRAWL_LEASE_SECONDS: "60",
    CRAWL_CONCURRENCY: "16",
  });

/** One crawl, killed with no warning when it takes too long; its outcome, or null when it was killed. */
async function crawlOrKill(): Promise<Ended["outcome"] | null> {
  const child = startCrawl();
  let outcome: Ended["outcome"] | null = null;
  child.on("message", (message: Partial<Ended>) => {
    if (message.outcome !== undefined) ({ outcome } = message);
  });
  const kill = () => child.kill("SIGKILL");
  let stored = 0;
  const forget = harness.storage.objects.onPut(() => {
    if (++stored === killAfterSounds) kill();
  });
  const timer = setTimeout(kill, killAfterMs);
  await once(child, "exit");
  clearTimeout(timer);
  forget();
  return outcome;
}

test("a storm of faults and kills: in the end every sound is stored once with the right bytes, or listed", async () => {
  const { freesound, storage } = harness;
  freesound.faults.storm(
    {
      throttle: 0.1,
      overload: 0.05,
      "null-results": 0.02,
      reset: 0.02,
      stall: 0.02,
      truncate: 0.01,
    },
    7,
  );
  const generations = new Map<string, number>();
  storage.objects.onPut(({ name }) => generations.set(name, (generations.get(name) ?? 0) + 1));
  let kills = 0;
  const failed = new Set<number | string | null>();
  for (let complete = false; !complete;) {
    const outcome = await crawlOrKill();
    if (outcome === null) kills++;
    else if ("crawlId" in outcome) await clock.sleep(Math.max(0, outcome.expiresAt - clock.now()));
    else {
      for (const { sound_id } of outcome.failures) failed.add(sound_id);
      complete = outcome.status === "complete";
    }
  }
  const stored = storage.objects.list(bucket);
  const bytes = harness.file;
  for (const { bytes: got } of stored) expect(got.equals(bytes)).toBe(true);
  for (const count of generations.values()) expect(count).toBe(1);
  const missing = freesound.sounds
    .list()
    .map(({ id }) => id)
    .filter((id) => !generations.has(`freesound/${id}.mp3`));
  for (const id of missing) expect(failed).toContain(id);
  expect(stored.length + missing.length).toBe(sounds);
  expect(kills).toBeGreaterThanOrEqual(4);

  // What the storm left behind, the next crawl in calm weather fetches.
  freesound.faults.clear();
  await harness.crawl();
  expect(storage.objects.list(bucket)).toHaveLength(sounds);
  for (const count of generations.values()) expect(count).toBe(1);
});
