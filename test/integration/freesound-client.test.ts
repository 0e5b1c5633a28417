import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type FreesoundEmulator,
  localApiKey,
  startFreesoundEmulator,
} from "#emulators/freesound/index.ts";
import { PermanentError } from "#shared/errors.ts";
import { openFreesound } from "#shared/freesound/freesound.ts";

let folder: string;
let server: FreesoundEmulator;
const soundCount = 301;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "earmark-"));
  for (let i = 0; i < soundCount; i++)
    await writeFile(join(folder, `talk-${i}.mp3`), Buffer.alloc(1000 + i, i));
  server = await startFreesoundEmulator({ folder });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const open = (apiKey = localApiKey) => openFreesound({ baseUrl: server.url, apiKey });

async function collect(freesound = open()) {
  const ids: (number | null)[] = [];
  for await (const page of freesound.search({ query: "talk" }))
    ids.push(...page.results.map((sound) => sound?.soundId ?? null));
  return ids;
}

test("one API call for every 150 sounds, each sound once", async () => {
  const freesound = open();
  const ids = await collect(freesound);
  expect(new Set(ids).size).toBe(soundCount);
  expect(freesound.apiCalls).toBe(3);
});

test("overload is waited out", async () => {
  server.failNext("overload");
  const freesound = open();
  expect(await collect(freesound)).toHaveLength(soundCount);
  expect(freesound.apiCalls).toBe(4);
});

test("a wrong key is permanent and names the variable", async () => {
  await expect(collect(open("wrong"))).rejects.toThrowError(/FREESOUND_API_KEY/);
});

test("previews come whole, or fail", async () => {
  const { value: page } = await open().search({ query: "talk" }).next();
  const sound = page?.results[0];
  const url = sound?.previews["preview-hq-mp3"] ?? "";
  const { body, contentType } = await open().download(url, 10_000);
  expect((await buffer(body)).length).toBe(sound?.fileSize);
  expect(contentType).toBe("audio/mpeg");
  await expect(open().download(url, 500)).rejects.toMatchObject({ reason: "too-large" });

  server.failNext("truncate");
  const cut = await open().download(url, 10_000);
  await expect(buffer(cut.body)).rejects.toThrowError();

  server.failNext("not-found");
  const missing = open().download(url, 10_000);
  await expect(missing).rejects.toThrowError(PermanentError);
  await expect(missing).rejects.toMatchObject({ reason: "preview-missing" });
});
