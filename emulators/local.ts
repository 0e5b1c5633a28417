/**
 * The whole of Earmark on one machine: every emulator in this process, each function in a process of its own,
 * wired as terraform/ wires the real one.
 */
import { ClassifyConfig, CrawlConfig, LoadConfig, parseConfig } from "#shared/config.ts";
import { startEventarc, type Eventarc } from "./eventarc/index.ts";
import { localApiKey } from "./freesound/index.ts";
import { addReferences } from "./local/references.ts";
import { createTopics, createWarehouse } from "./local/resources.ts";
import { type ServiceOptions, type Services, startServices } from "./local/services.ts";
import { type FunctionProcess, startFunction } from "./local/supervise.ts";

/** The flow by name, the same that terraform/ deploys. */
export const flow = {
  recordingsBucket: (project: string) => `${project}-earmark-recordings`,
  referencesBucket: (project: string) => `${project}-earmark-references`,
  dataset: "earmark",
  /** Of a deployment; on one machine it is Firestore's own `(default)`, so that any client finds it. */
  cloudDatabase: "earmark",
  eventsTopic: "earmark-events",
  deadLettersTopic: "earmark-dead-letters",
  /**
   * Functions that a finalized object in the recordings bucket triggers, and how many events each takes at once:
   * one, since each may decode a file of any kind in the memory of a small instance.
   */
  triggers: { load: 1, classify: 1 },
} as const;

/** Local seconds pass this much faster for redelivery: 10 s of backoff is 10 ms, 24 h is 86 s. */
const eventarcClock = 1 / 1000;

export interface LocalOptions extends Omit<ServiceOptions, "projectId"> {
  readonly projectId?: string;
  /** Folder of clean references: `NAME.flac` pairs with the sound `NAME.*`, or an object name as it is. */
  readonly referencesFolder?: string | undefined;
  /** Settings of the functions, on top of the local ones. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A line that a function printed. */
  readonly onLine?: (name: string, line: string) => void;
}

export interface Local extends Services {
  readonly projectId: string;
  readonly functions: Readonly<Record<"crawl" | "load" | "classify", FunctionProcess>>;
  readonly eventarc: Eventarc;
}

/** Starts everything. `close()` ends everything, child processes included. */
export async function startLocal(options: LocalOptions = {}): Promise<Local> {
  const { projectId = "earmark-local", onLine = () => {} } = options;
  const settings = {
    RECORDINGS_BUCKET: flow.recordingsBucket(projectId),
    REFERENCES_BUCKET: flow.referencesBucket(projectId),
    BIGQUERY_DATASET: flow.dataset,
    EVENTS_TOPIC: flow.eventsTopic,
    DEAD_LETTERS_TOPIC: flow.deadLettersTopic,
    FREESOUND_API_KEY: localApiKey,
    FIRESTORE_DATABASE: "(default)",
    LOG_LEVEL: "ERROR",
    ...options.settings,
  };
  // Before anything is started: a wrong setting is a person's to mend.
  for (const config of [CrawlConfig, LoadConfig, ClassifyConfig])
    parseConfig(config, { GOOGLE_CLOUD_PROJECT: projectId, ...settings });
  const databaseId = settings.FIRESTORE_DATABASE;
  const services = await startServices({ ...options, projectId, databaseId });
  const processes: Promise<FunctionProcess>[] = [];
  const eventarc = startEventarc({ projectId, clock: eventarcClock });
  const close = async () => {
    eventarc.close();
    const ended = await Promise.allSettled(processes);
    const running = ended.filter((start) => start.status === "fulfilled");
    await Promise.all(running.map(({ value }) => value.close()));
    await services.close();
  };
  try {
    const { RECORDINGS_BUCKET: recordings, REFERENCES_BUCKET: references } = settings;
    const { storage, freesound, clients } = services;
    for (const bucket of [recordings, references]) storage.objects.createBucket(bucket);
    await addReferences(storage.objects, references, freesound.sounds, options);

    const environment = {
      ...services.environment,
      METADATA_SERVER_DETECTION: "none", // there is none, and asking takes two seconds
      ...settings,
    };
    const start = (name: string, nodeOptions: readonly string[] = []) => {
      const say = (line: string) => onLine(name, line);
      const starting = startFunction(name, environment, say, nodeOptions);
      processes.push(starting);
      return starting;
    };
    const [crawl, load, classify] = await Promise.all([
      // Node clears late where it may grow: a crawl of ten thousand sounds lives in 65 MiB.
      start("crawl", ["--max-old-space-size=192"]),
      start("load"),
      start("classify"),
      createWarehouse(clients.bigquery, flow.dataset),
      createTopics(clients.pubsub, flow.eventsTopic, flow.deadLettersTopic),
    ]);
    const functions = { crawl, load, classify };
    for (const name of ["load", "classify"] as const)
      eventarc.addTrigger({
        name,
        bucket: recordings,
        url: functions[name].url,
        concurrency: flow.triggers[name],
      });
    storage.onFinalize((object) => eventarc.publish(object));
    eventarc.onDeadLetter(({ trigger, event }) => {
      const attributes = { trigger, id: event.id };
      const topic = clients.pubsub.topic(flow.deadLettersTopic);
      topic.publishMessage({ json: event, attributes }).catch((error: unknown) => {
        onLine(trigger, `the dead letter of event ${event.id} could not be kept: ${String(error)}`);
      });
    });
    return { ...services, projectId, functions, eventarc, close };
  } catch (error) {
    await close();
    throw error;
  }
}
