import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { localApiKey, localClientId, type TokenPair } from "#emulators/freesound/index.ts";
import { dryRun } from "#functions/crawl/dry-run.ts";
import { openLock } from "#shared/catalog/lock.ts";
import { systemClock } from "#shared/clock.ts";
import { PermanentError } from "#shared/errors.ts";
import {
  fileStore,
  type GoogleRequest,
  secretStore,
  type TokenStore,
} from "#shared/freesound/token-store.ts";
import { openTokens } from "#shared/freesound/tokens.ts";
import { bucket, type Harness, startHarness } from "./crawl-harness.ts";

let harness: Harness;
let folder: string;
let path: string;
beforeEach(async () => {
  harness = await startHarness();
  folder = await mkdtemp(join(tmpdir(), "earmark-"));
  path = join(folder, "tokens");
});
afterEach(async () => {
  await harness.close();
  await rm(folder, { recursive: true });
});

/** What a person gets who lets the client in. */
const authorize = () => tokenPair().refresh_token;

function tokenPair(): TokenPair {
  const { oauth } = harness.freesound;
  const form = {
    grant_type: "authorization_code",
    client_id: localClientId,
    client_secret: localApiKey,
    code: oauth.authorize(),
  };
  return oauth.exchange(new URLSearchParams(form));
}

test("a dry run of originals counts a call for each download, and the bytes that Freesound says they have", async () => {
  const { freesound } = harness;
  harness.addSounds(25);
  const long = join(folder, "long.mp3");
  await writeFile(long, Buffer.alloc(100_000, 1));
  for (const id of [2, 9, 17]) freesound.sounds.change(id, { path: long });
  const before = freesound.requests.apiCalls;
  const plan = harness.plan({ format: "original" }, settings());
  const expected = 22 * harness.file.length + 300_000;
  expect(await dryRun(harness.edges, plan, null)).toMatchObject({
    would_store: 25,
    api_calls: 26,
    megabytes: Number((expected / 1e6).toFixed(3)),
    is_estimate: false,
  });
  expect(freesound.requests.apiCalls - before).toBe(1);
  expect(freesound.requests.count("preview")).toBe(0);
});

test("a dry run goes on where a sound has no file that can be asked for", async () => {
  harness.addSounds(3);
  harness.freesound.sounds.change(2, { extension: "no type" });
  const plan = harness.plan({ format: "original" }, settings());
  const outcome = await dryRun(harness.edges, plan, null);
  expect(outcome).toMatchObject({ would_store: 2, would_fail: 1 });
});

/** One of many instances. */
const open = (store: TokenStore, more: object = {}) =>
  openTokens({
    baseUrl: harness.freesound.url,
    clientId: localClientId,
    clientSecret: localApiKey,
    store,
    exclusive: openLock(harness.firestore, "tokens", systemClock),
    ...more,
  });

