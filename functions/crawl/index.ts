import { BigQuery } from "@google-cloud/bigquery";
import { Firestore } from "@google-cloud/firestore";
import { http } from "@google-cloud/functions-framework";
import { Storage } from "@google-cloud/storage";
import { openCatalog } from "#shared/catalog/catalog.ts";
import { CrawlConfig, parseConfig } from "#shared/config.ts";
import { openFreesound } from "#shared/freesound/freesound.ts";
import { setLogLevel } from "#shared/log.ts";
import { openObjects } from "#shared/objects/objects.ts";
import { openWarehouse } from "#shared/warehouse/warehouse.ts";
import { handleCrawl } from "./handler.ts";

const config = parseConfig(CrawlConfig, process.env);
setLogLevel(config.LOG_LEVEL);
const projectId = config.GOOGLE_CLOUD_PROJECT;
const freesound = { baseUrl: config.FREESOUND_BASE_URL, apiKey: config.FREESOUND_API_KEY };

http(
  "crawl",
  handleCrawl(config, {
    objects: openObjects(new Storage({ projectId }), config.RECORDINGS_BUCKET),
    catalog: openCatalog(new Firestore({ projectId })),
    warehouse: openWarehouse(new BigQuery({ projectId }), config.BIGQUERY_DATASET),
    openFreesound: () => openFreesound(freesound),
  }),
);
