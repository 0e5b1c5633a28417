import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { localApiKey, localClientId } from "#emulators/freesound/index.ts";
import { openLock } from "#shared/catalog/lock.ts";
import { systemClock } from "#shared/clock.ts";
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
function authorize(): string {
  const { oauth } = harness.freesound;
  const form = {
    grant_type: "authorization_code",
    client_id: localClientId,
    client_secret: localApiKey,
    code: oauth.authorize(),
  };
  return oauth.exchange(new URLSearchParams(form)).refresh_token;
}

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
  const settings = {
    FREESOUND_CLIENT_ID: localClientId,
    FREESOUND_CLIENT_SECRET: localApiKey,
    FREESOUND_TOKEN_STORE: `file:${path}`,
  };
  freesound.failNext("shorten", { on: "download" }); // only the MD5 tells
  const report = await harness.crawl({ format: "original" }, settings);
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
  const first = await Promise.all(instances.map((token) => token({ fresh: false })));
  expect(new Set(first).size).toBe(1);
  expect(harness.freesound.requests.count("token")).toBe(1);
  const second = await Promise.all(instances.map((token) => token({ fresh: true })));
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
  const token = await open(store)({ fresh: false });
  expect(order).toEqual(["write", "write", "write"]);
  const stored = JSON.parse(await readFile(path, "utf8")) as { accessToken: string };
  expect(stored.accessToken).toBe(token);
});

test("without a good refresh token it is said what to do", async () => {
  await expect(open(fileStore(path))({ fresh: false })).rejects.toThrowError(
    /FREESOUND_REFRESH_TOKEN/,
  );
  const wrong = open(fileStore(path), { firstRefreshToken: "used-up" });
  await expect(wrong({ fresh: false })).rejects.toMatchObject({
    reason: "no-oauth",
    message: expect.stringMatching(/invalid_grant.*authorize again/),
  });
  const good = open(fileStore(path), { firstRefreshToken: authorize() });
  expect(await good({ fresh: false })).toMatch(/^[0-9a-f]{30}$/);
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
      versions.push({ data: payload.data, destroyed: false });
      return { data: {} };
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
    const token = await open(store(), { firstRefreshToken: authorize() })({ fresh: false });
    expect(await open(store())({ fresh: false })).toBe(token);
    await open(store())({ fresh: false });
    expect(versions.map(({ destroyed }) => destroyed)).toEqual([false]);
    const tokens = await store().read();
    await store().write({ ...(tokens ?? never()), refreshToken: "next" });
    expect(versions.map(({ destroyed }) => destroyed)).toEqual([true, false]);
    expect(await store().read()).toMatchObject({ refreshToken: "next", accessToken: token });
  });
});

function never(): never {
  throw new Error("there are tokens");
}
