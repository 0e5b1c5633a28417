import { readFileSync } from "node:fs";
import { Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { bundledReferences, bundledSounds } from "#emulators/freesound/index.ts";
import { type StorageEmulator, startStorageEmulator } from "#emulators/storage/index.ts";
import { classifyStage } from "#functions/classify/classify.ts";
import { defaultAudioLimits, readAudio } from "#shared/audio/read.ts";
import { openObjects } from "#shared/objects/objects.ts";
import type { StagePlan } from "#shared/stage.ts";

let storage: StorageEmulator;
let stage: StagePlan;
const [recordings, references] = ["recordings", "references"] as const;
const sound = (file: string) => readFileSync(`${bundledSounds}/${file}`);
const clean = (id: number) => readFileSync(`${bundledReferences}/freesound/${id}.flac`);

beforeAll(async () => {
  storage = await startStorageEmulator();
  for (const bucket of [recordings, references]) storage.objects.createBucket(bucket);
  const client = new Storage({ apiEndpoint: storage.url, projectId: "test" });
  stage = classifyStage(
    {
      recordings: openObjects(client, recordings),
      references: openObjects(client, references),
      readAudio,
    },
    {
      limits: defaultAudioLimits,
      thresholds: { excellent: 4.5, good: 3.5, fair: 2.5 },
      fixedReference: undefined,
    },
  );
});
afterAll(() => storage.close());
beforeEach(() => {
  for (const { name } of storage.objects.list(references)) storage.objects.delete(references, name);
});

/** The row of a recording, with a reference beside it or none. */
async function classify(bytes: Uint8Array, reference?: Uint8Array | string) {
  const { name, generation } = storage.objects.put(recordings, "talk.wav", bytes);
  if (reference !== undefined) storage.objects.put(references, "talk.flac", reference);
  const object = { bucket: recordings, name, generation, size: bytes.length, metadata: {} };
  return stage.work(object, "event-1");
}

test("a pair is compared at 16 kHz, whatever its two rates, and its measures are there too", async () => {
  const row = await classify(sound("italian-mountain.ogg"), clean(700_005)); // 48 kHz Opus at 10 kbit/s
  expect(row).toMatchObject({
    id: "talk.wav",
    quality_label: "Fair",
    label_basis: "pesq",
    pesq_mode: "wb",
    reference_kind: "paired",
    reference_path: "gs://references/talk.flac",
    reference_matched: true,
    unrated_reason: null,
    event_id: "event-1",
  });
  expect(row["quality_score"]).toBe(row["pesq_score"]);
  for (const measure of ["snr_db", "srmr", "loudness_lufs", "bandwidth_hz", "speech_activity"])
    expect(row[measure]).toBeTypeOf("number");
});

test("telephone speech is compared narrowband, at 8 kHz on both sides", async () => {
  const row = await classify(sound("portuguese-phone-call.wav"), clean(700_006));
  expect(row).toMatchObject({ pesq_mode: "nb", reference_matched: true, label_basis: "pesq" });
});

test("another speech is no reference: its score is stored, and the label rests on the measures", async () => {
  const row = await classify(sound("english-morning-train.wav"), clean(700_002));
  expect(row).toMatchObject({ reference_matched: false, label_basis: "measures" });
  expect(row["pesq_score"]).toBeLessThan(2);
  expect(row["quality_score"]).not.toBe(row["pesq_score"]);
  expect(row["label_reasons"]).toContain("the reference does not match this recording");
});

test("a reference that cannot be read is not the recording's fault", async () => {
  const row = await classify(sound("english-morning-train.wav"), "<html>404</html>");
  expect(row).toMatchObject({ pesq_score: null, label_basis: "measures", reference_matched: null });
  expect((row["label_reasons"] as string[]).join()).toMatch(/reference cannot be read: No audio/);
});

test("without a reference the measures decide, and silence is not rated", async () => {
  expect(await classify(sound("english-recipe.mp3"))).toMatchObject({
    label_basis: "measures",
    reference_kind: null,
    unrated_reason: null,
  });
  const muted = await classify(sound("muted-microphone.flac"));
  expect(muted).toMatchObject({ quality_label: null, quality_score: null, label_basis: null });
  expect(muted["unrated_reason"]).toMatch(/silence/);
});

test("what is not audio is a permanent error with its reason", async () => {
  await expect(classify(Buffer.from("<html></html>"))).rejects.toMatchObject({
    reason: "not-audio",
  });
});
