/**
 * A crawl in a process of its own, on a clock that may run faster: prints its outcome as one line of JSON and
 * ends. Environment: that of the function `crawl`, and `CLOCK` = {"start": ms, "factor": number}.
 */
import { Firestore } from "@google-cloud/firestore";
import { Storage } from "@google-cloud/storage";
import { crawl } from "#functions/crawl/crawl.ts";
import { sourceOpener } from "#functions/crawl/open-source.ts";
import { planCrawl } from "#functions/crawl/plan.ts";
import { openCrawls } from "#shared/catalog/crawls.ts";
import { CrawlConfig, parseConfig } from "#shared/config.ts";
import { setLogLevel } from "#shared/log.ts";
import { openObjects } from "#shared/objects/objects.ts";
import { openStored } from "#shared/objects/stored.ts";
import { peakMemoryMiB } from "../bench/peak-memory.ts";
import { fastClock } from "./fast-clock.ts";

const config = parseConfig(CrawlConfig, process.env);
setLogLevel("ERROR");
const projectId = config.GOOGLE_CLOUD_PROJECT;
const firestore = new Firestore({ projectId });
const storage = new Storage({ projectId });
const clock = fastClock(
  JSON.parse(process.env["CLOCK"] ?? '{"start":0,"factor":1}') as Parameters<typeof fastClock>[0],
);
const startedAt = performance.now();
const startMiB = process.memoryUsage.rss() / 2 ** 20;
const outcome = await crawl(
  {
    objects: openObjects(storage, config.RECORDINGS_BUCKET),
    stored: openStored(storage, config.RECORDINGS_BUCKET),
    crawls: openCrawls(firestore),
    // The row goes to the parent, which counts it; the warehouse has tests of its own.
    warehouse: {
      insert: async (_table, _insertId, row) => {
        process.send?.({ row });
        await Promise.resolve();
      },
    },
    clock,
    openSource: sourceOpener(config, {
      firestore,
      clock,
      references: null,
      googleRequest: async () => Promise.reject(new Error("no secret is asked for here")),
    }),
  },
  planCrawl(config, {}, "local"),
);
const { user, system } = process.cpuUsage();
process.send?.({
  outcome,
  seconds: (performance.now() - startedAt) / 1000,
  cpuSeconds: (user + system) / 1e6,
  startMiB,
  peakMiB: peakMemoryMiB(),
});
await firestore.terminate();
process.disconnect?.();
