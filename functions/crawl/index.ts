import { BigQuery } from "@google-cloud/bigquery";
import { Firestore } from "@google-cloud/firestore";
import { http } from "@google-cloud/functions-framework";
import { Storage } from "@google-cloud/storage";
import { openCrawls } from "#shared/catalog/crawls.ts";
import { systemClock } from "#shared/clock.ts";
import { CrawlConfig, parseConfig } from "#shared/config.ts";
import { setLogLevel } from "#shared/log.ts";
import { openObjects } from "#shared/objects/objects.ts";
import { openStored } from "#shared/objects/stored.ts";
import { openWarehouse } from "#shared/warehouse/warehouse.ts";
import { answerBrokenBodies } from "./broken-body.ts";
import { handleCrawl } from "./handler.ts";
import { sourceOpener } from "./open-source.ts";

const config = parseConfig(CrawlConfig, process.env);
setLogLevel(config.LOG_LEVEL);
const projectId = config.GOOGLE_CLOUD_PROJECT;
const storage = new Storage({ projectId });
const firestore = new Firestore({ projectId });
const references =
  config.REFERENCES_BUCKET === undefined ? null : openObjects(storage, config.REFERENCES_BUCKET);

answerBrokenBodies();
http(
  "crawl",
  handleCrawl(config, {
    objects: openObjects(storage, config.RECORDINGS_BUCKET),
    stored: openStored(storage, config.RECORDINGS_BUCKET),
    crawls: openCrawls(firestore),
    warehouse: openWarehouse(new BigQuery({ projectId }), config.BIGQUERY_DATASET),
    clock: systemClock,
    openSource: sourceOpener(config, {
      firestore,
      clock: systemClock,
      references,
      googleRequest: (options) => storage.authClient.request(options),
    }),
  }),
);
