import { createHash } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type FreesoundEmulator,
  type FreesoundOptions,
  localApiKey,
  localClientId,
  startFreesoundEmulator,
  type TokenPair,
} from "#emulators/freesound/index.ts";

const start = async (options: FreesoundOptions = {}): Promise<FreesoundEmulator> => {
  const freesound = await startFreesoundEmulator(options);
  onTestFinished(() => freesound.close());
  return freesound;
};

const token = { Authorization: `Token ${localApiKey}` };
const api = (
  freesound: FreesoundEmulator,
  target: string,
  headers: Record<string, string> = token,
) => fetch(`${freesound.url}/apiv2${target}`, { headers });
async function answer(response: Response) {
  return { status: response.status, body: await response.json() };
}

async function previewUrl(freesound: FreesoundEmulator, id = 700001): Promise<string> {
  const response = await api(freesound, `/sounds/${id}/?fields=previews`);
  const { previews } = (await response.json()) as { previews: Record<string, string> };
  return previews["preview-hq-mp3"] ?? "";
}
const bytesOf = async (url: string, init?: RequestInit) =>
  Buffer.from(await (await fetch(url, init)).arrayBuffer());

describe("quotas", () => {
  test("a minute's and a day's, by the clock, with the real words and no Retry-After", async () => {
    let now = Date.parse("2026-11-22T00:00:00Z");
    const freesound = await start({ clock: () => now, quota: { perMinute: 3, perDay: 5 } });
    const search = async () => {
      const response = await api(freesound, "/search/?page_size=1");
      await response.arrayBuffer();
      return response.status;
    };
    expect([await search(), await search(), await search(), await search()]).toEqual([
      200, 200, 200, 429,
    ]);
    const refused = await api(freesound, "/search/");
    expect(refused.headers.has("retry-after")).toBe(false);
    expect(await refused.json()).toEqual({
      detail: "Request was throttled because of exceeding a request limit rate (3/minute)",
    });
    now += 60_000;
    expect([await search(), await search()]).toEqual([200, 200]);
    expect(await answer(await api(freesound, "/search/"))).toEqual({
      status: 429,
      body: { detail: "Request was throttled because of exceeding a request limit rate (5/day)" },
    });
    now += 24 * 60 * 60_000;
    expect(await search()).toBe(200);
  });

  test("are a key's own, and previews cost nothing", async () => {
    const freesound = await start({
      tokens: [localApiKey, "another"],
      quota: { perMinute: 2, perDay: 100 },
    });
    const url = await previewUrl(freesound);
    for (let count = 0; count < 5; count++) expect(await bytesOf(url)).toHaveLength(214_538);
    expect((await api(freesound, "/search/")).status).toBe(200);
    expect((await api(freesound, "/search/")).status).toBe(429);
    const other = { Authorization: "Token another" };
    expect((await api(freesound, "/search/", other)).status).toBe(200);
    expect(freesound.requests.apiCalls).toBe(4);
    expect(freesound.requests.previews.get(700001)).toBe(5);
  });
});

describe("previews", () => {
  test("have an entity tag, conditional requests and ranges", async () => {
    const freesound = await start();
    const url = await previewUrl(freesound);
    const whole = await fetch(url);
    const bytes = Buffer.from(await whole.arrayBuffer());
    const tag = whole.headers.get("etag") ?? "";
    expect(whole.headers.get("accept-ranges")).toBe("bytes");
    expect(whole.headers.get("content-type")).toBe("audio/wav");

    const range = async (Range: string, more: Record<string, string> = {}) => {
      const response = await fetch(url, { headers: { Range, ...more } });
      const body = Buffer.from(await response.arrayBuffer());
      return { status: response.status, range: response.headers.get("content-range"), body };
    };
    expect(await range("bytes=100-199")).toEqual({
      status: 206,
      range: `bytes 100-199/${bytes.length}`,
      body: bytes.subarray(100, 200),
    });
    expect((await range("bytes=-10")).body).toEqual(bytes.subarray(-10));
    expect((await range(`bytes=${bytes.length - 5}-`)).body).toEqual(bytes.subarray(-5));
    expect(await range(`bytes=${bytes.length}-`)).toMatchObject({
      status: 416,
      range: `bytes */${bytes.length}`,
    });
    expect((await range("bytes=0-9", { "If-Range": '"old"' })).status).toBe(200);
    expect((await range("bytes=0-9", { "If-Range": tag })).status).toBe(206);
    expect((await fetch(url, { headers: { "If-None-Match": tag } })).status).toBe(304);
    const head = await fetch(url, { method: "HEAD" });
    expect(head.headers.get("content-length")).toBe(String(bytes.length));
    expect((await fetch(url.replace("hq", "xq"))).status).toBe(404);
  });
});

