import { BigQuery } from "@google-cloud/bigquery";
import { Firestore } from "@google-cloud/firestore";
import { cloudEvent } from "@google-cloud/functions-framework";
import { PubSub } from "@google-cloud/pubsub";
import { Storage } from "@google-cloud/storage";
import { readAudio } from "#shared/audio/read.ts";
import { openCatalog } from "#shared/catalog/catalog.ts";
import { ClassifyConfig, parseConfig, toAudioLimits } from "#shared/config.ts";
import { openEvents, receive } from "#shared/events.ts";
import { setLogLevel } from "#shared/log.ts";
import { openObjects } from "#shared/objects/objects.ts";
import { runStage } from "#shared/stage.ts";
import { openWarehouse } from "#shared/warehouse/warehouse.ts";
import { classifyStage } from "./classify.ts";

const config = parseConfig(ClassifyConfig, process.env);
setLogLevel(config.LOG_LEVEL);
const projectId = config.GOOGLE_CLOUD_PROJECT;
const edges = {
  catalog: openCatalog(new Firestore({ projectId })),
  warehouse: openWarehouse(new BigQuery({ projectId }), config.BIGQUERY_DATASET),
  events: openEvents(new PubSub({ projectId }), config.EVENTS_TOPIC, config.DEAD_LETTERS_TOPIC),
};
const storage = new Storage({ projectId });
const recordings = openObjects(storage, config.RECORDINGS_BUCKET);
const references = openObjects(storage, config.REFERENCES_BUCKET);
const stage = classifyStage(
  { recordings, references, readAudio },
  {
    limits: toAudioLimits(config),
    thresholds: config.LABEL_THRESHOLDS,
    fixedReference: config.FIXED_REFERENCE,
  },
);

cloudEvent(
  "classify",
  receive(config.RECORDINGS_BUCKET, (object, eventId) => runStage(edges, stage, object, eventId)),
);
