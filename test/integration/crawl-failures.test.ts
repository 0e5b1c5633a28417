import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { toKey } from "#functions/crawl/crawl.ts";
import { backgroundOf, bucket, type Harness, JumpingClock, startHarness } from "./crawl-harness.ts";
import { crawlShelf, items, shelf } from "./crawl-shelf.ts";

let harness: Harness;
let clock: JumpingClock;
beforeEach(async () => {
  clock = new JumpingClock(
    "2026-02-01T00:00:00Z",
    backgroundOf({ runMs: 1_740_000, leaseMs: 120_000 }),
  );
  harness = await startHarness({ clock });
});
afterEach(() => harness.close());

const fail = (kind: "not-found" | "reset") =>
  harness.freesound.failNext(kind, { on: "preview", times: Infinity });

describe("a sound that stays broken", () => {
  /** The newest sound, and the only one that an incremental crawl looks at. */
  beforeEach(async () => {
    harness.addSounds(2, { since: "2025-01-01T00:00:00Z" });
    await harness.crawl();
    harness.addSounds(1, { first: 50, since: "2026-01-01T00:00:00Z" });
  });

  test("is tried by five crawls, then given up and counted apart; a full one tries it again", async () => {
    const { freesound } = harness;
    fail("not-found");
    for (let tries = 1; tries <= 5; tries++) {
      const report = await harness.crawl();
      expect(report).toMatchObject({ status: "complete", stored: 0, failed: 1, given_up: 0 });
      expect(report.failures[0]?.reason.includes("given up")).toBe(tries === 5);
    }
    freesound.requests.clear();
    for (let later = 0; later < 3; later++)
      expect(await harness.crawl()).toMatchObject({
        status: "complete",
        failed: 0,
        given_up: 1,
        error: null,
      });
    expect(freesound.requests.count("preview")).toBe(0);

    expect(await harness.crawl({ full: true })).toMatchObject({ status: "complete", failed: 1 });
    expect(await harness.crawl()).toMatchObject({ failed: 0, given_up: 1 });
    freesound.faults.clear();
    expect(await harness.crawl({ full: true })).toMatchObject({ stored: 1, given_up: 0 });
    expect(await harness.crawl()).toMatchObject({ already_stored: 1, given_up: 0 });
  });

  test("and of which nobody says why fails no more than five crawls", async () => {
    fail("reset");
    const states: string[] = [];
    for (let run = 0; run < 7; run++) states.push((await harness.crawl()).status);
    // The first one still sees the sound that was the newest before.
    const failed = Array<string>(4).fill("failed");
    expect(states).toEqual(["complete", ...failed, "complete", "complete"]);
  });

  test("is told from one that is new", async () => {
    fail("reset");
    for (let run = 0; run < 5; run++) await harness.crawl();
    harness.freesound.faults.clear();
    harness.addSounds(1, { first: 51, since: "2026-01-02T00:00:00Z" });
    expect(await harness.crawl()).toMatchObject({ stored: 1, given_up: 1 });
  });
});

test("a crawl in which everything was passed over by policy but one that failed has not failed", async () => {
  harness.addSounds(5);
  for (const id of [1, 2, 3, 4])
    harness.freesound.sounds.change(id, {
      license: "http://creativecommons.org/licenses/by-nc/3.0/",
    });
  harness.freesound.failNext("reset", { on: "preview", times: Infinity });
  const report = await harness.crawl({ licenses: ["CC0-1.0"] });
  expect(report).toMatchObject({ status: "complete", skipped_license: 4, failed: 1 });
});

const dead = (count: number, host: string) => items(count, `${host}-`, { host, body: null });

