/**
 * Makes the bundled sounds, their references and `sounds.json` anew. Needs espeak-ng, sox and ffmpeg; no test runs it.
 * The same versions of these tools give the same files.
 */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type PlannedSound, plan } from "./make/plan.ts";
import { seededRandom } from "./random.ts";
import { encodeFile, sampleRate, speak, throughCodec } from "./make/tools.ts";

const firstId = 700_001;
const soundsFolder = join(import.meta.dirname, "sounds");
const referencesFolder = join(import.meta.dirname, "references", "freesound");
const gsmRate = 8_000;

const speeches = await Promise.all(
  plan.map(({ voice, wordsAMinute = 160, text }) => speak(voice, wordsAMinute, text)),
);
for (const folder of [soundsFolder, referencesFolder]) await empty(folder);
for (const [index, sound] of plan.entries()) await makeSound(index, sound);
const metadata = { sounds: plan.map((sound, index) => describe(index, sound)) };
await writeFile(join(soundsFolder, "sounds.json"), `${toJson(metadata)}\n`);

/** What is no longer planned must not stay; the README does. */
async function empty(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const old = (await readdir(folder)).filter((name) => name !== "README.md");
  await Promise.all(old.map((name) => rm(join(folder, name))));
}

async function makeSound(index: number, sound: PlannedSound): Promise<void> {
  const speech = speeches[index] ?? new Float32Array();
  const others = [3, 7, 10, 13, 17].flatMap((step) => speeches[(index + step) % plan.length] ?? []);
  const material = { speech, others, random: seededRandom(index + 1) };
  const degraded = withHeadroom(await sound.degradation(material));
  const path = join(soundsFolder, sound.file);
  if (sound.codec[0] === "gsm") await makeGsm(degraded, path);
  else await encodeFile(degraded, sound.codec, path);
  if (sound.hasReference === true) {
    const reference = join(referencesFolder, `${firstId + index}.flac`);
    await encodeFile(speech, ["-c:a", "flac", "-sample_fmt", "s16"], reference);
  }
  console.log(`${firstId + index} ${sound.file} ${(degraded.length / sampleRate).toFixed(1)} s`);
}

/** Only what the plan clips is clipped: louder signals are turned down. */
function withHeadroom(samples: Float32Array): Float32Array {
  const peak = samples.reduce((largest, sample) => Math.max(largest, Math.abs(sample)), 0);
  return peak > 0.95 ? samples.map((sample) => (0.95 * sample) / peak) : samples;
}

/** Telephone speech kept as PCM: few decoders know GSM itself. */
async function makeGsm(samples: Float32Array, path: string): Promise<void> {
  const heard = await throughCodec(
    samples,
    ["-c:a", "libgsm", "-ar", String(gsmRate)],
    "gsm",
    sampleRate,
  );
  await encodeFile(heard, ["-c:a", "pcm_s16le", "-ar", String(gsmRate)], path);
}

function describe(index: number, sound: PlannedSound): object {
  const isSpeech = sound.language !== "none";
  const tags = isSpeech ? ["speech", "voice", sound.language] : ["test"];
  return {
    id: firstId + index,
    file: sound.file,
    name: sound.file,
    description: `Synthetic sound for demonstrations, ${sound.story}.${isSpeech ? ` It says: ${sound.text}` : ""}`,
    username: sound.username,
    tags: [...tags, ...sound.tags],
    license: sound.license,
    gen_ai_preference: sound.preference,
    created: sound.created,
    category: isSpeech ? "Speech" : null,
    subcategory: isSpeech ? "Solo speech" : null,
    category_code: isSpeech ? "sp-s" : null,
  };
}

/** JSON with each list of tags on one line, as the formatter has it. */
function toJson(value: unknown): string {
  const lists = /\[\s*("[^\]]*")\s*\]/g;
  return JSON.stringify(value, null, 2).replaceAll(
    lists,
    (_, items: string) => `[${items.split(/\s*\n\s*/).join(" ")}]`,
  );
}
