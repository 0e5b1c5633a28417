import { BigQuery } from "@google-cloud/bigquery";
import { Firestore } from "@google-cloud/firestore";
import { PubSub } from "@google-cloud/pubsub";
import { Storage } from "@google-cloud/storage";
import { readAudio } from "#shared/audio/read.ts";
import { openCatalog } from "#shared/catalog/catalog.ts";
import type { ClassifyConfig } from "#shared/config.ts";
import { type ObjectFinalized, openEvents } from "#shared/events.ts";
import { openObjects } from "#shared/objects/objects.ts";
import { runStage } from "#shared/stage.ts";
import { openWarehouse } from "#shared/warehouse/warehouse.ts";
import { classifyStage, toSettings } from "./classify.ts";
import { openModel } from "./model.ts";

/** The clients, the edges over them and the stage over those: what one event is given to. */
export function wire(config: ClassifyConfig) {
  const projectId = config.GOOGLE_CLOUD_PROJECT;
  const edges = {
    catalog: openCatalog(new Firestore({ projectId, databaseId: config.FIRESTORE_DATABASE })),
    warehouse: openWarehouse(new BigQuery({ projectId }), config.BIGQUERY_DATASET),
    events: openEvents(new PubSub({ projectId }), config.EVENTS_TOPIC, config.DEAD_LETTERS_TOPIC),
  };
  const storage = new Storage({ projectId });
  const open = (bucket: string) => openObjects(storage, bucket);
  const stage = classifyStage(
    {
      recordings: open(config.RECORDINGS_BUCKET),
      references: open(config.REFERENCES_BUCKET),
      readAudio,
      dnsmos: openModel(config, open),
    },
    toSettings(config),
  );
  return (object: ObjectFinalized, eventId: string) => runStage(edges, stage, object, eventId);
}
