import { BigQuery } from "@google-cloud/bigquery";
import { Firestore } from "@google-cloud/firestore";
import { cloudEvent } from "@google-cloud/functions-framework";
import { PubSub } from "@google-cloud/pubsub";
import { Storage } from "@google-cloud/storage";
import { readAudio } from "#shared/audio/read.ts";
import { openCatalog } from "#shared/catalog/catalog.ts";
import { LoadConfig, parseConfig, toAudioLimits } from "#shared/config.ts";
import { openEvents, receive } from "#shared/events.ts";
import { setLogLevel } from "#shared/log.ts";
import { openObjects } from "#shared/objects/objects.ts";
import { runStage } from "#shared/stage.ts";
import { openWarehouse } from "#shared/warehouse/warehouse.ts";
import { loadStage } from "./load.ts";

const config = parseConfig(LoadConfig, process.env);
setLogLevel(config.LOG_LEVEL);
const projectId = config.GOOGLE_CLOUD_PROJECT;
const edges = {
  catalog: openCatalog(new Firestore({ projectId })),
  warehouse: openWarehouse(new BigQuery({ projectId }), config.BIGQUERY_DATASET),
  events: openEvents(new PubSub({ projectId }), config.EVENTS_TOPIC, config.DEAD_LETTERS_TOPIC),
};
const objects = openObjects(new Storage({ projectId }), config.RECORDINGS_BUCKET);
const stage = loadStage({ objects, readAudio }, toAudioLimits(config));

cloudEvent(
  "load",
  receive(config.RECORDINGS_BUCKET, (object, eventId) => runStage(edges, stage, object, eventId)),
);
