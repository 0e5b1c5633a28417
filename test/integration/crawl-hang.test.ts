import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Storage } from "@google-cloud/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { crawl } from "#functions/crawl/crawl.ts";
import type { CrawlEdges } from "#functions/crawl/edges.ts";
import { graceMs } from "#functions/crawl/life.ts";
import { openObjects } from "#shared/objects/objects.ts";
import { openStored } from "#shared/objects/stored.ts";
import { backgroundOf, bucket, type Harness, JumpingClock, startHarness } from "./crawl-harness.ts";
import { crawlShelf, items, shelf } from "./crawl-shelf.ts";

const [runMs, leaseMs] = [1_740_000, 120_000];
let harness: Harness;
let clock: JumpingClock;
/** Takes whatever is sent, and answers nothing. */
let silent: Server;
let requests = 0;

beforeEach(async () => {
  clock = new JumpingClock("2026-02-01T00:00:00Z", backgroundOf({ runMs, leaseMs }));
  harness = await startHarness({ clock });
  requests = 0;
  silent = createServer((request) => {
    requests++;
    request.resume();
  });
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  silent.closeAllConnections();
  await new Promise((resolve) => silent.close(resolve));
  await harness.close();
});

const deafStorage = () =>
  new Storage({
    apiEndpoint: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    projectId: "test",
  });
const crawlWith = (edges: Partial<CrawlEdges>) =>
  crawl({ ...harness.edges, ...edges }, harness.plan());
const lease = async () => {
  const { docs } = await harness.firestore.collection("watermarks").get();
  return docs[0]?.get("lease") as { expiresAt: number } | null;
};

/** A warehouse during whose insert the process dies. */
const deadly = (): CrawlEdges["warehouse"] => ({ insert: () => new Promise<void>(() => {}) });
const crawls = async () => (await harness.firestore.collection("crawls").get()).docs;

const statuses = async () => (await crawls()).map((document) => document.get("status") as string);

const isEnded = async () =>
  (await crawls()).some((document) => document.get("rowWritten") === false);

