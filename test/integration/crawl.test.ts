import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { crawl } from "#functions/crawl/crawl.ts";
import { bucket, type Harness, startHarness } from "./crawl-harness.ts";

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.close());

const ids = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

test("everything is stored once, with one call for every 150 sounds", async () => {
  const { freesound, rows } = harness;
  harness.addSounds(301);
  const report = await harness.crawl();
  expect(report).toMatchObject({
    status: "complete",
    found: 301,
    stored: 301,
    already_stored: 0,
    failed: 0,
    api_calls: 3,
    resumed_from: null,
    error: null,
  });
  expect(harness.storedIds()).toEqual(ids(1, 301));
  expect(freesound.requests.apiCalls).toBe(3);
  expect(rows).toEqual([expect.objectContaining({ crawl_id: report.crawl_id, stored: 301 })]);
  expect(rows[0]).not.toHaveProperty("failures");
  expect(await harness.edges.crawls.read(report.crawl_id)).toMatchObject({ ...report });
});

describe("incremental", () => {
  test("a second crawl fetches only what is new, and looks only a little back", async () => {
    const { freesound } = harness;
    harness.addSounds(300);
    await harness.crawl();
    harness.addSounds(5, { first: 1000, since: "2024-01-14T00:00:00Z" });
    freesound.requests.clear();
    const report = await harness.crawl({}, { CRAWL_OVERLAP_HOURS: "24" });
    // Sound 300 is of 2024-01-13T11:00; a day before it begins the window, with both ends.
    expect(report).toMatchObject({ status: "complete", found: 30, stored: 5, already_stored: 25 });
    expect(report).toMatchObject({ api_calls: 1, mode: "incremental" });
    expect(freesound.requests.count("preview")).toBe(5);
    expect(decodeURIComponent(freesound.requests.list("search")[0]?.target ?? "")).toContain(
      "created:[2024-01-12T11:00:00.000Z+TO+*]",
    );
  });

  test("a filter of one's own stands beside the watermark", async () => {
    harness.addSounds(3);
    harness.freesound.sounds.change(2, { username: "ann" });
    const request = { filter: "username:ann OR id:3" };
    expect(await harness.crawl(request)).toMatchObject({ found: 2, stored: 2 });
    expect(await harness.crawl(request)).toMatchObject({ found: 2, already_stored: 2 });
    // Another query, filter or policy has a watermark of its own.
    expect(await harness.crawl()).toMatchObject({ found: 3, stored: 1, already_stored: 2 });
    const other = await harness.crawl({ licenses: ["CC0-1.0"] }, { CRAWL_OVERLAP_HOURS: "0" });
    expect(other).toMatchObject({ found: 3, already_stored: 3 });
  });

  test("a sound that failed is tried again by the next crawl", async () => {
    const { freesound } = harness;
    harness.addSounds(40);
    freesound.failNext("not-found", { on: "preview" });
    const settings = { CRAWL_OVERLAP_HOURS: "0" };
    const first = await harness.crawl({}, settings);
    expect(first).toMatchObject({ status: "complete", stored: 39, failed: 1 });
    expect(first.failures).toEqual([
      { sound_id: expect.any(Number), title: expect.any(String), reason: expect.any(String) },
    ]);
    expect(first.error).toMatch(/is not there \(404\)/);
    const second = await harness.crawl({}, settings);
    expect(second).toMatchObject({ stored: 1, failed: 0, api_calls: 2 });
    expect(harness.storedIds()).toEqual(ids(1, 40));
    expect(await harness.crawl({}, settings)).toMatchObject({ stored: 0, api_calls: 1 });
  });
});

describe("full", () => {
  test("changed and deleted sounds are noticed, and nothing is downloaded again", async () => {
    const { freesound, storage } = harness;
    harness.addSounds(5);
    await harness.crawl();
    const before = storage.objects.get(bucket, "freesound/2.mp3");
    freesound.sounds.change(2, { license: "https://creativecommons.org/licenses/by-nc/4.0/" });
    freesound.sounds.change(3, { genAiPreference: "no-gen-ai" });
    freesound.sounds.remove(4);
    freesound.sounds.change(5, { tags: ["other"], name: "does not fit the query.mp3" });
    freesound.requests.clear();
    const report = await harness.crawl({ full: true, licenses: ["CC0-1.0"] });
    expect(report).toMatchObject({
      status: "complete",
      mode: "full",
      found: 3,
      stored: 0,
      already_stored: 2,
      skipped_license: 1,
      changed: 3, // sound 5 too, which the search does not find any more
      deleted: 1,
    });
    expect(freesound.requests.count("preview")).toBe(0);
    expect(storage.objects.get(bucket, "freesound/5.mp3")?.fields.metadata).toMatchObject({
      title: "does not fit the query.mp3",
      tags: "other",
    });
    const after = storage.objects.get(bucket, "freesound/2.mp3");
    expect(after?.bytes).toEqual(before?.bytes);
    expect(after?.generation).not.toBe(before?.generation);
    expect(after?.fields.contentType).toBe("audio/mpeg");
    expect(after?.fields.metadata).toMatchObject({
      license: "CC-BY-NC-4.0",
      "license-url": "https://creativecommons.org/licenses/by-nc/4.0/",
      "crawl-id": before?.fields.metadata?.["crawl-id"],
    });
    const deleted = storage.objects.get(bucket, "freesound/4.mp3")?.fields.metadata;
    expect(deleted?.["source-deleted"]).toMatch(/^\d{4}-/);
    expect(deleted?.["license"]).toBe("CC0-1.0");
    const again = await harness.crawl({ full: true, licenses: ["CC0-1.0"] });
    expect(again).toMatchObject({ changed: 0, deleted: 0 });
  });

  test("an incremental crawl goes on with a full one that was cut short", async () => {
    harness.addSounds(200);
    await harness.crawl();
    const cut = await harness.crawl({ full: true }, {}, { runMs: 1 });
    expect(cut).toMatchObject({ status: "partial", mode: "full" });
    harness.freesound.sounds.change(1, { username: "renamed" });
    const rest = await harness.crawl();
    expect(rest).toMatchObject({ mode: "full", changed: 1, resumed_from: cut.crawl_id });
    expect(await harness.crawl()).toMatchObject({ mode: "incremental", resumed_from: null });
  });
});

