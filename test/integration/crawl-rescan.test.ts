import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { localApiKey, localClientId } from "#emulators/freesound/index.ts";
import { backgroundOf, bucket, type Harness, JumpingClock, startHarness } from "./crawl-harness.ts";

let harness: Harness;
let clock: JumpingClock;
let folder: string;
beforeEach(async () => {
  clock = new JumpingClock(
    "2026-02-01T00:00:00Z",
    backgroundOf({ runMs: 1_740_000, leaseMs: 120_000 }),
  );
  harness = await startHarness({ clock });
  folder = await mkdtemp(join(tmpdir(), "earmark-"));
});
afterEach(async () => {
  await harness.close();
  await rm(folder, { recursive: true });
});

const object = (name: string) => {
  const found = harness.storage.objects.get(bucket, name);
  if (found === undefined) throw new Error(`${name} is stored`);
  return {
    generation: found.generation,
    metadata: found.fields.metadata ?? {},
    text: String(found.bytes),
  };
};
const isDeleted = (id: number) => "source-deleted" in object(`freesound/${id}.mp3`).metadata;
const change = async (id: number, content: string) => {
  const path = join(folder, `${id}.mp3`);
  await writeFile(path, content);
  harness.freesound.sounds.change(id, { path });
};
const byNc = "https://creativecommons.org/licenses/by-nc/4.0/";

describe("a full re-scan takes for deleted only what Freesound says it does not have", () => {
  beforeEach(async () => {
    harness.addSounds(8);
    await harness.crawl();
  });

  test("no sound that is answered as null, however often", async () => {
    harness.freesound.failNext("null-results", { on: "search", times: Infinity });
    harness.freesound.sounds.remove(7);
    const report = await harness.crawl({ full: true });
    expect(report.failed).toBeGreaterThan(0);
    expect(report).toMatchObject({ status: "complete", deleted: 1 });
    expect([1, 2, 3, 4, 5, 6, 7, 8].filter(isDeleted)).toEqual([7]);
  });

  test("no sound that is in the index and not in the database", async () => {
    harness.freesound.sounds.loseFromDatabase(3);
    harness.freesound.sounds.remove(5);
    expect(await harness.crawl({ full: true })).toMatchObject({ deleted: 1, failed: 1 });
    expect([1, 2, 3, 4, 5, 6, 7, 8].filter(isDeleted)).toEqual([5]);
  });

  test("no sound whose description cannot be read", async () => {
    harness.freesound.sounds.change(2, { license: 7 as never });
    harness.freesound.sounds.remove(6);
    expect(await harness.crawl({ full: true })).toMatchObject({ deleted: 1, failed: 1 });
    expect([1, 2, 3, 4, 5, 6, 7, 8].filter(isDeleted)).toEqual([6]);
  });

  test("and one that is there again is so no more", async () => {
    const [sound] = harness.freesound.sounds.list();
    if (sound === undefined) throw new Error("there are sounds");
    harness.freesound.sounds.remove(sound.id);
    await harness.crawl({ full: true });
    expect(isDeleted(sound.id)).toBe(true);
    harness.freesound.sounds.put(sound);
    expect(await harness.crawl({ full: true })).toMatchObject({ changed: 1, deleted: 0 });
    expect(isDeleted(sound.id)).toBe(false);
  });
});

test("what is said otherwise now reaches every stored format, with no download and no new measure of the rest", async () => {
  harness.addSounds(2);
  await harness.crawl();
  for (const id of [1, 2]) {
    const metadata = { ...object(`freesound/${id}.mp3`).metadata, format: "preview-hq-ogg" };
    harness.storage.objects.put(bucket, `freesound/${id}.ogg`, "ogg", { metadata });
  }
  const before = object("freesound/2.ogg").generation;
  harness.freesound.sounds.change(1, { license: byNc });
  harness.freesound.requests.clear();
  expect(await harness.crawl({ full: true })).toMatchObject({ changed: 2, stored: 0 });
  for (const name of ["freesound/1.mp3", "freesound/1.ogg"])
    expect(object(name).metadata).toMatchObject({ license: "CC-BY-NC-4.0", "license-url": byNc });
  expect(object("freesound/1.ogg").metadata["format"]).toBe("preview-hq-ogg");
  expect(object("freesound/2.ogg").generation).toBe(before);
  expect(harness.freesound.requests.count("preview")).toBe(0);
});

