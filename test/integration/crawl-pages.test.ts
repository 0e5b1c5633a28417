import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bucket, type Harness, startHarness } from "./crawl-harness.ts";

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.close());

const unlimited = {
  FREESOUND_REQUESTS_PER_MINUTE: "100000",
  FREESOUND_REQUESTS_PER_DAY: "100000",
};
const missing = () => {
  const stored = new Set(harness.storedIds());
  return harness.freesound.sounds
    .list()
    .map(({ id }) => id)
    .filter((id) => !stored.has(id));
};
/** Happens once, while the page after so many stored sounds is downloaded. */
const after = (stored: number, change: () => void) => {
  let isDone = false;
  harness.storage.objects.onPut(() => {
    if (isDone || harness.storage.objects.list(bucket).length < stored) return;
    isDone = true;
    change();
  });
};
/** The source's pages as lists of ids; `between` happens after the page of that number. */
async function readPages(request: object, between: (page: number) => void) {
  const source = await harness.edges.openSource(harness.plan(request, unlimited), {
    signal: new AbortController().signal,
    until: Infinity,
    since: null,
  });
  const pages: number[][] = [];
  for await (const page of source.pages(source.start)) {
    pages.push(page.candidates.map(({ id }) => Number(id)));
    between(pages.length);
  }
  return { seen: pages.flat(), calls: source.apiCalls };
}
const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe("a search that changes while it is paged through", () => {
  test("one sound deleted and one added, so that the count stays: nothing is lost", async () => {
    harness.addSounds(450);
    after(100, () => {
      harness.freesound.sounds.remove(3);
      harness.addSounds(1, { first: 9000, since: "2024-06-01T00:00:00Z" });
    });
    expect(await harness.crawl()).toMatchObject({ status: "complete", found: 450, api_calls: 4 });
    expect(missing()).toEqual([]);
  });

  test("the last sound seen deleted, and all that were seen", async () => {
    harness.addSounds(460);
    const { seen } = await readPages({}, (page) => {
      if (page === 1) harness.freesound.sounds.remove(150);
      if (page === 2) for (const id of range(300)) harness.freesound.sounds.remove(id);
    });
    expect(seen).toEqual(range(460));
  });

  test("where sounds share their second with the end of a page", async () => {
    harness.addSounds(700, { apartMs: 30 }); // some 33 a second
    const { seen, calls } = await readPages({}, (page) => {
      harness.freesound.sounds.remove(page);
    });
    expect(seen).toEqual(range(700));
    expect(calls).toBe(5);
  });

  test("more of a second than a filter can name are paged through", async () => {
    harness.addSounds(700, { apartMs: 0 });
    const { seen, calls } = await readPages({}, () => {});
    expect(seen.toSorted((a, b) => a - b)).toEqual(range(700));
    expect(calls).toBe(5);
  });

  test("a Freesound that refuses to leave sounds out is asked without that", async () => {
    harness.addSounds(460);
    const { seen, calls } = await readPages({}, (page) => {
      if (page === 1) harness.freesound.failNext(400, { on: "search" });
    });
    expect(seen).toEqual(range(460));
    expect(calls).toBe(5);
  });
});

test("an undisturbed search takes one call a page", async () => {
  harness.addSounds(1500);
  expect(await readPages({}, () => {})).toEqual({ seen: range(1500), calls: 10 });
});

test("a sample gets on though the count is another one in each answer", async () => {
  harness.addSounds(320);
  let next = 5000;
  const adding = setInterval(() => harness.addSounds(1, { first: next++ }), 2);
  try {
    const report = await harness.crawl({ limit: 300 }, unlimited);
    expect(report).toMatchObject({ status: "complete" });
    expect(report.stored).toBeGreaterThan(250);
    expect(report.api_calls).toBeLessThan(20);
  } finally {
    clearInterval(adding);
  }
});

test("pages of nulls are passed, and each null is listed once", async () => {
  harness.addSounds(400);
  for (let id = 100; id <= 270; id++) harness.freesound.sounds.loseFromDatabase(id);
  const report = await harness.crawl({}, unlimited);
  expect(report).toMatchObject({ status: "complete", stored: 229, failed: 171 });
});

test("a sound that cannot be read waits for the next crawl, whatever its age", async () => {
  harness.addSounds(20, { apartMs: 86_400_000 });
  const license = "https://creativecommons.org/publicdomain/zero/1.0/";
  harness.freesound.sounds.change(2, { license: 7 as never });
  expect(await harness.crawl()).toMatchObject({ stored: 19, failed: 1 });
  expect(await harness.crawl()).toMatchObject({ stored: 0, failed: 1 });
  harness.freesound.sounds.change(2, { license });
  expect(await harness.crawl()).toMatchObject({ stored: 1, failed: 0 });
  expect(missing()).toEqual([]);
});

test("a null that is older than the overlap is found by a full crawl once Freesound knows it", async () => {
  harness.addSounds(20, { apartMs: 86_400_000 });
  harness.freesound.sounds.loseFromDatabase(2);
  expect(await harness.crawl()).toMatchObject({ stored: 19, failed: 1 });
  harness.freesound.sounds.restoreToDatabase(2);
  expect(await harness.crawl()).toMatchObject({ stored: 0, failed: 0 });
  expect(await harness.crawl({ full: true })).toMatchObject({ stored: 1, failed: 0 });
  expect(missing()).toEqual([]);
});
