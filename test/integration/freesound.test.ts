import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  bundledReferences,
  type FreesoundEmulator,
  localApiKey,
  startFreesoundEmulator,
} from "#emulators/freesound/index.ts";

/** A search's answer, as far as these tests look. */
interface Page {
  count: number;
  next: string | null;
  previous: string | null;
  results: ({ id: number; name: string; previews: Record<string, string> } & Record<
    string,
    unknown
  >)[];
}

let freesound: FreesoundEmulator;
beforeAll(async () => {
  freesound = await startFreesoundEmulator({ clock: () => Date.parse("2026-11-22T12:00:00Z") });
});
afterAll(() => freesound.close());

/** What the official Python client sends with every request. */
const pythonClient = {
  "User-Agent": "python-requests/2.32.3",
  "Accept-Encoding": "gzip, deflate",
  Accept: "*/*",
  Connection: "keep-alive",
  Authorization: `Token ${localApiKey}`,
};
const fetchAsPython = (url: string) => fetch(url, { headers: pythonClient });

async function getJson<T>(target: string): Promise<T> {
  const url = target.startsWith("http") ? target : `${freesound.url}/apiv2${target}`;
  const response = await fetchAsPython(url);
  expect([url, response.status]).toEqual([url, 200]);
  expect(response.headers.get("content-type")).toBe("application/json");
  return (await response.json()) as T;
}
const search = (parameters: Record<string, string>) =>
  getJson<Page>(`/search/?${new URLSearchParams(parameters).toString()}`);

async function refusal(target: string, headers: Record<string, string> = pythonClient) {
  const response = await fetch(`${freesound.url}/apiv2${target}`, { headers });
  return { status: response.status, ...((await response.json()) as object) };
}

describe("the official client's calls", () => {
  // Recorded addresses: requests encodes spaces as + and everything else in the form's way.
  const fields = "fields=id%2Cname%2Ctags%2Cusername%2Clicense%2Cpreviews";

  test.each(["/search/", "/search/text/"])("%s with its default fields", async (path) => {
    const page = await getJson<Page>(`${path}?query=morning+train&${fields}`);
    expect(page).toMatchObject({ count: 1, next: null, previous: null });
    expect(page.results).toEqual([
      {
        id: 700001,
        name: "english-morning-train.wav",
        tags: ["speech", "voice", "english", "male", "clean"],
        license: "https://creativecommons.org/publicdomain/zero/1.0/",
        username: "anna_records",
        previews: expect.objectContaining({
          "preview-lq-mp3": expect.stringMatching(
            new RegExp(`^${freesound.url}/previews/700/700001_\\d+-lq\\.wav$`),
          ),
        }),
      },
    ]);
  });

  test("filter with a range, a group and a quoted name", async () => {
    const filter =
      "filter=duration%3A%5B4+TO+6%5D+type%3A%28wav+OR+flac%29+license%3A%22Creative+Commons+0%22";
    const page = await getJson<Page>(
      `/search/text/?${filter}&fields=id%2Cduration%2Ctype%2Clicense`,
    );
    expect(page.count).toBeGreaterThan(2);
    for (const { duration, type, license } of page.results) {
      expect(duration).toBeGreaterThanOrEqual(4);
      expect(duration).toBeLessThanOrEqual(6);
      expect(["wav", "flac"]).toContain(type);
      expect(license).toContain("publicdomain/zero");
    }
  });

  test("follow next and previous as they are, to every sound once", async () => {
    const ids: number[] = [];
    let page = await getJson<Page>(`/search/text/?query=&page_size=7&sort=created_desc&${fields}`);
    expect(page.next).toBe(
      `${freesound.url}/apiv2/search/?&query=&weights=&sort=created_desc&page=2&page_size=7&fields=id,name,tags,username,license,previews`,
    );
    for (;;) {
      ids.push(...page.results.map(({ id }) => id));
      if (page.next === null) break;
      page = await getJson<Page>(page.next);
    }
    expect(ids).toEqual(Array.from({ length: 24 }, (_, index) => 700_024 - index));
    expect(page.previous).toContain("&page=3&page_size=7");
    expect((await getJson<Page>(page.previous ?? "")).results).toHaveLength(7);
  });

  test("retrieve a preview", async () => {
    const { results } = await search({ query: "bakery", fields: "previews,md5,filesize" });
    const response = await fetchAsPython(results[0]?.previews["preview-lq-mp3"] ?? "");
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get("content-type")).toBe("audio/mpeg");
    expect(response.headers.get("content-length")).toBe(String(results[0]?.["filesize"]));
    expect(createHash("md5").update(bytes).digest("hex")).toBe(results[0]?.["md5"]);
  });

  test("get a sound, whole or in part", async () => {
    const sound = await getJson<Record<string, unknown>>("/sounds/700002/");
    expect(sound).toMatchObject({
      id: 700002,
      type: "mp3",
      created: "2026-02-03T19:42:05.125",
      samplerate: 44_100,
      channels: 1,
      duration: expect.closeTo(5.39, 1),
      geotag: null,
      pack: null,
      category: "Speech",
      category_code: "sp-s",
      gen_ai_preference: "no-additional-preferences",
      is_explicit: false,
      avg_rating: 0,
      download: `${freesound.url}/apiv2/sounds/700002/download/`,
      images: expect.objectContaining({ waveform_m: expect.stringContaining("700002_") }),
    });
    expect(sound).not.toHaveProperty("score");
    expect(await getJson("/sounds/700001/?fields=created,nonsense,name")).toEqual({
      name: "english-morning-train.wav",
      created: "2026-01-12T08:15:30",
    });
  });
});

