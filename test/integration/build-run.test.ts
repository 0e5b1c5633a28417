import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { query } from "#emulators/commands/query.ts";
import { root } from "#emulators/commands/build/bundle.ts";
import { functionNames } from "#emulators/commands/build/environment.ts";
import { buildFunction } from "#emulators/commands/build/write.ts";
import { localApiKey } from "#emulators/freesound/index.ts";
import { flow } from "#emulators/local.ts";
import { createTopics, createWarehouse } from "#emulators/local/resources.ts";
import { type Services, startServices } from "#emulators/local/services.ts";
import { makeBuildFolder, runBuilt, type RunningFunction } from "./built-functions.ts";
import { finalize } from "./finalized.ts";

const project = "built";
const recordings = "built-recordings";
const sounds = join(root, "emulators/freesound/sounds");
let out: Awaited<ReturnType<typeof makeBuildFolder>>;
let services: Services;
let functions: ReadonlyMap<string, RunningFunction>;

beforeAll(async () => {
  const databaseId = flow.cloudDatabase;
  [out, services] = await Promise.all([
    makeBuildFolder(),
    startServices({ projectId: project, databaseId }),
  ]);
  const { storage, clients } = services;
  for (const bucket of [recordings, "built-references"]) storage.objects.createBucket(bucket);
  await Promise.all([
    createWarehouse(clients.bigquery, "earmark"),
    createTopics(clients.pubsub, "earmark-events", "earmark-dead-letters"),
    ...functionNames.map((name) => buildFunction(name, out.path)),
  ]);
  await clients.pubsub.topic("earmark-events").createSubscription("seen");
  const environment = {
    ...services.environment,
    RECORDINGS_BUCKET: recordings,
    REFERENCES_BUCKET: "built-references",
    FIRESTORE_DATABASE: databaseId,
    FREESOUND_API_KEY: localApiKey,
  };
  const started = await Promise.all(
    functionNames.map(
      async (name) => [name, await runBuilt(join(out.path, name), name, environment)] as const,
    ),
  );
  functions = new Map(started);
});
afterAll(async () => {
  await Promise.all([...(functions?.values() ?? [])].map((each) => each.close()));
  await services?.close();
  await out?.remove();
});

function running(name: string): RunningFunction {
  const found = functions.get(name);
  if (found === undefined) throw new Error(`${name} does not run`);
  return found;
}

const sql = (statement: string) =>
  query(services.clients.bigquery, statement, { defaultDataset: "earmark" });

/** Puts an object and delivers its finalize event as Eventarc would. Answers the status. */
async function deliver(name: "load" | "classify", objectName: string, bytes: Uint8Array) {
  const response = await fetch(
    running(name).url,
    finalize(services.storage, recordings, objectName, bytes),
  );
  if (response.status !== 204)
    throw new Error(`${name} answered ${response.status}:\n${running(name).output()}`);
}

const kinds = [
  "english-recipe.mp3",
  "dutch-soup.wav",
  "english-lighthouse.flac",
  "broken-chord.ogg",
  "french-library.opus",
];

test("load reads every supported kind of file from inside its bundle, and writes over gRPC and HTTP", async () => {
  for (const file of kinds) await deliver("load", file, await readFile(join(sounds, file)));
  const rows = await sql("SELECT id, duration_seconds FROM recordings ORDER BY id");
  expect(rows.map(({ id }) => id)).toEqual(kinds.toSorted());
  for (const { duration_seconds: seconds } of rows) expect(seconds).toBeGreaterThan(1);
  const documents = await services.clients.firestore.collection("recordings").get();
  expect(new Set(documents.docs.map((each) => each.get("loaded.id")))).toEqual(new Set(kinds));
});

test("classify grades from inside its bundle", async () => {
  const file = "english-recipe.mp3";
  await deliver("classify", file, await readFile(join(sounds, file)));
  const [row] = await sql("SELECT id, quality_label, unrated_reason FROM quality");
  expect(row?.["id"]).toBe(file);
  expect(row?.["quality_label"] ?? row?.["unrated_reason"]).toEqual(expect.any(String));
});

test("a file that is no audio is rejected in words, and its message is published over gRPC", async () => {
  await deliver("load", "page.mp3", Buffer.from("<html>not found</html>"));
  const [row] = await sql("SELECT stage, detail FROM rejections");
  expect(row).toMatchObject({ stage: "load", detail: expect.stringMatching(/\w+ \w+/) });
  const [subscription] = await services.clients.pubsub.subscription("seen").get();
  const types: string[] = [];
  await new Promise<void>((resolve, reject) => {
    subscription
      .on("error", reject)
      .on("message", (message: { ack(): void; attributes: Record<string, string> }) => {
        message.ack();
        types.push(message.attributes["type"] ?? "");
        if (types.includes("recording.rejected.v1")) resolve();
      });
  });
  await subscription.close();
  expect(types).toContain("recording.loaded.v1");
});

test("crawl stores what it finds", async () => {
  const response = await fetch(running("crawl").url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: "", limit: 3 }),
  });
  expect(await response.json()).toMatchObject({
    error: null,
    status: "complete",
    stored: 3,
    failed: 0,
  });
  expect(services.storage.objects.list(recordings, "freesound/")).toHaveLength(3);
});

test("a bundle that is not configured says what is missing, and ends", async () => {
  await expect(runBuilt(join(out.path, "classify"), "classify", {})).rejects.toThrow(
    /REFERENCES_BUCKET: is not set/,
  );
});
