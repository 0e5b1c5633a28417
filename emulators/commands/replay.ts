import { BigQuery } from "@google-cloud/bigquery";
import { Firestore } from "@google-cloud/firestore";
import { PubSub } from "@google-cloud/pubsub";
import { Storage } from "@google-cloud/storage";
import { classifyStage, toSettings } from "#functions/classify/classify.ts";
import { openModel } from "#functions/classify/model.ts";
import { loadStage } from "#functions/load/load.ts";
import { readAudio } from "#shared/audio/read.ts";
import { openCatalog } from "#shared/catalog/catalog.ts";
import type { Stage } from "#shared/catalog/recording.ts";
import { ClassifyConfig, parseConfig, toAudioLimits } from "#shared/config.ts";
import { ObjectFinalized, openEvents } from "#shared/events.ts";
import { setLogLevel } from "#shared/log.ts";
import { openObjects } from "#shared/objects/objects.ts";
import { runStage } from "#shared/stage.ts";
import { openWarehouse } from "#shared/warehouse/warehouse.ts";
import { flow } from "../local.ts";
import { parseOptions, run, UsageError } from "./cli.ts";
import { localEnvironment } from "./connect.ts";
import { query } from "./query.ts";
import { toCell } from "./table.ts";

const help = `npm run replay -- SELECTION [options]

Puts recordings through a stage again, from this machine, with the settings of the environment
(MAX_DURATION_SECONDS, LABEL_THRESHOLDS, …).

  --rejected           what was rejected and is not loaded or classified since
  --where "CONDITION"  any selection of audio_info, for example "quality_label IS NULL"
  --stage STAGE        load, classify, or both (default both; with --rejected the stage that rejected)
  --project ID         in the cloud (default: the local Earmark that runs)
  --help
`;

void run(async (args) => {
  const { values } = parseOptions({
    args,
    options: {
      rejected: { type: "boolean", default: false },
      where: { type: "string" },
      stage: { type: "string", default: "both" },
      project: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  if (values.rejected === (values.where !== undefined))
    throw new UsageError('name a selection: either --rejected or --where "CONDITION"');
  const stages = toStages(values.stage);
  if (values.project === undefined) {
    const { environment } = localEnvironment("BIGQUERY_EMULATOR_HOST");
    Object.assign(process.env, environment);
  } else {
    process.env["GOOGLE_CLOUD_PROJECT"] = values.project;
    process.env["FIRESTORE_DATABASE"] ??= flow.cloudDatabase;
  }
  const replay = openReplay(process.env);
  const selected = await replay.select(values.where);
  let failed = 0;
  for (const { id, rejectedBy } of selected)
    for (const stage of stages) {
      if (values.rejected && !rejectedBy.includes(stage)) continue;
      const outcome = await replay.run(id, stage);
      if (outcome !== "done") failed++;
      process.stdout.write(`${id} ${stage}: ${outcome}\n`);
    }
  process.stdout.write(`${selected.length} recordings selected, ${failed} not done\n`);
  await replay.close();
  if (failed > 0) process.exitCode = 1;
});

function toStages(text: string): readonly Stage[] {
  if (text === "both") return ["load", "classify"];
  if (text === "load" || text === "classify") return [text];
  throw new UsageError(`--stage takes load, classify or both, not "${text}"`);
}

/** The stages with the clients of their functions. */
function openReplay(environment: NodeJS.ProcessEnv) {
  const project = environment["GOOGLE_CLOUD_PROJECT"] ?? "";
  const config = parseConfig(ClassifyConfig, {
    RECORDINGS_BUCKET: flow.recordingsBucket(project),
    REFERENCES_BUCKET: flow.referencesBucket(project),
    LOG_LEVEL: "ERROR",
    ...environment,
  });
  setLogLevel(config.LOG_LEVEL);
  const projectId = config.GOOGLE_CLOUD_PROJECT;
  const bigquery = new BigQuery({ projectId });
  const firestore = new Firestore({ projectId, databaseId: config.FIRESTORE_DATABASE });
  const [storage, pubsub] = [new Storage({ projectId }), new PubSub({ projectId })];
  const edges = {
    catalog: openCatalog(firestore),
    warehouse: openWarehouse(bigquery, config.BIGQUERY_DATASET),
    events: openEvents(pubsub, config.EVENTS_TOPIC, config.DEAD_LETTERS_TOPIC),
  };
  const open = (bucket: string) => openObjects(storage, bucket);
  const [recordings, references] = [config.RECORDINGS_BUCKET, config.REFERENCES_BUCKET].map(open);
  const plans = {
    load: loadStage({ objects: recordings, readAudio }, toAudioLimits(config)),
    classify: classifyStage(
      { recordings, references, readAudio, dnsmos: openModel(config, open) },
      toSettings(config),
    ),
  };
  const inDataset = { defaultDataset: config.BIGQUERY_DATASET };
  return {
    /** Recordings that meet a condition on `audio_info`; without one, those that a stage rejected and has not done. */
    async select(condition: string | undefined) {
      const where =
        condition ??
        "(rejected_by_load AND loaded_at IS NULL) OR (rejected_by_classify AND classified_at IS NULL)";
      const statement = `
        SELECT id, rejected_by_load, rejected_by_classify
        FROM (
          SELECT
            audio_info.*,
            COALESCE(refused.stages LIKE '%load%', FALSE) AS rejected_by_load,
            COALESCE(refused.stages LIKE '%classify%', FALSE) AS rejected_by_classify
          FROM audio_info
          LEFT JOIN (SELECT id, STRING_AGG(stage) AS stages FROM rejections GROUP BY id) AS refused USING (id)
        )
        WHERE ${where}
        ORDER BY id`;
      const rows = await query(bigquery, statement, inDataset).catch((cause: unknown) => {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new UsageError(`the selection cannot be made: ${why}`, { cause });
      });
      return rows.map((row) => ({
        id: toCell(row["id"] ?? null),
        rejectedBy: (["load", "classify"] as const).filter((stage) => row[`rejected_by_${stage}`]),
      }));
    },

    /** Runs a stage on the newest version of a recording. */
    async run(id: string, stage: Stage): Promise<string> {
      const file = storage.bucket(config.RECORDINGS_BUCKET).file(id);
      const [exists] = await file.exists();
      if (!exists) return "not in the bucket any more";
      const [metadata] = await file.getMetadata();
      const object = ObjectFinalized.parse(metadata);
      await edges.catalog.reopen(id, stage);
      await runStage(edges, plans[stage], object, null);
      const known = await edges.catalog.rejection(id, stage);
      return known === null ? "done" : `rejected again, ${known.reason}: ${known.detail}`;
    },

    async close() {
      await Promise.all([firestore.terminate(), pubsub.close()]);
    },
  };
}
