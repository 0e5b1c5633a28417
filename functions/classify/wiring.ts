import { BigQuery } from "@google-cloud/bigquery";
import { Firestore } from "@google-cloud/firestore";
import { PubSub } from "@google-cloud/pubsub";
import { Storage } from "@google-cloud/storage";
import { readAudio } from "#shared/audio/read.ts";
import { openCatalog } from "#shared/catalog/catalog.ts";
import { type ClassifyConfig, toAudioLimits } from "#shared/config.ts";
import { type ObjectFinalized, openEvents } from "#shared/events.ts";
import { openObjects } from "#shared/objects/objects.ts";
import { runStage } from "#shared/stage.ts";
import { openWarehouse } from "#shared/warehouse/warehouse.ts";
import { classifyStage } from "./classify.ts";

/** The clients, the edges over them and the stage over those: what one event is given to. */
export function wire(config: ClassifyConfig) {
  const projectId = config.GOOGLE_CLOUD_PROJECT;
  const edges = {
    catalog: openCatalog(new Firestore({ projectId, databaseId: config.FIRESTORE_DATABASE })),
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
  return (object: ObjectFinalized, eventId: string) => runStage(edges, stage, object, eventId);
}