test("a sample is the first sounds of the search, the same each time", async () => {
  harness.addSounds(400);
  const request = { limit: 160, sort: "created_desc" };
  expect(await harness.crawl(request)).toMatchObject({ found: 400, stored: 160, api_calls: 2 });
  expect(harness.storedIds()).toEqual(ids(241, 400));
  expect(await harness.crawl(request)).toMatchObject({ stored: 0, already_stored: 160 });
  // It leaves no watermark: the next crawl still looks at everything.
  expect(await harness.crawl()).toMatchObject({ stored: 240, already_stored: 160 });
});

test("policy: what may not be stored is counted by its reason and not downloaded", async () => {
  const { freesound } = harness;
  harness.addSounds(6);
  freesound.sounds.change(1, { license: "http://creativecommons.org/licenses/by/3.0/" });
  freesound.sounds.change(2, { license: "https://example.org/mine" });
  freesound.sounds.change(3, { genAiPreference: "no-gen-ai" });
  const report = await harness.crawl(
    { licenses: ["CC0-1.0"] },
    { CRAWL_AI_PREFERENCES: "no-additional-preferences,open-source-models" },
  );
  expect(report).toMatchObject({ stored: 3, skipped_license: 2, skipped_preference: 1 });
  expect(freesound.requests.count("preview")).toBe(3);
});

test("sounds deleted while it pages do not make it miss others", async () => {
  const { freesound } = harness;
  harness.addSounds(460);
  const source = await harness.edges.openSource(harness.plan(), {
    signal: new AbortController().signal,
    until: Infinity,
    since: null,
  });
  const seen: number[] = [];
  let pages = 0;
  for await (const page of source.pages(source.start)) {
    seen.push(...page.candidates.map(({ id }) => Number(id)));
    if (++pages === 1) for (const id of ids(1, 20)) freesound.sounds.remove(id);
  }
  expect(seen).toEqual(ids(1, 460));
  expect(source.apiCalls).toBe(4);
});

test("previews that stay missing keep no other sound from being stored", async () => {
  harness.addSounds(30);
  const { freesound } = harness;
  freesound.failNext("not-found", { on: "preview", times: 9 });
  expect(await harness.crawl()).toMatchObject({ status: "complete", stored: 21, failed: 9 });
  harness.addSounds(5, { first: 1000, since: "2026-01-01T00:00:00Z" });
  freesound.failNext("not-found", { on: "preview", times: 9 });
  expect(await harness.crawl()).toMatchObject({ status: "complete", stored: 5, failed: 9 });
  // What was missing is asked for once a crawl, and is there in the end.
  expect(await harness.crawl()).toMatchObject({ status: "complete", stored: 9, failed: 0 });
});

test("null results are asked for again; what stays null is listed", async () => {
  const { freesound } = harness;
  harness.addSounds(20);
  freesound.failNext("null-results");
  expect(await harness.crawl()).toMatchObject({ stored: 20, failed: 0, api_calls: 2 });
  harness.addSounds(3, { first: 100, since: "2024-02-01T00:00:00Z" });
  freesound.sounds.loseFromDatabase(101);
  const report = await harness.crawl();
  expect(report).toMatchObject({ stored: 2, failed: 1 });
  expect(report.error).toMatch(/does not know it/);
});

test("a sound that is described as no other is listed, and does not end the crawl", async () => {
  harness.addSounds(3);
  harness.freesound.sounds.change(2, { license: 7 as never });
  const report = await harness.crawl();
  expect(report).toMatchObject({ status: "complete", stored: 2, failed: 1 });
  expect(report.failures).toEqual([
    { sound_id: 2, title: "sound 2", reason: expect.stringMatching(/license/) },
  ]);
});

describe("one crawl of a query at a time", () => {
  test("the second is told of the first", async () => {
    harness.addSounds(30);
    harness.freesound.failNext("slow", { on: "search", delayMs: 300 });
    const { edges } = harness;
    const [first, second, other] = await Promise.all([
      crawl(edges, harness.plan()),
      new Promise((resolve) => setTimeout(resolve, 100)).then(() => crawl(edges, harness.plan())),
      harness.crawl({ query: "nothing" }),
    ]);
    expect(first).toMatchObject({ status: "complete", stored: 30 });
    expect(second).toMatchObject({
      status: "running",
      crawlId: (first as { crawl_id: string }).crawl_id,
    });
    expect(other).toMatchObject({ status: "complete", found: 0 });
    expect(harness.rows).toHaveLength(2);
  });
});
