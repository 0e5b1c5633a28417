import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Firestore } from "@google-cloud/firestore";
import { Storage } from "@google-cloud/storage";
import {
  type FreesoundEmulator,
  type FreesoundOptions,
  localApiKey,
  startFreesoundEmulator,
} from "#emulators/freesound/index.ts";
import type { Sound } from "#emulators/freesound/sound.ts";
import { type StorageEmulator, startStorageEmulator } from "#emulators/storage/index.ts";
import { crawl } from "#functions/crawl/crawl.ts";
import type { CrawlEdges } from "#functions/crawl/edges.ts";
import { graceMs, progressMs } from "#functions/crawl/life.ts";
import { sourceOpener } from "#functions/crawl/open-source.ts";
import { type CrawlPlan, planCrawl } from "#functions/crawl/plan.ts";
import type { CrawlReport } from "#functions/crawl/report.ts";
import { CrawlRequest } from "#functions/crawl/request.ts";
import { openCrawls } from "#shared/catalog/crawls.ts";
import { type Clock, systemClock } from "#shared/clock.ts";
import { CrawlConfig, parseConfig } from "#shared/config.ts";
import { setLogLevel } from "#shared/log.ts";
import { openObjects } from "#shared/objects/objects.ts";
import { openStored } from "#shared/objects/stored.ts";
import type { Reach } from "#shared/web/request.ts";
import { firestoreTargets } from "./google-targets.ts";
import type { Row } from "#shared/warehouse/warehouse.ts";

// There is no metadata server here, and Google's client takes seconds to find that out.
process.env["METADATA_SERVER_DETECTION"] ??= "none";

export const bucket = "recordings";
export const references = "references";
setLogLevel("ERROR");

const anyFile = Buffer.from("ID3 as good as any file: what is inside is for load to judge");

/** The crawl with its real edges on local servers; only the warehouse is a list of rows. */
export interface Harness {
  readonly freesound: FreesoundEmulator;
  readonly storage: StorageEmulator;
  readonly firestore: Firestore;
  /** Address of the Firestore server. */
  readonly firestoreUrl: string;
  /** What every sound's preview is. */
  readonly file: Buffer;
  readonly edges: CrawlEdges;
  readonly rows: Row[];
  readonly environment: Record<string, string>;
  /** Adds sounds with ids from `first` on, an hour after another unless told otherwise. */
  addSounds(count: number, options?: { first?: number; since?: string; apartMs?: number }): void;
  plan(request?: object, settings?: Record<string, string>, plan?: Partial<CrawlPlan>): CrawlPlan;
  /** A crawl to its end. */
  crawl(
    request?: object,
    settings?: Record<string, string>,
    plan?: Partial<CrawlPlan>,
  ): Promise<CrawlReport>;
  /** Ids of the sounds that are stored. */
  storedIds(): number[];
  close(): Promise<void>;
}

/** Our Firestore, or Google's where that takes part in the tests. */
const startFirestore = () => {
  const target = firestoreTargets.at(-1);
  if (target === undefined) throw new Error("there is a Firestore to test with");
  return target.start();
};

