import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { bundledReferences, bundledSounds } from "#emulators/freesound/index.ts";
import { type StorageEmulator, startStorageEmulator } from "#emulators/storage/index.ts";
import { classifyStage, toSettings } from "#functions/classify/classify.ts";
import { openModel } from "#functions/classify/model.ts";
import { readAudio } from "#shared/audio/read.ts";
import { ClassifyConfig, parseConfig } from "#shared/config.ts";
import { toOpinionScores, toQualityScore } from "#shared/dnsmos/scores.ts";
import { ObjectGoneError, PermanentError } from "#shared/errors.ts";
import { openObjects } from "#shared/objects/objects.ts";
import type { StagePlan } from "#shared/stage.ts";
import { meanModel } from "../unit/dnsmos/onnx.ts";
import { runtime } from "../unit/dnsmos/runtime.ts";

let storage: StorageEmulator;
let client: Storage;
let stage: StagePlan;
const [recordings, references] = ["recordings", "references"] as const;
const sound = (file: string) => readFileSync(`${bundledSounds}/${file}`);
const clean = (id: number) => readFileSync(`${bundledReferences}/freesound/${id}.flac`);

beforeAll(async () => {
  storage = await startStorageEmulator();
  for (const bucket of [recordings, references]) storage.objects.createBucket(bucket);
  client = new Storage({ apiEndpoint: storage.url, projectId: "test" });
  stage = stageWith({});
});

const open = (bucket: string) => openObjects(client, bucket);

const stageWith = (environment: Record<string, string>, runtime?: string) => {
  const config = parseConfig(ClassifyConfig, {
    GOOGLE_CLOUD_PROJECT: "test",
    RECORDINGS_BUCKET: recordings,
    REFERENCES_BUCKET: references,
    ...environment,
  });
  const dnsmos = openModel(config, open, runtime);
  return classifyStage(
    { recordings: open(recordings), references: open(references), readAudio, dnsmos },
    toSettings(config),
  );
};
afterAll(() => storage.close());
beforeEach(() => {
  for (const { name } of storage.objects.list(references)) storage.objects.delete(references, name);
});

/** The row of a recording, with a reference beside it or none. */
async function classify(bytes: Uint8Array, reference?: Uint8Array | string, by = stage) {
  const { name, generation } = storage.objects.put(recordings, "talk.wav", bytes);
  if (reference !== undefined) storage.objects.put(references, "talk.flac", reference);
  const object = { bucket: recordings, name, generation, size: bytes.length, metadata: {} };
  return by.work(object, "event-1");
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

test("without a model there is no DNSMOS", async () => {
  const row = await classify(sound("english-recipe.mp3"));
  expect(row).toMatchObject({ dnsmos_sig: null, dnsmos_bak: null, dnsmos_ovrl: null });
  expect(row).toMatchObject({ label_basis: "measures", classifier_version: "3" });
});

describe("DNSMOS", () => {
  // What it says of sound whose mean is nearly zero, as that of all sound is: raw 3, 4 and 2.
  const model = meanModel([1, 1, 1], [3, 4, 2]);
  const DNSMOS_MODEL_SHA256 = createHash("sha256").update(model).digest("hex");
  const DNSMOS_MODEL = "gs://references/models/tiny.onnx";
  const english = sound("english-recipe.mp3");

  test.each([
    ["is missing", DNSMOS_MODEL, undefined, /gs:\/\/references\/models\/tiny.onnx.*cannot be read/],
    ["is in no bucket", "gs://nowhere/tiny.onnx", undefined, /gs:\/\/nowhere.*cannot be read/],
    ["is no file here", "/nowhere/tiny.onnx", undefined, /\/nowhere\/tiny.onnx.*cannot be read/],
    ["is another file", DNSMOS_MODEL, meanModel([1, 1, 1], [0, 0, 0]), /has the SHA-256/],
    ["has no runtime", DNSMOS_MODEL, model, /npm install .*onnxruntime-nowhere/],
  ])(
    "a model that %s rejects no recording: the event is tried again",
    async (_, path, file, why) => {
      if (file) storage.objects.put(references, "models/tiny.onnx", file);
      const environment = { DNSMOS_MODEL: path, DNSMOS_MODEL_SHA256 };
      const wrong = stageWith(environment, "onnxruntime-nowhere");
      const error: unknown = await classify(english, undefined, wrong).catch((reason) => reason);
      expect(error).toMatchObject({ name: "DnsmosError", message: expect.stringMatching(why) });
      // Any other error is transient; these two would end the event.
      expect(error).not.toBeInstanceOf(PermanentError);
      expect(error).not.toBeInstanceOf(ObjectGoneError);
    },
  );

  describe.skipIf(runtime === null)("with a model", () => {
    const settings = { DNSMOS_MODEL, DNSMOS_MODEL_SHA256 };
    const expected = toOpinionScores(3, 4, 2);

    test("scores beside the label, from the moment that the model is there", async () => {
      const scoring = stageWith(settings, runtime ?? undefined);
      await expect(classify(english, undefined, scoring)).rejects.toThrowError(/cannot be read/);
      storage.objects.put(references, "models/tiny.onnx", model);
      const row = await classify(english, undefined, scoring);
      for (const name of ["sig", "bak", "ovrl"] as const)
        expect(row[`dnsmos_${name}`]).toBeCloseTo(expected[name], 2);
      expect(row).toMatchObject({ label_basis: "measures", classifier_version: "3" });
      const muted = await classify(sound("muted-microphone.flac"), undefined, scoring);
      expect(muted).toMatchObject({ dnsmos_ovrl: null, quality_label: null });
    });

    test("decides where that is asked for, and PESQ of a proved pair still comes first", async () => {
      storage.objects.put(references, "models/tiny.onnx", model);
      const deciding = stageWith({ ...settings, LABEL_BASIS: "dnsmos" }, runtime ?? undefined);
      const row = await classify(english, undefined, deciding);
      const classifier_version = `3+dnsmos.${DNSMOS_MODEL_SHA256.slice(0, 8)}`;
      expect(row).toMatchObject({
        label_basis: "dnsmos",
        quality_label: "Fair",
        classifier_version,
      });
      expect(row["quality_score"]).toBeCloseTo(toQualityScore(expected.ovrl), 2);
      // Narrowband: the signal that PESQ hears is not the one that the network needs.
      const phone = sound("portuguese-phone-call.wav");
      const pair = await classify(phone, clean(700_006), deciding);
      expect(pair).toMatchObject({ label_basis: "pesq", pesq_mode: "nb" });
      expect(pair["dnsmos_ovrl"]).toBeCloseTo(expected.ovrl, 2);
    });
  });
});