test("the look at what the search does not find any more goes on where it was stopped", async () => {
  harness.addSounds(230);
  await harness.crawl({ query: "talk" });
  for (const { id } of harness.freesound.sounds.list())
    harness.freesound.sounds.change(id, { name: `renamed ${id}.mp3` });
  // Two calls of the first crawl, one search, and two looks at a hundred sounds each.
  const request = { query: "talk", full: true };
  const cut = await harness.crawl(request, { FREESOUND_REQUESTS_PER_DAY: "5" });
  expect(cut).toMatchObject({ status: "partial", found: 0, changed: 200, api_calls: 3 });
  clock.jump(86_400_000 * 2);
  const rest = await harness.crawl(request);
  expect(rest).toMatchObject({ status: "complete", changed: 30, api_calls: 1, deleted: 0 });
  expect(rest.resumed_from).toBe(cut.crawl_id);
});

describe("originals and previews of the same name", () => {
  let settings: Record<string, string>;
  beforeEach(async () => {
    harness.addSounds(2);
    const path = join(folder, "tokens");
    const { oauth } = harness.freesound;
    const form = {
      grant_type: "authorization_code",
      client_id: localClientId,
      client_secret: localApiKey,
      code: oauth.authorize(),
    };
    const pair = oauth.exchange(new URLSearchParams(form));
    settings = {
      FREESOUND_CLIENT_ID: localClientId,
      FREESOUND_CLIENT_SECRET: localApiKey,
      FREESOUND_REFRESH_TOKEN: pair.refresh_token,
      FREESOUND_TOKEN_STORE: `file:${path}`,
    };
  });
  const originals = (request = {}) => harness.crawl({ format: "original", ...request }, settings);

  test("an original takes the place of its preview, once", async () => {
    await harness.crawl();
    const preview = object("freesound/1.mp3");
    expect(preview.metadata["format"]).toBe("preview-hq-mp3");
    expect(await originals()).toMatchObject({ stored: 2, already_stored: 0, failed: 0 });
    const original = object("freesound/1.mp3");
    expect(original.metadata["format"]).toBe("original");
    expect(original.generation).not.toBe(preview.generation);
    expect(harness.storage.objects.list(bucket)).toHaveLength(2);
    expect(await originals({ full: true })).toMatchObject({ stored: 0, already_stored: 2 });
  });

  test("a preview never takes the place of an original, not even of one that has changed since", async () => {
    await originals();
    const before = object("freesound/1.mp3");
    expect(await harness.crawl()).toMatchObject({ stored: 0, already_stored: 2 });
    await change(1, "another recording");
    harness.freesound.sounds.change(2, { license: byNc });
    expect(await harness.crawl({ full: true })).toMatchObject({ stored: 0, changed: 1 });
    expect(object("freesound/1.mp3")).toEqual(before);
    expect(object("freesound/2.mp3").metadata).toMatchObject({
      format: "original",
      license: "CC-BY-NC-4.0",
    });
    // A crawl that asks for originals fetches the new one.
    expect(await originals({ full: true })).toMatchObject({ stored: 0, changed: 1 });
    expect(object("freesound/1.mp3").text).toBe("another recording");
  });

  test("another file is not fetched when its licence does not allow it any more", async () => {
    await harness.crawl();
    const before = object("freesound/1.mp3");
    await change(1, "another recording");
    harness.freesound.sounds.change(1, { license: byNc });
    expect(await harness.crawl({ full: true, licenses: ["CC0-1.0"] })).toMatchObject({
      changed: 1,
      skipped_license: 1,
    });
    expect(object("freesound/1.mp3")).toMatchObject({
      text: before.text,
      metadata: { license: "CC-BY-NC-4.0" },
    });
  });
});
