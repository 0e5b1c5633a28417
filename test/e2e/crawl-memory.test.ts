import { afterAll, beforeAll, expect, test } from "vitest";
import { type Harness, startHarness } from "../integration/crawl-harness.ts";
import { crawlScript, forkEnvironment, growthLimitMiB, measureScript } from "./forked-crawl.ts";

const sounds = 10_000;
/** One in so many is stored: `npm run bench -- crawl` stores them all, which takes minutes. */
const apart = 50;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ file: Buffer.alloc(64_000, 7) });
  harness.addSounds(sounds, { apartMs: 1000 });
  for (const { id } of harness.freesound.sounds.list())
    if (id % apart !== 0)
      harness.freesound.sounds.change(id, {
        license: "http://creativecommons.org/licenses/by-nc/3.0/",
      });
});
afterAll(() => harness.close());

test("a crawl over ten thousand sounds takes no more memory than it may", async () => {
  const { outcome, startMiB, peakMiB } = await measureScript(crawlScript, {
    ...forkEnvironment(harness),
    FREESOUND_REQUESTS_PER_MINUTE: "1000000",
    CRAWL_LICENSES: "CC0-1.0",
  });
  expect(outcome).toMatchObject({ status: "complete", found: sounds, stored: sounds / apart });
  expect(peakMiB).toBeGreaterThan(startMiB);
  expect(peakMiB - startMiB).toBeLessThan(growthLimitMiB);
});