/** Starts the servers. `file` is the preview of every sound. */
export async function startHarness({
  clock = systemClock,
  reach,
  file = anyFile,
  ...options
}: Omit<FreesoundOptions, "clock"> & {
  clock?: Clock;
  reach?: Reach;
  file?: Buffer;
} = {}): Promise<Harness> {
  const folder = await mkdtemp(join(tmpdir(), "earmark-"));
  const path = join(folder, "seed.mp3");
  await writeFile(path, file);
  const [freesound, storage, emulator] = await Promise.all([
    startFreesoundEmulator({ folder, clock: () => clock.now(), ...options }),
    startStorageEmulator(),
    startFirestore(),
  ]);
  const [seed] = freesound.sounds.list();
  if (seed === undefined) throw new Error("the folder has a sound");
  freesound.sounds.remove(seed.id);
  for (const name of [bucket, references]) storage.objects.createBucket(name);
  const firestore = new Firestore({ projectId: "test", host: emulator.url, ssl: false });
  const client = new Storage({ apiEndpoint: storage.url, projectId: "test" });
  const environment = {
    GOOGLE_CLOUD_PROJECT: "test",
    RECORDINGS_BUCKET: bucket,
    REFERENCES_BUCKET: references,
    FREESOUND_BASE_URL: freesound.url,
    FREESOUND_API_KEY: localApiKey,
  };
  const rows: Row[] = [];
  const parse = (settings = {}) => parseConfig(CrawlConfig, { ...environment, ...settings });
  const edges = (settings = {}): CrawlEdges => ({
    objects: openObjects(client, bucket),
    stored: openStored(client, bucket),
    crawls: openCrawls(firestore),
    warehouse: {
      insert: async (_table, _insertId, row) => {
        rows.push(row);
        await Promise.resolve();
      },
    },
    clock,
    openSource: sourceOpener(parse(settings), {
      firestore,
      clock,
      references: openObjects(client, references),
      googleRequest: async () => Promise.reject(new Error("no secret is asked for here")),
      ...(reach === undefined ? {} : { reach }),
    }),
  });
  const plan: Harness["plan"] = (request = {}, settings = {}, changes = {}) => ({
    ...planCrawl(parse(settings), CrawlRequest.parse(request), "http"),
    ...changes,
  });
  return {
    freesound,
    storage,
    firestore,
    firestoreUrl: emulator.url,
    file,
    edges: edges(),
    rows,
    environment,
    plan,
    addSounds(count, { first = 1, since = "2024-01-01T00:00:00Z", apartMs = 3_600_000 } = {}) {
      for (let index = 0; index < count; index++) {
        const id = first + index;
        const created = new Date(Date.parse(since) + index * apartMs);
        const license = "https://creativecommons.org/publicdomain/zero/1.0/";
        const name = `talk-${id}.mp3`;
        const sound: Sound = { ...seed, id, name, license, created, tags: ["speech"] };
        freesound.sounds.put(sound);
      }
    },
    async crawl(request, settings, changes) {
      const report = await crawl(edges(settings), plan(request, settings, changes));
      if ("crawlId" in report) throw new Error(`crawl ${report.crawlId} is running`);
      return report;
    },
    storedIds: () =>
      storage.objects
        .list(bucket)
        .map(({ name }) => Number(/(\d+)\./.exec(name)?.[1]))
        .toSorted((a, b) => a - b),
    async close() {
      await firestore.terminate();
      await Promise.all([freesound.close(), storage.close(), emulator.close()]);
      await rm(folder, { recursive: true });
    },
  };
}

/**
 * A clock that stands still but for its sleepers: who waits in the foreground jumps ahead at once, and takes
 * along those in the background (`background` tells them by how long they sleep) whose time comes by that.
 */
export class JumpingClock implements Clock {
  #now: number;
  readonly #background: ReadonlySet<number>;
  #sleepers: { at: number; wake: () => void }[] = [];

  constructor(start: string, background: readonly number[]) {
    this.#now = Date.parse(start);
    this.#background = new Set(background);
  }

  now(): number {
    return this.#now;
  }

  jump(ms: number): void {
    this.#now += ms;
    const due = this.#sleepers.filter(({ at }) => at <= this.#now);
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
    for (const { wake } of due) wake();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (!this.#background.has(ms)) return this.jump(ms);
    await new Promise<void>((resolve, reject) => {
      const sleeper = { at: this.#now + ms, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener("abort", () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal.reason as Error);
      });
    });
  }
}

/** The sleeps in the background of a crawl under `plan`: its deadline, its heartbeat and what it waits for then. */
export const backgroundOf = ({
  runMs,
  leaseMs,
}: Pick<CrawlPlan, "runMs" | "leaseMs">): number[] => [runMs, leaseMs / 3, progressMs, graceMs];
