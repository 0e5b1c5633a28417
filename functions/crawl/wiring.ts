import { BigQuery } from "@google-cloud/bigquery";
import { Firestore } from "@google-cloud/firestore";
import { Storage } from "@google-cloud/storage";
import { openCrawls } from "#shared/catalog/crawls.ts";
import { systemClock } from "#shared/clock.ts";
import type { CrawlConfig } from "#shared/config.ts";
import { openObjects } from "#shared/objects/objects.ts";
import { openStored } from "#shared/objects/stored.ts";
import { openWarehouse } from "#shared/warehouse/warehouse.ts";
import { handleCrawl } from "./handler.ts";
import { sourceOpener } from "./open-source.ts";

/** The clients, the edges over them and the handler over those: what one request is given to. */
export function wire(config: CrawlConfig) {
  const projectId = config.GOOGLE_CLOUD_PROJECT;
  const storage = new Storage({ projectId });
  const firestore = new Firestore({ projectId, databaseId: config.FIRESTORE_DATABASE });
  const references =
    config.REFERENCES_BUCKET === undefined ? null : openObjects(storage, config.REFERENCES_BUCKET);
  return handleCrawl(config, {
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
  });
}
