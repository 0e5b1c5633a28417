import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addFailure, startReport } from "#functions/crawl/report.ts";
import { freshMark, type Mark, withMark } from "#shared/catalog/mark.ts";
import { type Harness, references, startHarness } from "./crawl-harness.ts";
import { crawlShelf, items, shelf } from "./crawl-shelf.ts";

/** What Firestore takes: https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields */
const documentBytes = 1_048_576;
const indexEntries = 40_000;

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.close());

const put = (name: string, lines: readonly object[]) =>
  harness.storage.objects.put(
    references,
    name,
    lines.map((line) => JSON.stringify(line)).join("\n"),
  );
const line = (path: string, more: object = {}) => ({
  url: `https://files.invalid/${path}`,
  title: path,
  license: "CC0-1.0",
  ...more,
});
const documentOf = async (crawlId: string) =>
  (await harness.firestore.collection("crawls").doc(crawlId).get()).data();

describe("a manifest cannot make the crawl's document too long for Firestore", () => {
  test("with a key of a megabyte", async () => {
    put("key.jsonl", [line("a.wav"), line("b.wav", { ["k".repeat(1_500_000)]: 1 })]);
    const report = await harness.crawl({ manifest: "key.jsonl" });
    expect(report).toMatchObject({ failed: 2, failures: expect.any(Array) });
    const { reason = "" } = report.failures.find(({ title }) => title === "line 2") ?? {};
    expect(reason).toMatch(/^Unrecognized key: "kkk.*…$/);
    expect(reason).toHaveLength(500);
    expect(await documentOf(report.crawl_id)).toMatchObject({ failed: 2, status: report.status });
  });

  test("that has none but such lines", async () => {
    put("keys.jsonl", [line("b.wav", { ["k".repeat(1_500_000)]: 1 })]);
    const report = await harness.crawl({ manifest: "keys.jsonl" });
    expect(report.error).toMatch(/^none of the lines of keys.jsonl is right; line 1: Unrec.*…$/);
    expect(await documentOf(report.crawl_id)).toMatchObject({ status: "failed" });
  });

  test("with hundreds of failures with long titles and addresses", async () => {
    const wide = "語".repeat(900);
    const lines = Array.from({ length: 250 }, (_, index) =>
      line(`${index}${wide}`, { url: `http://files.invalid/${wide}`, [wide]: wide }),
    );
    put("long.jsonl", [...lines, line("good.wav")]);
    const report = await harness.crawl({ manifest: "long.jsonl" });
    expect(report).toMatchObject({ failed: 251 });
    expect(report.failures).toHaveLength(200);
    expect(await documentOf(report.crawl_id)).toMatchObject({ failed: 251 });
  });
});

test("nor can what a source says of its failures, however much and in whatever alphabet", () => {
  const report = startReport(harness.plan(), 0);
  for (let index = 0; index < 300; index++)
    addFailure(report, {
      sound_id: "i".repeat(2000),
      title: "語".repeat(2000),
      reason: "😀".repeat(2000),
    });
  expect(report.failed).toBe(300);
  expect(report.failures.length).toBeGreaterThan(100);
  expect(Buffer.byteLength(JSON.stringify(report))).toBeLessThan(documentBytes / 2);
  expect(report.failures[0]?.reason.isWellFormed()).toBe(true);
});

test("an error of a megabyte that ends a run is cut", async () => {
  const shelfOfOne = shelf([items(1, "a-")]);
  const report = await crawlShelf(harness, {
    ...shelfOfOne,
    pages() {
      throw new Error("e".repeat(2_000_000));
    },
  });
  expect(report).toMatchObject({ status: "failed", error: expect.stringMatching(/^eee.*…$/) });
  expect(report.error?.length).toBeLessThanOrEqual(2000);
  expect(harness.rows[0]?.["error"]).toBe(report.error);
});

test("the marks of a query have no more list entries than Firestore indexes in a document", () => {
  const retries = Array.from({ length: 1000 }, (_, index) => ({ id: `${index}`, tries: 1 }));
  const givenUp = retries.map(({ id }) => id);
  let marks: Record<string, Mark> = {};
  for (let index = 0; index < 50; index++)
    marks = withMark(marks, `policy ${index}`, {
      ...freshMark,
      retries,
      givenUp,
      updatedAt: index,
    });
  const all = Object.values(marks);
  const entries = all.reduce((sum, mark) => sum + mark.retries.length + mark.givenUp.length, 0);
  expect(entries).toBeGreaterThan(10_000);
  expect(entries).toBeLessThan(indexEntries / 2 + 1);
});