describe("changes", () => {
  test("a deleted sound is gone everywhere, one lost from the database is null in searches", async () => {
    const freesound = await start();
    const url = await previewUrl(freesound);
    freesound.sounds.loseFromDatabase(700002);
    freesound.sounds.remove(700001);
    const page = (await (await api(freesound, "/search/?page_size=150")).json()) as {
      count: number;
      results: unknown[];
    };
    expect(page.count).toBe(23);
    expect(page.results).toHaveLength(23);
    expect(page.results[0]).toBeNull();
    expect((await api(freesound, "/sounds/700001/")).status).toBe(404);
    expect((await api(freesound, "/sounds/700002/")).status).toBe(404);
    expect((await fetch(url)).status).toBe(404);
    freesound.sounds.restoreToDatabase(700002);
    expect((await api(freesound, "/sounds/700002/")).status).toBe(200);
  });

  test("a changed sound is searched as it is now", async () => {
    const freesound = await start();
    freesound.sounds.change(700001, { tags: ["volcano"], genAiPreference: "no-gen-ai" });
    const response = await api(freesound, "/search/?query=volcano&fields=id,gen_ai_preference");
    expect(await response.json()).toMatchObject({
      results: [{ id: 700001, gen_ai_preference: "no-gen-ai" }],
    });
    expect(() => freesound.sounds.change(1, {})).toThrow("no sound 1");
  });
});

/** The ids on the first page of ten; `null` where the result is. */
const ids = async (from: FreesoundEmulator) => {
  const response = await api(from, "/search/?page_size=10&fields=id");
  return ((await response.json()) as { results: ({ id: number } | null)[] }).results.map(
    (result) => result?.id ?? null,
  );
};

