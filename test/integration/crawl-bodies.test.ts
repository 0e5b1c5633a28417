import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { bucket, type Harness, startHarness } from "./crawl-harness.ts";
import { crawlShelf, shelf } from "./crawl-shelf.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());
afterEach(async () => {
  for (const { name } of harness.storage.objects.list(bucket))
    harness.storage.objects.delete(bucket, name);
  await harness.firestore.recursiveDelete(harness.firestore.collection("watermarks"));
});

describe("what came instead of a sound is not stored", () => {
  test.each([
    ["nothing", { body: "" }, /empty/],
    ["a page by its type", { contentType: "text/html" }, /text\/html, not audio/],
    ["an error in JSON", { contentType: "application/json" }, /application\/json, not audio/],
    ["a page that says it is audio", { body: "\uFEFF \n<!DOCTYPE HTML><p>" }, /a web page/],
    ["a page in XHTML", { body: '<?xml version="1.0"?>\n<html>' }, /a web page/],
    ["a page without a type", { body: "<html>", contentType: "application/octet-stream" }, /page/],
  ])("%s", async (_, item, reason) => {
    const report = await crawlShelf(harness, shelf([[{ id: "odd", ...item }, { id: "good" }]]));
    expect(report).toMatchObject({ status: "complete", stored: 1, failed: 1 });
    expect(report.failures).toEqual([
      { sound_id: "odd", title: "odd", reason: expect.stringMatching(reason) },
    ]);
    expect(harness.storage.objects.list(bucket).map(({ name }) => name)).toEqual([
      "shelf/good.mp3",
    ]);
  });

  test("while a file of which its server knows no more is", async () => {
    const page = [
      { id: "a", contentType: "application/octet-stream" },
      { id: "b", contentType: "AUDIO/X-WAV" },
      { id: "c", body: "<" },
    ];
    expect(await crawlShelf(harness, shelf([page]))).toMatchObject({ stored: 3, failed: 0 });
  });
});
