import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openQuota, type QuotaRates } from "#shared/catalog/quota.ts";
import { setLogLevel } from "#shared/log.ts";
import { backgroundOf, type Harness, JumpingClock, startHarness } from "./crawl-harness.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;
const rates = { perMinute: 60, perDay: 2000 };
const [leaseMs, runMs] = [120_000, 1_740_000];
const start = "2026-01-01T00:00:00Z";

let clock: JumpingClock;
let harness: Harness;
let keys = 0;
beforeAll(async () => {
  clock = new JumpingClock(start, backgroundOf({ leaseMs, runMs }));
  harness = await startHarness({ clock, quota: rates });
});
afterAll(() => harness.close());
let key: string;
beforeEach(() => {
  key = `key ${++keys}`;
});

/** One of many instances that use the key. */
const open = (limits: QuotaRates = rates) =>
  openQuota(harness.firestore, key, limits, () => clock.now());

/** Takes a call as soon as it may; answers when that was. */
async function take(quota = open()): Promise<number> {
  for (;;) {
    const waitMs = await quota.take();
    if (waitMs === 0) return clock.now();
    clock.jump(waitMs);
  }
}

const mostWithin = (times: readonly number[], windowMs: number) =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length));

describe("the quota of a key", () => {
  test("holds for every instance that uses it, in any minute", async () => {
    const instances = [open(), open(), open()];
    const times: number[] = [];
    for (let call = 0; call < 150; call++) {
      clock.jump(call % 7 === 0 ? 900 : 0);
      times.push(await take(instances[call % 3]));
    }
    expect(mostWithin(times, minuteMs)).toBe(60);
    // And no slower than it must be: the 121st call comes two minutes, and their margins, after the first.
    expect((times[120] ?? 0) - (times[0] ?? 0)).toBeLessThanOrEqual(2 * minuteMs + 4_000);
  });

  test("is not overdrawn by calls at the same moment", async () => {
    const taken = await Promise.all(
      Array.from({ length: 12 }, () => open({ perMinute: 5, perDay: 2000 }).take()),
    );
    expect(taken.filter((waitMs) => waitMs === 0)).toHaveLength(5);
  });

  test("holds for the day", async () => {
    const limits = { perMinute: 60, perDay: 30 };
    const times: number[] = [];
    for (let call = 0; call < 70; call++) times.push(await take(open(limits)));
    expect(mostWithin(times, dayMs)).toBe(30);
    expect((times[69] ?? 0) - (times[0] ?? 0)).toBeLessThan(2 * dayMs + 2 * 3_600_000);
  });

  test("rests when Freesound says so, and keeps to a lower rate that it names", async () => {
    await open().pause(90_000, { perMinute: 2 });
    expect(await open().take()).toBe(90_000);
    clock.jump(90_000);
    const times = [await take(), await take(), await take()];
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(0);
    expect((times[2] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(minuteMs);
  });

  test("forgets a learned rate after a day, and rests no longer than an hour at once", async () => {
    await open().pause(10 * dayMs, { perMinute: 1 });
    expect(await open().take()).toBe(3_600_000);
    clock.jump(3_600_000);
    const times = [await take(), await take()];
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(minuteMs);
    clock.jump(dayMs);
    const next = [await take(), await take()];
    expect((next[1] ?? 0) - (next[0] ?? 0)).toBe(0);
  });

  test("is kept under a hash: the key itself is nowhere in the database", async () => {
    await take();
    const { docs } = await harness.firestore.collection("quotas").get();
    expect(JSON.stringify(docs.map((doc) => [doc.id, doc.data()]))).not.toContain(key);
  });
});

test("ten thousand sounds: 67 calls, never above 60 a minute, and the report says what it waited for", async () => {
  harness.addSounds(10_000, { apartMs: 1000 });
  // What is stored is tried elsewhere; here only a few are, so that the calls are what counts.
  for (const { id } of harness.freesound.sounds.list())
    if (id % 50 !== 0)
      harness.freesound.sounds.change(id, {
        license: "http://creativecommons.org/licenses/by-nc/3.0/",
      });
  harness.freesound.requests.clear();
  setLogLevel("INFO");
  const said = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const report = await harness.crawl({ licenses: ["CC0-1.0"] }, {}, { leaseMs, runMs });
  const lines = said.mock.calls.map(
    ([line]) => JSON.parse(String(line)) as Record<string, unknown>,
  );
  said.mockRestore();
  setLogLevel("ERROR");
  expect(report).toMatchObject({
    status: "complete",
    found: 10_000,
    stored: 200,
    skipped_license: 9_800,
    failed: 0,
    api_calls: Math.ceil(10_000 / 150),
    bound_by: "quota",
  });
  expect(report.quota_wait_seconds).toBeGreaterThanOrEqual(60);
  const { quota_wait_seconds } = report;
  expect(lines.filter(({ message }) => message === "crawl finished")).toEqual([
    expect.objectContaining({ status: "complete", bound_by: "quota", quota_wait_seconds }),
  ]);
  expect(lines.some(({ message }) => message === "waiting for the quota of the API key")).toBe(
    true,
  );
  const searches = harness.freesound.requests.list("search");
  expect(searches.every(({ status }) => status === 200)).toBe(true); // never a 429
  expect(
    mostWithin(
      searches.map(({ at }) => at),
      minuteMs,
    ),
  ).toBeLessThanOrEqual(60);
  expect(harness.freesound.requests.count("sound")).toBe(0);
});