/** The names of the fields that come for a `fields` parameter. */
const keys = async (fields: string) =>
  Object.keys((await search({ page_size: "1", fields })).results[0] ?? {});

const durations = async (sort: string) =>
  (await search({ sort, page_size: "150", fields: "duration" })).results.map(
    ({ duration }) => duration as number,
  );

describe("search", () => {
  test("answers five fields when none are named, all for *", async () => {
    expect(await keys("")).toEqual(["id", "name", "tags", "license", "username"]);
    expect(await keys("*")).toEqual(expect.arrayContaining(["id", "md5", "previews", "score"]));
    expect(await keys("no_such_field")).toEqual([]);
  });

  test("has 15 a page unless told, at most 150", async () => {
    expect((await search({})).results).toHaveLength(15);
    expect((await search({ page: "2" })).results).toHaveLength(9);
    expect((await search({ page_size: "1000" })).results).toHaveLength(24);
  });

  test("past the last page is 404, but not when nothing was found", async () => {
    expect(await refusal("/search/?page=3")).toEqual({ status: 404, detail: "Not found" });
    expect(await search({ query: "volcano", page: "3" })).toEqual({
      count: 0,
      next: null,
      previous: null,
      results: [],
    });
  });

  test("sorts by duration, which is read from the files", async () => {
    const ascending = await durations("duration_asc");
    expect(ascending).toEqual(ascending.toSorted((a, b) => a - b));
    expect(ascending.at(0)).toBeGreaterThan(4);
    expect(await durations("duration_desc")).toEqual(ascending.toReversed());
  });

  test("refuses a bad filter in the search engine's words", async () => {
    expect(await refusal("/search/?filter=durations:[1%20TO%205]")).toEqual({
      status: 400,
      detail:
        "Search server error: undefined field durations (please check that your filter syntax and field names are correct)",
    });
    expect(await refusal("/search/?filter=")).toEqual({ status: 400, detail: "Invalid filter." });
  });

  test("takes any query, whatever its characters", async () => {
    for (const query of ['"unfinished', "((", "a:b:c", "]", "~", "/", "🎤", "x".repeat(5000)])
      expect(await search({ query })).toMatchObject({ count: expect.any(Number) });
  });

  test("groups by pack", async () => {
    const pack = { id: 9, name: "Harbour & town" };
    const ids = [700003, 700004, 700005];
    for (const id of ids) freesound.sounds.change(id, { pack });
    const page = await search({ group_by_pack: "1", page_size: "150", fields: "id,pack_name" });
    expect(page.count).toBe(22);
    const grouped = page.results.find(({ pack_name }) => pack_name === pack.name);
    expect(grouped).toMatchObject({ n_from_same_pack: 3 });
    const more = await getJson<Page>(grouped?.["more_from_same_pack"] as string);
    expect(more.results.map(({ id }) => id)).toEqual(ids);
    for (const id of ids) freesound.sounds.change(id, { pack: null });
  });
});

describe("credentials", () => {
  const details: [string, Record<string, string>, string][] = [
    ["/search/", {}, "Authentication credentials were not provided."],
    ["/search/", { Authorization: "Token" }, "Invalid token header. No credentials provided."],
    [
      "/search/",
      { Authorization: "Token a b" },
      "Invalid token header. Token string should not contain spaces.",
    ],
    ["/search/", { Authorization: "Token wrong" }, "Invalid token"],
    ["/search/?token=wrong", {}, "Invalid token"],
    ["/sounds/700001/download/", pythonClient, "Authentication credentials were not provided."],
  ];
  test.each(details)("%s with %o: %s", async (target, headers, detail) => {
    expect(await refusal(target, headers)).toEqual({ status: 401, detail });
  });

  test("suspended and inactive keys say so", async () => {
    const own = await startFreesoundEmulator({
      tokens: [
        { key: "late", clientId: "a", status: "suspended" },
        { key: "gone", clientId: "b", status: "inactive-user" },
      ],
    });
    const detail = async (key: string) =>
      (await fetch(`${own.url}/apiv2/search/?token=${key}`)).json();
    expect(await detail("late")).toEqual({
      detail: "Suspended token or token pending for approval",
    });
    expect(await detail("gone")).toEqual({ detail: "User inactive or deleted" });
    await own.close();
  });

  test("a key may be a parameter, which links never repeat", async () => {
    const response = await fetch(`${freesound.url}/apiv2/search/?token=${localApiKey}`);
    const { next } = (await response.json()) as Page;
    expect(next).toContain("&page=2");
    expect(next).not.toContain("token");
    expect(freesound.requests.list().at(-1)?.target).toBe("/apiv2/search/?token=…");
  });
});