describe("faults on command", () => {
  test.each([
    [
      "throttle",
      429,
      "Request was throttled because of exceeding a request limit rate (60/minute)",
    ],
    [
      "throttle-day",
      429,
      "Request was throttled because of exceeding a request limit rate (2000/day)",
    ],
    ["overload", 500, "Search is overloaded, please try again later."],
    ["invalid-token", 401, "Invalid token"],
    ["inactive-user", 401, "User inactive or deleted"],
    ["suspended-token", 401, "Suspended token or token pending for approval"],
    [503, 503, "Status 503 on command"],
  ] as const)("%s, once", async (kind, status, detail) => {
    const freesound = await start();
    freesound.failNext(kind);
    expect(await answer(await api(freesound, "/search/"))).toEqual({ status, body: { detail } });
    expect((await api(freesound, "/search/")).status).toBe(200);
    expect(freesound.requests.list().map(({ status, fault }) => [status, fault])).toEqual([
      [status, String(kind)],
      [200, undefined],
    ]);
  });

  test("as often as told, on what it was told", async () => {
    const freesound = await start();
    const url = await previewUrl(freesound);
    freesound.failNext("not-found", { on: "preview", times: 2 });
    expect((await api(freesound, "/sounds/700001/")).status).toBe(200);
    const statuses = [];
    for (let count = 0; count < 3; count++) statuses.push((await fetch(url)).status);
    expect(statuses).toEqual([404, 404, 200]);
  });

  test("null results, and the switch, under which every sound shows in the end", async () => {
    const freesound = await start();
    freesound.failNext("null-results");
    expect((await ids(freesound)).filter((id) => id === null)).toHaveLength(5);
    expect(await ids(freesound)).not.toContain(null);

    const leaky = await start({ nulls: true });
    const [first, second] = [await ids(leaky), await ids(leaky)];
    expect(first.filter((id) => id === null)).toHaveLength(1);
    expect(new Set([...first, ...second]).size).toBe(11); // ten sounds and null
  });

  test("a reset, a truncated body and a shortened one", async () => {
    const freesound = await start();
    const url = await previewUrl(freesound);
    freesound.failNext("reset");
    await expect(bytesOf(url)).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
    freesound.failNext("truncate", { afterBytes: 1000 });
    await expect(bytesOf(url)).rejects.toMatchObject({ cause: { code: "UND_ERR_SOCKET" } });
    freesound.failNext("shorten", { afterBytes: 1000 });
    expect(await bytesOf(url)).toHaveLength(1000);
    expect(await bytesOf(url)).toHaveLength(214_538);
  });

  test.each([undefined, 0])(
    "a stall after %s bytes lasts until the client leaves",
    async (afterBytes) => {
      const freesound = await start();
      const url = await previewUrl(freesound);
      freesound.failNext("stall", afterBytes === undefined ? {} : { afterBytes });
      const patience = { signal: AbortSignal.timeout(150) };
      await expect(bytesOf(url, patience)).rejects.toMatchObject({ name: "TimeoutError" });
      expect(await bytesOf(url)).toHaveLength(214_538);
    },
  );

  test("a stall ends when the server closes", async () => {
    const freesound = await start();
    freesound.failNext("stall", { afterBytes: 0 });
    const waiting = api(freesound, "/search/").then(
      () => "answered",
      (error: Error) => error.message,
    );
    await expect.poll(() => freesound.requests.count("search")).toBe(1);
    await freesound.close();
    expect(await waiting).toBe("fetch failed");
  });

  test("a slow answer waits, then trickles", async () => {
    const freesound = await start();
    const url = await previewUrl(freesound, 700005);
    freesound.failNext("slow", { delayMs: 100, bytesPerSecond: 20_000 });
    const started = performance.now();
    const bytes = await bytesOf(url);
    expect(bytes.length).toBeGreaterThan(6000);
    expect(performance.now() - started).toBeGreaterThan(
      100 + (1000 * (bytes.length - 2000)) / 20_000,
    );
  });

  test("a storm is the same in every run, and ends", async () => {
    const run = async () => {
      const freesound = await start();
      freesound.faults.storm({ throttle: 0.3, overload: 0.2 }, 7);
      const statuses = [];
      for (let count = 0; count < 40; count++) {
        const response = await api(freesound, "/search/?page_size=1");
        await response.arrayBuffer();
        statuses.push(response.status);
      }
      freesound.faults.clear();
      expect((await api(freesound, "/search/")).status).toBe(200);
      return statuses;
    };
    const statuses = await run();
    expect(await run()).toEqual(statuses);
    expect(new Set(statuses)).toEqual(new Set([200, 429, 500]));
    const freesound = await start();
    expect(() => freesound.faults.storm({ throttle: 0.9, overload: 0.2 })).toThrow("shares of 1");
  });
});

const client = { client_id: localClientId, client_secret: localApiKey };
const exchange = (freesound: FreesoundEmulator, form: Record<string, string>) =>
  fetch(`${freesound.url}/apiv2/oauth2/access_token/`, {
    method: "POST",
    body: new URLSearchParams(form),
  });
const redeem = async (freesound: FreesoundEmulator, code: string) =>
  exchange(freesound, { ...client, grant_type: "authorization_code", code });
const tokens = async (freesound: FreesoundEmulator) =>
  (await (await redeem(freesound, freesound.oauth.authorize())).json()) as TokenPair;
const download = (freesound: FreesoundEmulator, accessToken: string) =>
  api(freesound, "/sounds/700002/download/", { Authorization: `Bearer ${accessToken}` });

