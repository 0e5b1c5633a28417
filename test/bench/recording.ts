/**
 * `npm run bench -- recording`: what a recording costs the built `load` and `classify`, in CPU and memory, by its
 * length. `npm run cost` reckons with these figures (emulators/commands/cost/measured.ts).
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "#emulators/commands/build/bundle.ts";
import { buildFunction } from "#emulators/commands/build/write.ts";
import { createTopics, createWarehouse } from "#emulators/local/resources.ts";
import { type Services, startServices } from "#emulators/local/services.ts";
import { objectFinalizedType } from "#shared/events.ts";
import { makeBuildFolder, runBuilt } from "../integration/built-functions.ts";
import { peakMibOf, totalCpuMsOf } from "./tools/process.ts";

const sound = join(root, "emulators/freesound/sounds/dutch-soup.wav");
/** The sound once, and so often: the difference is what a second of audio costs. */
const repeats = [1, 12];
const rounds = 8;

const cases = [
  { name: "load", paired: false },
  { name: "classify", paired: false },
  { name: "classify", paired: true },
] as const;

export async function bench(): Promise<void> {
  const [out, services] = await Promise.all([
    makeBuildFolder(),
    startServices({ projectId: "cost" }),
  ]);
  try {
    for (const bucket of ["recordings", "references"])
      services.storage.objects.createBucket(bucket);
    await createWarehouse(services.clients.bigquery, "earmark");
    await createTopics(services.clients.pubsub, "earmark-events", "earmark-dead-letters");
    for (const { name, paired } of cases) {
      const { folder } = await buildFunction(name, out.path);
      await measure(services, folder, name, paired);
    }
  } finally {
    await services.close();
    await out.remove();
  }
}

async function measure(
  services: Services,
  folder: string,
  name: string,
  paired: boolean,
): Promise<void> {
  const running = await runBuilt(folder, name, {
    ...services.environment,
    NODE_ENV: "production",
    RECORDINGS_BUCKET: "recordings",
    REFERENCES_BUCKET: "references",
    LOG_LEVEL: "ERROR",
  });
  try {
    const wav = await readFile(sound);
    for (const repeat of [1, ...repeats]) {
      const longer = repeatWav(wav, repeat);
      const before = await totalCpuMsOf(running.pid);
      for (let round = 0; round < rounds; round++) {
        const object = `${name}${String(paired)}/${repeat}-${before}-${round}.wav`;
        if (paired) services.storage.objects.put("references", object, longer);
        await deliver(services, running.url, object, longer);
      }
      const cpu = ((await totalCpuMsOf(running.pid)) - before) / rounds;
      const seconds = dataOf(longer).length / longer.readUInt32LE(28);
      const what = `${name}${paired ? " with a reference" : ""}, ${seconds.toFixed(1)} s of audio`;
      console.log(`${what.padEnd(48)} ${cpu.toFixed(0).padStart(5)} ms CPU`);
    }
    console.log(
      `${name.padEnd(48)} ${(await peakMibOf(running.pid)).toFixed(0).padStart(5)} MiB at most`,
    );
  } finally {
    await running.close();
  }
}

async function deliver(
  { storage }: Services,
  url: string,
  name: string,
  bytes: Buffer,
): Promise<void> {
  const finalized: unknown[] = [];
  const stop = storage.onFinalize((object) => finalized.push(object));
  storage.objects.put("recordings", name, bytes);
  stop();
  const headers = {
    "content-type": "application/json",
    "ce-specversion": "1.0",
    "ce-id": name,
    "ce-source": "//storage.googleapis.com/projects/_/buckets/recordings",
    "ce-type": objectFinalizedType,
  };
  const response = await fetch(url, {
    method: "POST",
    headers,
    body: JSON.stringify(finalized[0]),
  });
  if (response.status !== 204) throw new Error(`${url} answered ${response.status}`);
}

/** The samples of a RIFF file (its last chunk here). */
const dataOf = (wav: Buffer) => wav.subarray(wav.indexOf("data") + 8);

function repeatWav(wav: Buffer, times: number): Buffer {
  const data = dataOf(wav);
  const head = Buffer.from(wav.subarray(0, wav.length - data.length));
  head.writeUInt32LE(head.length - 8 + data.length * times, 4);
  head.writeUInt32LE(data.length * times, head.length - 4);
  return Buffer.concat([head, ...Array.from({ length: times }, () => data)]);
}