describe("hosts that are down", () => {
  test("are their recordings' failure where others answer, and are not asked for every one", async () => {
    const downloads: string[] = [];
    const page = [...dead(40, "gone.example"), ...items(20, "good-", { host: "two.example" })];
    const report = await crawlShelf(harness, shelf([page], downloads));
    expect(report).toMatchObject({ status: "complete", stored: 20, failed: 40 });
    expect(report.failures[0]).toMatchObject({ reason: expect.stringMatching(/gone\.example/) });
    // Four tries each of the first few, of those that were on their way, and none of the others.
    expect(downloads.filter((id) => id.startsWith("gone")).length).toBeLessThan(4 * 20);
  });

  test("where another one only says that a file is missing, too", async () => {
    const page = [
      ...dead(20, "gone.example"),
      { id: "lost", host: "two.example", isMissing: true },
    ];
    expect(await crawlShelf(harness, shelf([page]))).toMatchObject({ failed: 21 });
  });

  test("all of them: the page is not passed, until five runs have failed on it", async () => {
    const first = [...dead(12, "gone.example"), ...dead(8, "refuses.example")];
    const pages = [first, items(3, "good-")];
    for (let run = 1; run < 5; run++)
      expect(await crawlShelf(harness, shelf(pages))).toMatchObject({
        status: "failed",
        error: expect.stringMatching(/all of 20 downloads failed.*ENOTFOUND/),
        stored: 0,
      });
    const fifth = await crawlShelf(harness, shelf(pages));
    expect(fifth).toMatchObject({ status: "complete", stored: 3, failed: 20 });
    expect(fifth.failures).toHaveLength(20);
    expect(harness.storage.objects.list(bucket)).toHaveLength(3);
    // From now on they are sounds that failed before, and hold up nobody.
    for (let run = 2; run <= 5; run++)
      expect(await crawlShelf(harness, shelf(pages))).toMatchObject({
        status: "complete",
        failed: 20,
      });
    expect(await crawlShelf(harness, shelf(pages))).toMatchObject({
      status: "complete",
      failed: 0,
      given_up: 20,
    });
  });
});

test("a page that takes longer than a run without a single answer is passed by the fifth one", async () => {
  const page = Array.from({ length: 50 }, (_, index) => ({
    id: `slow-${index}`,
    host: `${index}.example`,
    body: null,
    asked: () => clock.jump(30_000), // four tries of fifty are more than a run, one of each is less
  }));
  const pages = [page, items(3, "good-")];
  for (let run = 1; run < 5; run++)
    expect(await crawlShelf(harness, shelf(pages))).toMatchObject({
      status: "partial",
      stored: 0,
      error: expect.stringMatching(/deadline/),
    });
  expect(await crawlShelf(harness, shelf(pages))).toMatchObject({
    status: "complete",
    stored: 3,
    failed: 50,
  });
});

test("a Storage that takes nothing ends the crawl and is held against no sound", async () => {
  harness.storage.failNext(403, Infinity, /^POST \/upload/);
  const pages = [items(9, "a-"), items(1, "b-")];
  for (let run = 0; run < 6; run++)
    expect(await crawlShelf(harness, shelf(pages))).toMatchObject({
      status: "failed",
      error: expect.stringMatching(/nothing can be stored: upload of gs:\/\/recordings\/shelf/),
      failed: 0,
    });
});

test("the watermark never goes back", async () => {
  harness.addSounds(3);
  await harness.crawl();
  const watermark = async () => (await harness.edges.crawls.mark(toKey(harness.plan()))).watermark;
  const before = await watermark();
  expect(before).toBe("2024-01-01T02:00:00.000Z");
  for (const { id } of harness.freesound.sounds.list()) harness.freesound.sounds.remove(id);
  for (let run = 0; run < 2; run++) {
    expect(await harness.crawl()).toMatchObject({ status: "complete", found: 0 });
    expect(await watermark()).toBe(before);
  }
  // Nor when only older ones are published late, within the overlap.
  harness.addSounds(1, { first: 9, since: "2023-12-31T00:00:00Z" });
  expect(await harness.crawl()).toMatchObject({ stored: 1 });
  expect(await watermark()).toBe(before);
});
