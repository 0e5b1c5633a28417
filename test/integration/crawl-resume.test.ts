import { afterEach, expect, test } from "vitest";
import { crawl } from "#functions/crawl/crawl.ts";
import { progressMs } from "#functions/crawl/life.ts";
import { backgroundOf, bucket, type Harness, JumpingClock, startHarness } from "./crawl-harness.ts";

let harness: Harness;
let clock: JumpingClock;
const start = "2026-01-01T00:00:00Z";
const leaseMs = 120_000;
const runMs = 1_740_000;

async function begin(options: Parameters<typeof startHarness>[0] = {}) {
  clock = new JumpingClock(start, backgroundOf({ runMs, leaseMs }));
  harness = await startHarness({ clock, ...options });
}
afterEach(() => harness.close());

const ids = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
async function afterPreviews(count: number) {
  await expect
    .poll(() => harness.freesound.requests.count("preview"), { timeout: 20_000 })
    .toBeGreaterThanOrEqual(count);
}

test("a run that comes to its deadline answers partial; the next one goes on there", async () => {
  await begin();
  harness.addSounds(330);
  const first = harness.crawl();
  await afterPreviews(200);
  clock.jump(runMs); // its time is over
  const report = await first;
  expect(report).toMatchObject({ status: "partial", error: expect.stringMatching(/deadline/) });
  expect(report.stored).toBeLessThan(330);
  const before = harness.freesound.requests.count("preview");

  const second = await harness.crawl();
  expect(second).toMatchObject({ status: "complete", resumed_from: report.crawl_id, failed: 0 });
  expect(harness.storedIds()).toEqual(ids(330));
  // At most one page is looked at again, and of that nothing is fetched again that was stored.
  expect(second.already_stored).toBeLessThanOrEqual(150);
  expect(second.api_calls).toBeLessThanOrEqual(3);
  expect(harness.freesound.requests.count("preview") - before).toBe(second.stored);
  expect(harness.rows.map(({ status }) => status)).toEqual(["partial", "complete"]);
  expect(await harness.crawl()).toMatchObject({ resumed_from: null, stored: 0 });
});

test("a run that dies is taken over when its lease has run out, and gets its end", async () => {
  await begin();
  harness.addSounds(320);
  // From its 170th object on this crawl only hangs, as a process does that is no more.
  let created = 0;
  const { objects } = harness.edges;
  const dying = {
    ...harness.edges,
    objects: {
      ...objects,
      create: ((...rest) =>
        ++created > 170 ? new Promise(() => {}) : objects.create(...rest)) as typeof objects.create,
    },
    clock: { now: () => clock.now(), sleep: () => new Promise<void>(() => {}) },
  };
  void crawl(dying, harness.plan());
  await expect.poll(() => created, { timeout: 20_000 }).toBeGreaterThan(170);

  const living = await crawl(harness.edges, harness.plan());
  expect(living).toMatchObject({ status: "running", expiresAt: Date.parse(start) + leaseMs });
  clock.jump(leaseMs);
  const heir = await harness.crawl();
  const { crawlId: dead } = living as { crawlId: string };
  expect(heir).toMatchObject({ status: "complete", resumed_from: dead });
  expect(heir.already_stored).toBeLessThanOrEqual(150);
  expect(harness.storedIds()).toEqual(ids(320));
  const ended = {
    crawl_id: dead,
    status: "partial",
    error: expect.stringContaining(heir.crawl_id),
  };
  expect(harness.rows).toEqual([
    expect.objectContaining(ended),
    expect.objectContaining({ crawl_id: heir.crawl_id }),
  ]);
  expect(await harness.edges.crawls.read(dead)).toMatchObject(ended);
  // What the dead one had stored of its last page and not told is in its row.
  const total = (column: string) =>
    harness.rows.reduce((sum, row) => sum + Number(row[column] ?? 0), 0);
  expect(harness.rows[0]).toMatchObject({ stored: 170, bytes: 170 * harness.file.length });
  expect(total("stored")).toBe(320);
  expect(total("bytes")).toBe(320 * harness.file.length);
});

test("nor does a chain of killed runs lose count", async () => {
  await begin();
  harness.addSounds(400, { apartMs: 400 }); // pages end among sounds of one second
  const { objects } = harness.edges;
  for (const last of [40, 100, 60, 70]) {
    let created = 0;
    const create: typeof objects.create = async (...rest) =>
      ++created > last ? never() : objects.create(...rest);
    const clockOfDead = { now: () => clock.now(), sleep: never };
    const dying = { ...harness.edges, objects: { ...objects, create }, clock: clockOfDead };
    void crawl(dying, harness.plan());
    await expect.poll(() => created, { timeout: 20_000 }).toBeGreaterThan(last);
    clock.jump(leaseMs);
  }
  const heir = await harness.crawl();
  expect(heir).toMatchObject({ status: "complete", stored: 130 });
  const counts = harness.rows.map(({ stored }) => Number(stored)).toSorted((a, b) => a - b);
  expect(counts).toEqual([40, 60, 70, 100, 130]);
  expect(harness.storedIds()).toEqual(ids(400));
});