describe("a Storage that does not answer", () => {
  test("while it should take a sound: the run ends at its deadline, and gives its lease back", async () => {
    harness.addSounds(3);
    const running = crawlWith({ objects: openObjects(deafStorage(), bucket) });
    await expect.poll(() => requests, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
    clock.jump(runMs);
    expect(await running).toMatchObject({ status: "partial", stored: 0 });
    expect(await lease()).toBeNull();
    expect(await harness.crawl()).toMatchObject({ status: "complete", stored: 3 });
  });

  test("while it should say what is stored: the run leaves it hanging", async () => {
    harness.addSounds(3);
    const running = crawlWith({ stored: openStored(deafStorage(), bucket) });
    await expect.poll(() => requests, { timeout: 20_000 }).toBe(1);
    clock.jump(runMs);
    const isLeft = async () => {
      clock.jump(graceMs);
      return Promise.race([running, new Promise((resolve) => setImmediate(resolve))]);
    };
    await expect.poll(isLeft).toMatchObject({ status: "partial", stored: 0 });
    expect(await lease()).toBeNull();
  });

  test("fails an upload after a while in which nothing moves", async () => {
    const objects = openObjects(deafStorage(), bucket, { uploadIdleMs: 100 });
    const edges = { ...harness.edges, objects };
    const report = await crawlShelf({ ...harness, edges }, shelf([items(1, "a-")]));
    expect(report).toMatchObject({
      status: "failed",
      error: expect.stringMatching(/upload of gs:\/\/recordings\/shelf\/a-0.mp3: nothing moved/),
    });
  });
});

test("the heart of a run that hangs past its deadline stops: another one takes over", async () => {
  harness.addSounds(1);
  let isUnderWay = false;
  const hung: Partial<CrawlEdges> = {
    openSource: () => {
      isUnderWay = true;
      return new Promise(() => {});
    },
    // Not even the deadline reaches it.
    clock: {
      now: () => clock.now(),
      sleep: async (ms, signal) =>
        ms === runMs ? new Promise<void>(() => {}) : clock.sleep(ms, signal),
    },
  };
  void crawlWith(hung);
  await expect.poll(() => isUnderWay, { timeout: 20_000 }).toBe(true);
  const first = (await lease())?.expiresAt ?? 0;
  clock.jump(leaseMs / 3);
  await expect.poll(async () => (await lease())?.expiresAt).toBe(first + leaseMs / 3);
  clock.jump(runMs);
  const last = async () => (await lease())?.expiresAt ?? 0;
  await expect.poll(last).toBeGreaterThan(first + leaseMs); // one more beat, which came due meanwhile
  const end = await last();
  for (let beats = 0; beats < 5; beats++) clock.jump(leaseMs / 3);
  expect(await last()).toBe(end);
  expect(await harness.crawl()).toMatchObject({ status: "complete", stored: 1 });
});

describe("the row of a crawl that was killed after its end", () => {
  test("is written by the next crawl, of whatever query, once", async () => {
    harness.addSounds(2);
    void crawlWith({ warehouse: deadly() });
    await expect.poll(isEnded, { timeout: 20_000 }).toBe(true);
    expect(harness.rows).toEqual([]);
    const [killed] = await crawls();

    // One that has only just ended may be at it itself.
    await harness.crawl({ query: "one" });
    expect(harness.rows.map(({ query }) => query)).toEqual(["one"]);
    clock.jump(leaseMs + 1000);
    await harness.crawl({ query: "two" });
    await harness.crawl({ query: "three" });
    expect(harness.rows.map(({ query }) => query)).toEqual(["one", "speech", "two", "three"]);
    expect(harness.rows[1]).toMatchObject({ crawl_id: killed?.id, status: "complete", stored: 2 });
    expect(await harness.edges.crawls.read(killed?.id ?? "")).not.toHaveProperty("rowWritten");
  });

  test("keeps no crawl waiting while the warehouse hangs", async () => {
    harness.addSounds(2);
    void crawlWith({ warehouse: deadly() });
    await expect.poll(isEnded, { timeout: 20_000 }).toBe(true);
    clock.jump(leaseMs + 1000);
    void crawl({ ...harness.edges, warehouse: deadly() }, harness.plan({ query: "talk" }));
    await expect.poll(statuses, { timeout: 20_000 }).toEqual(["complete", "complete"]);
    clock.jump(leaseMs + 1000);
    await harness.crawl({ query: "three" });
    expect(harness.rows).toHaveLength(3);
    expect(new Set(harness.rows.map(({ query }) => query))).toEqual(
      new Set(["speech", "talk", "three"]),
    );
  });

  test("does not keep the next crawl from its work while the warehouse refuses it", async () => {
    harness.addSounds(2);
    void crawlWith({ warehouse: deadly() });
    await expect.poll(isEnded, { timeout: 20_000 }).toBe(true);
    clock.jump(leaseMs + 1000);
    const { warehouse } = harness.edges;
    const picky: CrawlEdges["warehouse"] = {
      insert: async (table, id, row) => {
        if (row["query"] === "speech") throw new Error("refused");
        await warehouse.insert(table, id, row);
      },
    };
    const next = await crawl(
      { ...harness.edges, warehouse: picky },
      harness.plan({ query: "two" }),
    );
    expect(next).toMatchObject({ status: "complete" });
    await harness.crawl({ query: "three" });
    expect(harness.rows.map(({ query }) => query)).toEqual(["two", "speech", "three"]);
  });
});

test("a query of any length and alphabet fits beside all else that is kept with a sound", async () => {
  harness.addSounds(1);
  harness.freesound.sounds.change(1, {
    name: `${"語".repeat(2000)}.mp3`,
    username: "é".repeat(2000),
    tags: Array.from({ length: 2000 }, (_, index) => `étiquette${index}`),
  });
  const filter = "id:1";
  for (const query of ["", "😀".repeat(500), "語".repeat(1000), `-x ${"-é ".repeat(300)}`]) {
    const report = await harness.crawl({ query, filter, full: true });
    expect(report).toMatchObject({ status: "complete", failed: 0, changed: 0 });
  }
  // The emulator holds objects to the limit of 8 KiB, too; what is cut is cut between characters.
  const found = await crawlShelf(harness, shelf([items(1, "x-")]), { query: "😀".repeat(500) });
  expect(found).toMatchObject({ stored: 1 });
  const { query = "" } =
    harness.storage.objects.get(bucket, "shelf/x-0.mp3")?.fields.metadata ?? {};
  expect(query).toBe("😀".repeat(250));
});