test("originals come with OAuth2, whole by their MD5, at one API call each", async () => {
  const { freesound, storage } = harness;
  harness.addSounds(3);
  await writeFile(path, `${authorize()}\n`);
  freesound.failNext("shorten", { on: "download" }); // only the MD5 tells
  const report = await harness.crawl({ format: "original" }, settings());
  expect(report).toMatchObject({ status: "complete", stored: 3, failed: 0, api_calls: 5 });
  const [object] = storage.objects.list(bucket);
  expect(object?.name).toBe("freesound/1.mp3");
  const md5 = createHash("md5")
    .update(object?.bytes ?? "")
    .digest("hex");
  expect(object?.fields.metadata?.["md5"]).toBe(md5);
  expect(freesound.requests.count("token")).toBe(1);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("a refused access token is renewed once, by whichever instance is first", async () => {
  const store = fileStore(path);
  await writeFile(path, authorize());
  const instances = [open(store), open(store), open(store)];
  const first = await Promise.all(instances.map((token) => token(null)));
  expect(new Set(first).size).toBe(1);
  expect(harness.freesound.requests.count("token")).toBe(1);
  const second = await Promise.all(instances.map((token) => token(first[0] ?? "")));
  expect(new Set(second).size).toBe(1);
  expect(second[0]).not.toBe(first[0]);
  expect(harness.freesound.requests.count("token")).toBe(2);
  harness.freesound.oauth.credentialOf(second[0] ?? ""); // it is good
});

test("the new refresh token is stored before its access token is used", async () => {
  const file = fileStore(path);
  await writeFile(path, authorize());
  const order: string[] = [];
  const store: TokenStore = {
    read: () => file.read(),
    async write(tokens) {
      if (order.push("write") < 3) throw new Error("the store is away");
      await file.write(tokens);
    },
  };
  const token = await open(store)(null);
  expect(order).toEqual(["write", "write", "write"]);
  const stored = JSON.parse(await readFile(path, "utf8")) as { accessToken: string };
  expect(stored.accessToken).toBe(token);
});

test("those who were refused the same token share one renewal, and whoever comes late does nothing", async () => {
  await writeFile(path, authorize());
  const token = open(fileStore(path));
  const first = await token(null);
  const renewed = await Promise.all(Array.from({ length: 8 }, () => token(first)));
  expect(new Set(renewed).size).toBe(1);
  expect(await token(first)).toBe(renewed[0]);
  expect(harness.freesound.requests.count("token")).toBe(2);
  const third = await token(renewed[0] ?? "");
  expect(third).not.toBe(renewed[0]);
  expect(harness.freesound.requests.count("token")).toBe(3);
});

test("a good access token is kept in memory: the store is read once", async () => {
  await writeFile(path, authorize());
  const file = fileStore(path);
  let reads = 0;
  const store: TokenStore = { ...file, read: async () => (reads++, file.read()) };
  const token = open(store);
  await token(null);
  const before = reads;
  for (let index = 0; index < 5; index++) await token(null);
  expect(reads).toBe(before);
});

/** The crawl of originals with tokens as they are stored. */
const settings = (concurrency = 8) => ({
  FREESOUND_CLIENT_ID: localClientId,
  FREESOUND_CLIENT_SECRET: localApiKey,
  FREESOUND_TOKEN_STORE: `file:${path}`,
  FREESOUND_REQUESTS_PER_MINUTE: "5000",
  CRAWL_CONCURRENCY: String(concurrency),
});
const store = (pair: TokenPair, accessToken: string, expiresAt: number) =>
  writeFile(path, JSON.stringify({ refreshToken: pair.refresh_token, accessToken, expiresAt }));

test("eight downloads that find the stored token refused go on with one renewal", async () => {
  harness.addSounds(24);
  await store(tokenPair(), "refused", Date.now() + 3_600_000);
  for (const delayMs of [300, 200, 100])
    harness.freesound.failNext("slow", { on: "download", delayMs });
  const report = await harness.crawl({ format: "original" }, settings());
  expect(report).toMatchObject({ status: "complete", stored: 24, failed: 0 });
  expect(harness.freesound.requests.count("token")).toBe(1);
});

test("two crawls at once live through two expiries, with one renewal each time", async () => {
  const { freesound } = harness;
  harness.addSounds(60);
  await store(tokenPair(), "refused", Date.now() + 3_600_000);
  const crawl = async (filter: string) =>
    harness.crawl({ format: "original", filter }, settings(4));
  const crawls = Promise.all([crawl("id:[1 TO 30]"), crawl("id:[31 TO 60]")]);
  await expect.poll(() => harness.storedIds().length, { timeout: 20_000 }).toBeGreaterThan(10);
  freesound.oauth.expireAll();
  for (const report of await crawls)
    expect(report).toMatchObject({ status: "complete", stored: 30, failed: 0 });
  expect(freesound.requests.count("token")).toBe(2);
});

describe("a process that is killed between the new refresh token and the end of the old one", () => {
  test("in a file: the one after it finds the new token, though the old file is still there", async () => {
    await writeFile(path, authorize());
    const before = await readFile(path, "utf8");
    // Renaming is the step that forgets the old token: this process dies as it would be done.
    const dying = `
      import fs from "node:fs/promises";
      import { syncBuiltinESMExports } from "node:module";
      fs.rename = async () => process.kill(process.pid, "SIGKILL");
      syncBuiltinESMExports();
      const { fileStore } = await import("#shared/freesound/token-store.ts");
      const { openTokens } = await import("#shared/freesound/tokens.ts");
      const [baseUrl, clientId, clientSecret, path] = process.argv.slice(1);
      const exclusive = (work) => work();
      await openTokens({ baseUrl, clientId, clientSecret, store: fileStore(path), exclusive })(null);`;
    const args = [harness.freesound.url, localClientId, localApiKey, path];
    const child = spawn(process.execPath, ["--input-type=module", "--eval", dying, "--", ...args], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
    expect(await readFile(path, "utf8")).toBe(before);
    expect(harness.freesound.requests.count("token")).toBe(1);
    const next = open(fileStore(path));
    harness.freesound.oauth.credentialOf(await next(null)); // it is good
    expect(harness.freesound.requests.count("token")).toBe(1);
    const renewed = await next(await next(null)); // and so is the refresh token
    harness.freesound.oauth.credentialOf(renewed);
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ accessToken: renewed });
    // What a person puts there afterwards counts.
    await writeFile(path, authorize());
    await utimes(path, new Date(), new Date(Date.now() + 1000));
    expect(await fileStore(path).read()).toMatchObject({ accessToken: null });
  });
});

test.each([429, 503])(
  "a %i at a renewal passes, and the refresh token is still good",
  async (status) => {
    await writeFile(path, authorize());
    const token = open(fileStore(path));
    harness.freesound.failNext(status, { on: "token" });
    const refused = await token(null).catch((error: unknown) => error);
    expect(refused).not.toBeInstanceOf(PermanentError);
    expect(String(refused)).toContain(String(status));
    expect(await token(null)).toMatch(/^[0-9a-f]{30}$/);
  },
);

test("a person's new refresh token counts when the stored one does not work any more", async () => {
  await store(tokenPair(), "a", 0);
  harness.freesound.oauth.expireAll({ refresh: true });
  const token = await open(fileStore(path), { firstRefreshToken: authorize() })(null);
  expect(harness.freesound.oauth.credentialOf(token)).toMatchObject({ clientId: localClientId });
});

test("without a good refresh token it is said what to do", async () => {
  await expect(open(fileStore(path))(null)).rejects.toThrowError(/FREESOUND_REFRESH_TOKEN/);
  const wrong = open(fileStore(path), { firstRefreshToken: "used-up" });
  await expect(wrong(null)).rejects.toMatchObject({
    reason: "no-oauth",
    message: expect.stringMatching(/invalid_grant.*authorize again/),
  });
  const good = open(fileStore(path), { firstRefreshToken: authorize() });
  expect(await good(null)).toMatch(/^[0-9a-f]{30}$/);
});

test("two instances never refresh at the same time; a dead holder's lock opens", async () => {
  let now = 0;
  const clock = {
    now: () => now,
    async sleep(ms: number) {
      now += ms;
      await Promise.resolve();
    },
  };
  const lock = openLock(harness.firestore, "one", clock);
  await harness.firestore.doc("locks/one").set({ holder: "dead", expiresAt: 60_000 });
  expect(await lock(async () => Promise.resolve(now))).toBeGreaterThanOrEqual(60_000);
  expect((await harness.firestore.doc("locks/one").get()).exists).toBe(false);
  await expect(lock(async () => Promise.reject(new Error("work failed")))).rejects.toThrowError(
    "work failed",
  );
  expect((await harness.firestore.doc("locks/one").get()).exists).toBe(false);
});

describe("tokens in Secret Manager", () => {
  const secret = "projects/p/secrets/freesound-tokens";
  const versions: { data: string; destroyed: boolean }[] = [];

  /** The three calls that are used, as the service's reference has them. */
  const request: GoogleRequest = async ({ url, method, data }) => {
    await Promise.resolve();
    const { pathname } = new URL(url);
    if (method === "GET" && pathname === `/v1/${secret}/versions/latest:access`) {
      const newest = versions.at(-1);
      if (newest === undefined) throw Object.assign(new Error("NOT_FOUND"), { status: 404 });
      const name = `projects/1/secrets/freesound-tokens/versions/${versions.length}`;
      return { data: { name, payload: { data: newest.data } } };
    }
    if (method === "POST" && pathname === `/v1/${secret}:addVersion`) {
      const { payload } = data as { payload: { data: string } };
      const number = versions.push({ data: payload.data, destroyed: false });
      return { data: { name: `projects/1/secrets/freesound-tokens/versions/${number}` } };
    }
    const [, number] =
      /^\/v1\/projects\/1\/secrets\/.*\/versions\/(\d+):destroy$/.exec(pathname) ?? [];
    const version = versions[Number(number) - 1];
    if (method !== "POST" || version === undefined) throw new Error(`${method} ${pathname}`);
    version.destroyed = true;
    return { data: {} };
  };
  const store = () => secretStore(secret, request);

  test("a new version takes the place of the one before, which is destroyed", async () => {
    expect(await store().read()).toBeNull();
    const token = await open(store(), { firstRefreshToken: authorize() })(null);
    expect(await open(store())(null)).toBe(token);
    await open(store())(null);
    expect(versions.map(({ destroyed }) => destroyed)).toEqual([false]);
    const same = store();
    const tokens = await same.read();
    await same.write({ ...(tokens ?? never()), refreshToken: "next" });
    expect(versions.map(({ destroyed }) => destroyed)).toEqual([true, false]);
    expect(await store().read()).toMatchObject({ refreshToken: "next", accessToken: token });
  });

  test("killed before the version before is destroyed: the new one counts", async () => {
    versions.splice(0);
    await store().write({ refreshToken: authorize(), accessToken: null, expiresAt: 0 });
    const destroying = Promise.withResolvers<void>();
    const dying: GoogleRequest = async (options) => {
      if (!options.url.endsWith(":destroy")) return request(options);
      destroying.resolve();
      return new Promise(() => {}); // nobody is left to hear of it
    };
    void open(secretStore(secret, dying))(null);
    await destroying.promise;
    expect(versions.map(({ destroyed }) => destroyed)).toEqual([false, false]);
    const calls = harness.freesound.requests.count("token");
    const fresh = open(store(), { exclusive: async <T>(work: () => Promise<T>) => work() });
    const next = await fresh(null);
    expect(harness.freesound.requests.count("token")).toBe(calls);
    harness.freesound.oauth.credentialOf(await fresh(next));
  });
});

function never(): never {
  throw new Error("there are tokens");
}