test("how far a crawl is can be read while it is within a page", async () => {
  await begin();
  harness.addSounds(12);
  harness.freesound.failNext("slow", { on: "preview", delayMs: 1500 });
  const running = harness.crawl();
  await expect.poll(() => harness.storedIds().length, { timeout: 20_000 }).toBe(11);
  const [document] = (await harness.firestore.collection("crawls").get()).docs;
  const read = async () => (await document?.ref.get())?.data();
  expect(await read()).toMatchObject({ status: "running", stored: 0 });
  clock.jump(progressMs);
  await expect.poll(read).toMatchObject({
    status: "running",
    found: 12,
    stored: 11,
    bytes: 11 * harness.file.length,
  });
  // Nothing has changed since: nothing is kept again.
  const { updateTime } = (await document?.ref.get()) ?? {};
  for (let beats = 0; beats < 5; beats++) {
    clock.jump(progressMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await document?.ref.get())?.updateTime).toEqual(updateTime);
  expect(await running).toMatchObject({ status: "complete", stored: 12 });
});

const never = () => new Promise<never>(() => {});

test("runs that die before their first page, and while they bury another, get their rows as well", async () => {
  await begin();
  harness.addSounds(1);
  const dead = { ...harness.edges, clock: { now: () => clock.now(), sleep: never } };
  const documents = async () => (await harness.firestore.collection("crawls").get()).docs;
  void crawl({ ...dead, openSource: never }, harness.plan());
  await expect.poll(async () => (await documents()).length, { timeout: 20_000 }).toBe(1);
  expect((await documents())[0]?.data()).toMatchObject({ status: "running" });
  clock.jump(leaseMs);
  void crawl({ ...dead, warehouse: { insert: never }, openSource: never }, harness.plan());
  await expect.poll(async () => (await documents()).length, { timeout: 20_000 }).toBe(2);
  clock.jump(leaseMs + 1000);
  const heir = await harness.crawl();
  expect(heir).toMatchObject({ status: "complete", stored: 1 });
  const ids = (await documents()).map(({ id }) => id).filter((id) => id !== heir.crawl_id);
  expect(harness.rows).toHaveLength(3);
  for (const crawl_id of ids)
    expect(harness.rows).toContainEqual(
      expect.objectContaining({
        crawl_id,
        status: "partial",
        error: expect.stringMatching(/word/),
      }),
    );
});

test("a run that has lost its lease stops, and leaves its successor's work alone", async () => {
  await begin();
  harness.addSounds(300);
  harness.freesound.failNext("slow", { on: "preview", delayMs: 1500 });
  const late = harness.crawl();
  await afterPreviews(1);
  // As if it had stood still for longer than its lease: another one takes over.
  const state = await harness.firestore.collection("watermarks").get();
  await state.docs[0]?.ref.update({ lease: { crawlId: "heir", expiresAt: clock.now() + leaseMs } });
  expect(await late).toMatchObject({
    status: "partial",
    error: expect.stringMatching(/taken over/),
  });
  const after = await harness.firestore.collection("watermarks").get();
  expect(after.docs[0]?.get("lease.crawlId")).toBe("heir");
});

const untilAborted = (_: number, signal?: AbortSignal) =>
  new Promise<void>((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(new Error("ended")));
  });

test("a run that is taken over while it stands still has one row, written by its heir", async () => {
  await begin();
  harness.addSounds(3);
  harness.freesound.failNext("slow", { on: "preview", delayMs: 1500 });
  const still = { ...harness.edges, clock: { now: () => clock.now(), sleep: untilAborted } };
  const late = crawl(still, harness.plan());
  await afterPreviews(1);
  clock.jump(leaseMs);
  const heir = await harness.crawl();
  const report = await late;
  expect(report).toMatchObject({ status: "partial", error: expect.stringMatching(/taken over/) });
  expect(harness.rows).toEqual([
    expect.objectContaining({ status: "partial", error: expect.stringMatching(/without a word/) }),
    expect.objectContaining({ crawl_id: heir.crawl_id, status: "complete" }),
  ]);
  expect(harness.storedIds()).toEqual(ids(3));
});

test("a heartbeat keeps the lease while a page takes long", async () => {
  await begin();
  harness.addSounds(1);
  harness.freesound.failNext("slow", { on: "preview", delayMs: 1000 });
  const slow = harness.crawl();
  await afterPreviews(1);
  const lease = async () => {
    const { docs } = await harness.firestore.collection("watermarks").get();
    return Number(docs[0]?.get("lease.expiresAt"));
  };
  const before = await lease();
  clock.jump(leaseMs / 3);
  await expect.poll(lease).toBe(before + leaseMs / 3);
  expect(await slow).toMatchObject({ status: "complete" });
});

test("when nothing can be fetched any more, the run ends and its page is not passed", async () => {
  await begin();
  harness.addSounds(20);
  harness.freesound.failNext(503, { on: "preview", times: 80 });
  const down = await harness.crawl();
  expect(down).toMatchObject({
    status: "failed",
    error: expect.stringMatching(/all of 20 downloads/),
  });
  harness.freesound.faults.clear();
  expect(await harness.crawl()).toMatchObject({ stored: 20, resumed_from: down.crawl_id });
  expect(harness.storage.objects.list(bucket)).toHaveLength(20);
});
