import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hostileFiles } from "../unit/audio/hostile.ts";
import { fixture } from "../unit/audio/fixtures.ts";
import { type Pipeline, startPipeline } from "./pipeline.ts";

let pipeline: Pipeline;
const memoryLimitMiB = 512;

beforeAll(async () => {
  pipeline = await startPipeline({ settings: { MAX_DURATION_SECONDS: "360" } });
});
afterAll(() => pipeline.close());

/** Most memory that a process has had, in MiB (Linux only). */
const peakMiB = (pid: number) =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

test("every kind of hostile file ends as a rejection that a person understands", async () => {
  const { functions, eventarc } = pipeline.local;
  for (const [index, { bytes }] of hostileFiles.entries())
    pipeline.drop(`hostile/${index}.mp3`, bytes());
  await eventarc.settled();

  const rejections = await pipeline.sql("SELECT * FROM rejections ORDER BY stage");
  const rows = await pipeline.sql("SELECT id, truncated FROM recordings");
  const outcomes = hostileFiles.map(({ name }, index) => {
    const id = `hostile/${index}.mp3`;
    const refused = rejections.filter((row) => row["id"] === id);
    const row = rows.find((row) => row["id"] === id);
    const read = row && (row["truncated"] === true ? "truncated" : "whole");
    return { name, read, refused: refused.map(({ stage, reason }) => ({ stage, reason })) };
  });
  expect(outcomes).toEqual(
    hostileFiles.map(({ name, outcome: reason }) => {
      const stages = ["classify", "load"];
      return reason === "whole" || reason === "truncated"
        ? { name, read: reason, refused: [] }
        : { name, read: undefined, refused: stages.map((stage) => ({ stage, reason })) };
    }),
  );
  for (const { detail } of rejections) expect(detail).toMatch(/^[A-Z].{15,}/);
  for (const name of ["load", "classify"] as const) expect(functions[name].restarts).toBe(0);
});

test.skipIf(process.platform !== "linux")("all of it fits a small instance", () => {
  const { load, classify } = pipeline.local.functions;
  for (const { pid } of [load, classify]) expect(peakMiB(pid)).toBeLessThan(memoryLimitMiB);
});

test("dead letters and the catalog hold each rejection too, and the function keeps serving", async () => {
  const { clients, eventarc } = pipeline.local;
  const refused = hostileFiles.filter(
    ({ outcome }) => outcome !== "whole" && outcome !== "truncated",
  );
  const documents = await clients.firestore.collection("recordings").get();
  const inCatalog = documents.docs.filter(
    (document) => document.get("rejected.load") !== undefined,
  );
  expect(inCatalog).toHaveLength(refused.length);

  const letters = new Set<string>();
  const subscription = clients.pubsub.subscription("earmark-dead-letters");
  subscription.on("message", (message) => {
    letters.add(`${message.attributes["id"]} ${message.attributes["stage"]}`);
    message.ack();
  });
  await expect.poll(() => letters.size, { timeout: 30_000 }).toBe(2 * refused.length);
  await subscription.close();

  pipeline.drop("after.flac", fixture("mono-16.flac"));
  await eventarc.settled();
  const after = await pipeline.sql("SELECT status FROM audio_info WHERE id = 'after.flac'");
  expect(after).toEqual([{ status: "loaded+classified" }]);
});

test("an event that is not ours is refused and acknowledged", async () => {
  const post = (headers: Record<string, string>, body: string) =>
    fetch(pipeline.local.functions.load.url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
  const before = await pipeline.sql("SELECT COUNT(*) AS n FROM audio_info");
  const plain = await post({}, JSON.stringify({ bucket: "b", name: "n", generation: "1" }));
  expect(plain.status).toBe(204);
  const foreign = await post(
    {
      "ce-id": "1",
      "ce-specversion": "1.0",
      "ce-source": "//storage.googleapis.com/projects/_/buckets/other",
      "ce-type": "google.cloud.storage.object.v1.finalized",
    },
    JSON.stringify({ bucket: "other", name: "n", generation: "1", size: "1" }),
  );
  expect(foreign.status).toBe(204);
  expect(await pipeline.sql("SELECT COUNT(*) AS n FROM audio_info")).toEqual(before);
  expect(pipeline.lines.filter((line) => line.includes("event rejected"))).toHaveLength(2);
});
