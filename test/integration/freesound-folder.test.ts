import { chmod, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  bundledSounds,
  localApiKey,
  SoundsFolderError,
  startFreesoundEmulator,
} from "#emulators/freesound/index.ts";

/** A folder with these files, gone when the test is over. */
async function folderOf(files: Record<string, Uint8Array | string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "earmark-sounds-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const folders = new Set(Object.keys(files).map((name) => join(folder, dirname(name))));
  await Promise.all([...folders].map((path) => mkdir(path, { recursive: true })));
  await Promise.all(
    Object.entries(files).map(([name, content]) => writeFile(join(folder, name), content)),
  );
  return folder;
}

async function serve(folder: string) {
  const freesound = await startFreesoundEmulator({ folder });
  onTestFinished(() => freesound.close());
  const get = async (target: string) => {
    const url = target.startsWith("http") ? target : `${freesound.url}/apiv2${target}`;
    return fetch(url, { headers: { Authorization: `Token ${localApiKey}` } });
  };
  type Result = Record<string, unknown> & { previews: Record<string, string> };
  const search = async (query: string) =>
    (await (await get(`/search/?page_size=150&${query}`)).json()) as {
      count: number;
      next: string | null;
      results: Result[];
    };
  return { freesound, get, search };
}

const bundled = (name: string) => readFile(join(bundledSounds, name));

test("a folder that nobody prepared: every audio file below it is a sound", async () => {
  const folder = await folderOf({
    "b.wav": await bundled("portuguese-phone-call.wav"),
    "Deep Talks/Part 1/a.flac": await bundled("english-lighthouse.flac"),
    "lies.mp3": await bundled("spanish-coast.ogg"),
    "notes.txt": "not audio",
    ".hidden.wav": "hidden",
    ".cache/c.wav": "hidden",
    "BROKEN.WAV": "this is no audio at all",
    "empty.ogg": "",
  });
  await symlink(join(folder, "b.wav"), join(folder, "link.wav"));
  await symlink(folder, join(folder, "loop"));
  await symlink(join(folder, "nowhere"), join(folder, "dangling.wav"));
  await mkdir(join(folder, "folder.wav"));
  const when = new Date("2026-04-05T06:07:08.900Z");
  await utimes(join(folder, "b.wav"), when, when);

  const { search } = await serve(folder);
  const { results } = await search(
    "fields=name,duration,samplerate,channels,filesize,type,tags,license,created,id",
  );
  const byName = Object.fromEntries(results.map((result) => [result["name"], result]));
  expect(Object.keys(byName).toSorted()).toEqual(
    ["BROKEN.WAV", "a.flac", "b.wav", "empty.ogg", "lies.mp3", "link.wav"].toSorted(),
  );
  expect(byName["a.flac"]).toMatchObject({
    type: "flac",
    tags: ["speech", "deep-talks", "part-1"],
    samplerate: 22_050,
    license: "",
  });
  expect(byName["b.wav"]).toMatchObject({
    created: "2026-04-05T06:07:08",
    samplerate: 8000,
    filesize: 76_524,
    duration: expect.closeTo(4.78, 2),
  });
  expect(byName["lies.mp3"]).toMatchObject({ type: "mp3", samplerate: 22_050 }); // read by content
  expect(byName["BROKEN.WAV"]).toMatchObject({ type: "wav", duration: 0, filesize: 23 });
  expect(byName["empty.ogg"]).toMatchObject({ duration: 0, filesize: 0 });
  for (const { id } of results) expect(id).toBeGreaterThanOrEqual(100_000_000);
});

test("what cannot be read as audio is served all the same", async () => {
  const folder = await folderOf({ "broken.wav": "this is no audio", "empty.ogg": "" });
  const { search } = await serve(folder);
  const { results } = await search("fields=name,previews");
  const bodies = results.map(async ({ name, previews }) => [
    name,
    await (await fetch(previews["preview-hq-ogg"] ?? "")).text(),
  ]);
  expect(Object.fromEntries(await Promise.all(bodies))).toEqual({
    "broken.wav": "this is no audio",
    "empty.ogg": "",
  });
});

const idOf = async (folder: string, name: string) => {
  const { freesound } = await serve(folder);
  return freesound.sounds.list().find((sound) => sound.name === name)?.id;
};

test("ids stay when other files come and go", async () => {
  const files = { "a/1.wav": "1", "a/2.wav": "2", "b.ogg": "3" };
  const id = await idOf(await folderOf(files), "2.wav");
  expect(await idOf(await folderOf({ ...files, "0.wav": "0" }), "2.wav")).toBe(id);
  expect(await idOf(await folderOf({ "a/2.wav": "else" }), "2.wav")).toBe(id);
});

