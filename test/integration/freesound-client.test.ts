import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import {
  type FreesoundEmulator,
  localApiKey,
  startFreesoundEmulator,
} from "#emulators/freesound/index.ts";
import { type ApiOptions, openFreesound } from "#shared/freesound/freesound.ts";
import type { Sound } from "#shared/freesound/sound.ts";

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
beforeEach(() => {
  server.faults.clear();
  server.requests.clear();
});

/** For stalls alone: a busy machine takes long to answer, too. */
const impatient = { idleTimeoutMs: 300 };

/** Waits are counted and take no time. */
function open(options: Partial<ApiOptions> = {}) {
  const waits: number[] = [];
  const clock = {
    now: () => Date.now(),
    sleep: async (ms: number) => {
      waits.push(ms);
      await Promise.resolve();
    },
  };
  const all = { baseUrl: server.url, apiKey: localApiKey, clock, ...options };
  return { waits, freesound: openFreesound(all) };
}

async function firstSound(): Promise<Sound> {
  const [sound] = (await open().freesound.search({ query: "talk" })).results;
  if (!sound || "problem" in sound) throw new Error("there is a sound");
  return sound;
}
const previewOf = async () => (await firstSound()).previews["preview-hq-mp3"] ?? "";

test("pages hold 150 sounds and cost a call each", async () => {
  const { freesound } = open();
  const ids: number[] = [];
  for (const page of [1, 2, 3]) {
    const { results, count, next } = await freesound.search({ query: "talk", page });
    expect(count).toBe(soundCount);
    expect(next === null).toBe(page === 3);
    ids.push(...results.map((sound) => sound?.soundId ?? 0));
  }
  expect(new Set(ids).size).toBe(soundCount);
  expect(freesound.apiCalls).toBe(3);
  await expect(freesound.search({ query: "talk", page: 4 })).rejects.toMatchObject({
    reason: "not-found",
  });
});

test("a sound by its id is what a search says of it", async () => {
  const first = await firstSound();
  const { freesound } = open();
  expect(await freesound.sound(first.soundId)).toEqual(first);
  expect(freesound.apiCalls).toBe(1);
  await expect(freesound.sound(1)).rejects.toMatchObject({ reason: "sound-missing" });
});

describe("a search is tried again after", () => {
  test.each(["overload", "reset", "stall", "truncate", 502, 503] as const)("%s", async (fault) => {
    server.failNext(fault, { on: "search" });
    const { freesound, waits } = open(fault === "stall" ? impatient : {});
    expect((await freesound.search({ query: "talk" })).results).toHaveLength(150);
    expect(freesound.apiCalls).toBe(2);
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeLessThanOrEqual(1000); // full jitter over the first second
  });

  test("a 429, after the minute that its rate names", async () => {
    server.failNext("throttle");
    const { freesound, waits } = open();
    await freesound.search({ query: "talk" });
    expect(waits[0]).toBeGreaterThanOrEqual(60_000);
    expect(waits[0]).toBeLessThanOrEqual(61_000);
  });

  test("and in the end its error goes through", async () => {
    server.failNext("overload", { times: 100 });
    const { freesound, waits } = open();
    await expect(freesound.search({ query: "talk" })).rejects.toThrowError(/overloaded/);
    expect(freesound.apiCalls).toBe(8);
    for (const [index, wait] of waits.entries())
      expect(wait).toBeLessThanOrEqual(Math.min(60_000, 1000 * 2 ** index));
  });
});

test("a shared quota is asked before each call, and told of a 429", async () => {
  server.failNext("throttle");
  const asked: string[] = [];
  const answers = [0, 500, 0];
  const quota = {
    take: async () => {
      asked.push("take");
      return Promise.resolve(answers.shift() ?? 0);
    },
    pause: async (waitMs: number, learned: object) => {
      asked.push(`pause ${waitMs} ${JSON.stringify(learned)}`);
      return Promise.resolve();
    },
  };
  const { freesound, waits } = open({ quota });
  await freesound.search({ query: "talk" });
  expect(asked).toEqual(["take", 'pause 60000 {"perMinute":60}', "take", "take"]);
  expect(waits).toEqual([0, 500]);
  expect(freesound.waitedMs).toBe(500);
});

test("a wait that would end too late fails at once", async () => {
  server.failNext("throttle-day");
  const { freesound, waits } = open({ until: Date.now() + 600_000 });
  const search = freesound.search({ query: "talk" });
  await expect(search).rejects.toMatchObject({ reason: "quota-exhausted" });
  expect(waits).toEqual([]);
});