describe("users, packs and comments", () => {
  test("are what the sounds say of them", async () => {
    const ids = [700006, 700007, 700008];
    const { username } = await getJson<{ username: string }>("/sounds/700006/");
    for (const id of ids)
      freesound.sounds.change(id, { username, pack: { id: 77, name: "Town" }, comments: ["fine"] });
    const user = await getJson<{ num_sounds: number; sounds: string; packs: string }>(
      `/users/${username}/`,
    );
    expect(user).toMatchObject({ username, num_packs: 1 });
    const first = await getJson<Page>(`${user.sounds}?page_size=2&fields=id,name`);
    expect(first.count).toBe(user.num_sounds);
    expect(Object.keys(first.results[0] ?? {})).toEqual(["id", "name"]);
    const second = await getJson<Page>(first.next ?? "");
    expect(second.previous).toMatch(/page=1$/);
    expect(await getJson(user.packs)).toMatchObject({ results: [{ id: 77, num_sounds: 3 }] });
    const pack = await getJson<{ sounds: string }>("/packs/77/");
    expect(pack).toMatchObject({ name: "Town", username, num_sounds: 3 });
    const inPack = await getJson<Page>(pack.sounds);
    expect(inPack.results.map(({ id }) => id)).toEqual(ids.toReversed());
    expect(await getJson("/sounds/700006/comments/")).toMatchObject({
      count: 1,
      results: [{ comment: "fine", username: expect.any(String) }],
    });
    for (const id of ids) freesound.sounds.change(id, { pack: null, comments: [] });
  });
});

describe("other addresses", () => {
  test("an unknown sound, a wrong method, a missing slash, what is not emulated", async () => {
    expect(await refusal("/sounds/1/")).toEqual({ status: 404, detail: "Not found." });
    const posted = await fetch(`${freesound.url}/apiv2/search/`, { method: "POST" });
    expect(posted.status).toBe(405);
    expect(await posted.json()).toEqual({ detail: 'Method "POST" not allowed.' });
    const unslashed = await fetch(`${freesound.url}/apiv2/sounds/700001?fields=id`, {
      headers: pythonClient,
      redirect: "manual",
    });
    expect(unslashed.status).toBe(301);
    expect(unslashed.headers.get("location")).toBe("/apiv2/sounds/700001/?fields=id");
    expect((await refusal("/me/")).status).toBe(501);
    expect((await refusal("/users/nobody/")).status).toBe(404);
    expect((await refusal("/packs/1/sounds/")).status).toBe(404);
    expect((await fetch(`${freesound.url}/people/x/`)).status).toBe(404);
  });
});

describe("the bundled sounds", () => {
  test("are 24 with every container, several licences and every preference", async () => {
    const { count, results } = await search({
      page_size: "150",
      fields: "type,license,gen_ai_preference,name",
    });
    expect(count).toBe(24);
    const values = (key: string) => new Set(results.map((result) => result[key]));
    expect(values("type")).toEqual(new Set(["wav", "mp3", "ogg", "flac"]));
    expect(values("license").size).toBe(5);
    expect(values("gen_ai_preference").size).toBe(4);
    // Two of them say of themselves that they are no speech, so the usual query still crawls them all.
    expect((await search({ query: "speech" })).count).toBe(24);
    expect((await search({ filter: "tag:speech" })).count).toBe(22);
  });

  test("have headers that can be read, lasting four to ten seconds", async () => {
    const { results } = await search({
      page_size: "150",
      fields: "name,duration,samplerate,channels",
    });
    const odd = results.filter(
      ({ duration, samplerate, channels }) =>
        !(Number(duration) > 4 && Number(duration) < 10) ||
        Number(samplerate) < 8000 ||
        channels !== 1,
    );
    expect(odd).toEqual([]);
  });

  test("have references for a third of them, each of its sound's length", async () => {
    const references = await startFreesoundEmulator({ folder: bundledReferences });
    expect(references.sounds.size).toBe(8);
    for (const { name, path } of references.sounds.list()) {
      const id = Number(name.replace(".flac", ""));
      expect(freesound.sounds.get(id)).toMatchObject({ id });
      const bytes = await readFile(path);
      expect(bytes.subarray(0, 4).toString()).toBe("fLaC");
      const query = new URLSearchParams({ query: name, fields: "duration" });
      const response = await fetch(`${references.url}/apiv2/search/?${query.toString()}`, {
        headers: pythonClient,
      });
      const { results } = (await response.json()) as Page;
      const { duration } = await getJson<{ duration: number }>(`/sounds/${id}/?fields=duration`);
      expect(results[0]?.["duration"]).toBeCloseTo(duration, 1);
    }
    await references.close();
  });
});