describe("originals", () => {
  test("come as attachments to whoever has an access token", async () => {
    const freesound = await start();
    const pair = await tokens(freesound);
    expect(pair).toMatchObject({ expires_in: 86_399, token_type: "Bearer", scope: "read write" });
    const response = await download(freesound, pair.access_token);
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(response.headers.get("content-disposition")).toBe(
      'attachment; filename="700002__klangwerk__german-bakery.mp3"',
    );
    const md5 = createHash("md5")
      .update(Buffer.from(await response.arrayBuffer()))
      .digest("hex");
    const described = await api(freesound, "/sounds/700002/?fields=md5", {
      Authorization: `Bearer ${pair.access_token}`,
    });
    expect(await described.json()).toEqual({ md5 });
    expect(freesound.requests.downloads.get(700002)).toBe(1);
  });

  test("by a link that needs no credentials and lives an hour", async () => {
    let now = Date.now();
    const freesound = await start({ clock: () => now });
    const { access_token } = await tokens(freesound);
    const response = await api(freesound, "/sounds/700003/download/link/", {
      Authorization: `Bearer ${access_token}`,
    });
    const { download_link } = (await response.json()) as { download_link: string };
    expect(download_link).toMatch(/\/apiv2\/download\/[\w-]+\.[\w-]+\.[\w-]+\/$/);
    expect(await bytesOf(download_link)).toHaveLength(14_052);
    expect((await fetch(download_link.replace(/.\/$/, "_/"))).status).toBe(401);
    now += 3_601_000;
    expect((await fetch(download_link)).status).toBe(401);
  });

  test("a code works once and for ten minutes", async () => {
    let now = 0;
    const freesound = await start({ clock: () => now });
    const code = freesound.oauth.authorize();
    expect((await redeem(freesound, code)).status).toBe(200);
    expect(await answer(await redeem(freesound, code))).toEqual({
      status: 400,
      body: { error: "invalid_grant" },
    });
    const late = freesound.oauth.authorize();
    now += 600_000;
    expect((await redeem(freesound, late)).status).toBe(400);
  });

  test("a refresh gives a new pair and ends the old one", async () => {
    const freesound = await start();
    const old = await tokens(freesound);
    const refresh = (refresh_token: string) =>
      exchange(freesound, { ...client, grant_type: "refresh_token", refresh_token });
    const fresh = (await (await refresh(old.refresh_token)).json()) as TokenPair;
    expect((await download(freesound, fresh.access_token)).status).toBe(200);
    const refused = await download(freesound, old.access_token);
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect((await refresh(old.refresh_token)).status).toBe(400);
  });

  test("an access token lives a day", async () => {
    let now = 0;
    const freesound = await start({ clock: () => now });
    const { access_token } = await tokens(freesound);
    now += 24 * 3_600_000;
    expect((await download(freesound, access_token)).status).toBe(401);
  });

  test("the browser's page gives the code, or brings it to the client's address", async () => {
    const redirectUri = "http://127.0.0.1:9/done";
    const tokens = [localApiKey, { key: "k", clientId: "web", redirectUri }];
    const freesound = await start({ tokens });
    const page = (clientId: string) =>
      fetch(
        `${freesound.url}/apiv2/oauth2/authorize/?client_id=${clientId}&response_type=code&state=xyz`,
        { redirect: "manual" },
      );
    const shown = /code: (\w+)/.exec(await (await page(localClientId)).text())?.[1] ?? "";
    expect((await redeem(freesound, shown)).status).toBe(200);
    const location = new URL((await page("web")).headers.get("location") ?? "");
    expect(location.href.startsWith(`${redirectUri}?code=`)).toBe(true);
    expect(location.searchParams.get("state")).toBe("xyz");
    expect((await page("nobody")).status).toBe(400);
  });

  test("wrong clients and grants are told so", async () => {
    const freesound = await start();
    const refusal = async (form: Record<string, string>) => answer(await exchange(freesound, form));
    expect(
      await refusal({ ...client, client_secret: "wrong", grant_type: "refresh_token" }),
    ).toEqual({ status: 401, body: { error: "invalid_client" } });
    expect(await refusal({ ...client, grant_type: "password" })).toEqual({
      status: 400,
      body: { error: "unsupported_grant_type" },
    });
  });
});