test("a signal ends what is under way", async () => {
  server.failNext("stall", { on: "search" });
  const stop = new AbortController();
  const { freesound } = open({ signal: stop.signal, idleTimeoutMs: 30_000 });
  const search = freesound.search({ query: "talk" });
  setTimeout(() => stop.abort(new Error("enough")), 50);
  await expect(search).rejects.toThrowError("enough");
});

test("a wrong key is permanent and names the variable", async () => {
  const search = open({ apiKey: "wrong" }).freesound.search({ query: "talk" });
  await expect(search).rejects.toThrowError(/FREESOUND_API_KEY/);
  expect(server.requests.apiCalls).toBe(1);
});

describe("a preview", () => {
  test("comes whole, and its size is known before", async () => {
    const { freesound } = open();
    const sound = await firstSound();
    const url = sound.previews["preview-hq-mp3"] ?? "";
    expect(await freesound.previewBytes(url)).toBe(sound.fileSize);
    const { body, contentType } = await freesound.preview(url, 10_000);
    expect((await buffer(body)).length).toBe(sound.fileSize);
    expect(contentType).toBe("audio/mpeg");
    expect(freesound.apiCalls).toBe(0);
    await expect(freesound.preview(url, 500)).rejects.toMatchObject({ reason: "too-large" });
  });

  test.each([
    ["truncate", /ended|aborted|reset/i],
    ["reset", /aborted|reset|hang up/i],
    ["stall", /sent nothing for 300 ms/],
  ] as const)("fails when the answer does: %s", async (fault, message) => {
    const url = await previewOf();
    server.failNext(fault, { on: "preview" });
    const cut = await open(fault === "stall" ? impatient : {}).freesound.preview(url, 10_000);
    await expect(buffer(cut.body)).rejects.toThrowError(message);
  });

  test("that stalls before its headers fails too", async () => {
    const url = await previewOf();
    server.failNext("stall", { on: "preview", afterBytes: 0 });
    const stalled = open(impatient).freesound.preview(url, 10_000);
    await expect(stalled).rejects.toThrowError(/sent nothing/);
  });

  test("that is not there is permanent", async () => {
    const url = await previewOf();
    server.failNext("not-found");
    const missing = open().freesound.preview(url, 10_000);
    await expect(missing).rejects.toMatchObject({ reason: "preview-missing" });
  });

  test("that its host holds back says nothing of the API's quota, and asks for no wait of its own", async () => {
    const url = await previewOf();
    server.failNext(429, { on: "preview" });
    const quota = { take: async () => Promise.resolve(0), pause: vi.fn<() => Promise<void>>() };
    const { freesound } = open({ quota });
    await expect(freesound.preview(url, 10_000)).rejects.toMatchObject({
      status: 429,
      retryAfterMs: undefined,
    });
    expect(quota.pause).not.toHaveBeenCalled();
  });

  test("is never fetched from elsewhere", async () => {
    const { freesound } = open();
    const elsewhere = freesound.preview("http://example.org/1.mp3", 10_000);
    await expect(elsewhere).rejects.toMatchObject({ reason: "foreign-host" });
  });
});

describe("redirects", () => {
  let redirecting: Server;
  let base: string;
  const seen: { url: string; authorization: string | undefined }[] = [];
  let location = "";
  beforeAll(async () => {
    redirecting = createServer((request, response) => {
      const { url = "", headers } = request;
      seen.push({ url, authorization: headers.authorization });
      if (url.startsWith("/end")) response.end("sound");
      else response.writeHead(302, { location }).end();
    });
    await new Promise<void>((resolve) => redirecting.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`;
  });
  afterAll(() => redirecting.close());
  beforeEach(() => seen.splice(0));

  const fetchIt = async () => open({ baseUrl: base }).freesound.preview(`${base}/start`, 100);

  test("within the host are followed", async () => {
    location = "/end";
    expect((await buffer((await fetchIt()).body)).toString()).toBe("sound");
  });

  test.each([
    "http://169.254.169.254/computeMetadata/v1/",
    "http://localhost:1/",
    "https://127.0.0.1/",
    "file:///etc/passwd",
  ])("to %s are refused", async (target) => {
    location = target;
    await expect(fetchIt()).rejects.toMatchObject({ reason: "foreign-host" });
    expect(seen).toHaveLength(1);
  });

  test("without an end are given up", async () => {
    location = "/again";
    await expect(fetchIt()).rejects.toMatchObject({ reason: "redirects" });
    expect(seen).toHaveLength(6);
  });

  test("never take the key along to another host", async () => {
    location = "http://example.org/";
    const search = open({ baseUrl: base }).freesound.search({ query: "x" });
    await expect(search).rejects.toMatchObject({ reason: "foreign-host" });
    expect(seen).toEqual([{ url: expect.any(String), authorization: `Token ${localApiKey}` }]);
  });
});