test("a file that changes or vanishes while it is served", async () => {
  const folder = await folderOf({ "a.wav": "before", "b.wav": "stays" });
  const { freesound, get, search } = await serve(folder);
  const first = await search("query=a.wav&fields=id,md5,filesize,previews");
  await writeFile(join(folder, "a.wav"), "afterwards");
  const second = await search("query=a.wav&fields=id,md5,filesize,previews");
  expect(second.results[0]).toMatchObject({ id: first.results[0]?.["id"], filesize: 10 });
  expect(second.results[0]?.["md5"]).not.toBe(first.results[0]?.["md5"]);

  await rm(join(folder, "a.wav"));
  const url = first.results[0]?.previews["preview-hq-mp3"] ?? "";
  expect((await fetch(url)).status).toBe(404);
  expect((await search("fields=id,filesize")).count).toBe(2); // the database still knows it
  const form = { client_id: "earmark-local-client", client_secret: localApiKey };
  const code = freesound.oauth.authorize();
  const { access_token } = freesound.oauth.exchange(
    new URLSearchParams({ ...form, grant_type: "authorization_code", code }),
  );
  const download = `${freesound.url}/apiv2/sounds/${String(first.results[0]?.["id"])}/download/`;
  const original = await fetch(download, { headers: { Authorization: `Bearer ${access_token}` } });
  expect(original.status).toBe(404);
  expect(await original.json()).toEqual({ detail: "Not found" });
  expect((await get("/search/")).status).toBe(200);
});

test.skipIf(process.getuid?.() === 0)("a file that may not be read is forbidden", async () => {
  const folder = await folderOf({ "a.wav": "secret" });
  await chmod(join(folder, "a.wav"), 0);
  const { search } = await serve(folder);
  const { results } = await search("fields=previews");
  expect((await fetch(results[0]?.previews["preview-hq-mp3"] ?? "")).status).toBe(403);
});

test("sounds.json describes what it lists", async () => {
  const described = {
    file: "talks/one.wav",
    id: 12,
    name: "One.wav",
    license: "http://creativecommons.org/licenses/by/3.0/",
    username: "someone",
    tags: ["lecture"],
    created: "2026-01-02T03:04:05.678Z",
    geotag: { lat: 1.5, lon: -2 },
    pack: { id: 3, name: "Talks" },
    avg_rating: 7,
    num_ratings: 4,
  };
  const folder = await folderOf({
    "talks/one.wav": "1",
    "two.wav": "2",
    "sounds.json": JSON.stringify({ sounds: [described] }),
  });
  const { get, search, freesound } = await serve(folder);
  expect((await search("")).count).toBe(2);
  expect(await (await get("/sounds/12/")).json()).toMatchObject({
    name: "One.wav",
    description: "Local file talks/one.wav",
    created: "2026-01-02T03:04:05.678",
    geotag: "1.5 -2",
    is_geotagged: true,
    pack: `${freesound.url}/apiv2/packs/3/`,
    pack_name: "Talks",
    avg_rating: 3.5,
  });
});

test.each([
  ["{", /is not JSON/],
  ['{"sounds": [{}]}', /sounds\.0\.file/],
  ['{"sounds": [{"file": "b.wav"}]}', /no audio file b\.wav/],
  ['{"sounds": [{"file": "a.wav"}, {"file": "a.wav"}]}', /a\.wav is described twice/],
  [
    '{"sounds": [{"file": "a.wav", "licence": "x", "license": "https://example.org/mine", "gen_ai_preference": "maybe", "tags": ["two words"]}]}',
    /4 problem(.|\n)*license(.|\n)*publicdomain\/zero(.|\n)*/,
  ],
])("a sounds.json with mistakes names them: %s", async (content, message) => {
  const folder = await folderOf({ "a.wav": "1", "sounds.json": content });
  await expect(startFreesoundEmulator({ folder })).rejects.toThrow(message);
});

test("a folder that is missing, empty or none at all is a clear error", async () => {
  const folder = await folderOf({ "notes.txt": "no audio" });
  await expect(startFreesoundEmulator({ folder })).rejects.toThrow(
    `the folder ${folder} holds no audio file`,
  );
  await expect(startFreesoundEmulator({ folder: join(folder, "x") })).rejects.toThrow(
    `there is no folder ${join(folder, "x")}`,
  );
  await expect(startFreesoundEmulator({ folder: join(folder, "notes.txt") })).rejects.toThrow(
    "is not a folder",
  );
  await expect(startFreesoundEmulator({ folder })).rejects.toBeInstanceOf(SoundsFolderError);
});

test("ten thousand files: searched in pages, each sound once", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, index) => [`${index % 100}/${index}.wav`, "RIFF"]),
  );
  const { freesound, search, get } = await serve(await folderOf(files));
  const seen = new Set<unknown>();
  let page = await search("query=speech&fields=id,name,previews");
  for (;;) {
    for (const { id } of page.results) seen.add(id);
    if (page.next === null) break;
    page = (await (await get(page.next)).json()) as typeof page;
  }
  expect(seen.size).toBe(10_000);
  expect(freesound.requests.apiCalls).toBe(67);
});
