import { BigQuery } from "@google-cloud/bigquery";
import { Firestore } from "@google-cloud/firestore";
import { PubSub } from "@google-cloud/pubsub";
import { startBigqueryEmulator } from "../bigquery/index.ts";
import type { Emulator } from "../emulator.ts";
import { startFirestoreEmulator } from "../firestore/index.ts";
import { type FreesoundEmulator, startFreesoundEmulator } from "../freesound/index.ts";
import { startGoogleFirestore, startGooglePubsub } from "../google.ts";
import { startPubsubEmulator } from "../pubsub/index.ts";
import { type StorageEmulator, startStorageEmulator } from "../storage/index.ts";
import type { Environment } from "./state.ts";

export const serviceNames = ["storage", "firestore", "pubsub", "bigquery", "freesound"] as const;
export type ServiceName = (typeof serviceNames)[number];

export interface ServiceOptions {
  readonly projectId: string;
  /** Firestore database that the client opens; undefined is `(default)`. The emulator has any. */
  readonly databaseId?: string;
  /** Folder of audio that the local Freesound serves; undefined is the bundled sounds. */
  readonly soundsFolder?: string | undefined;
  readonly ports?: Partial<Readonly<Record<ServiceName, number>>>;
  /** Google's own Firestore and Pub/Sub emulators in the place of ours. */
  readonly googleEmulators?: boolean;
}

/** Every local server, and the environment that points clients at them. */
export interface Services {
  readonly storage: StorageEmulator;
  readonly freesound: FreesoundEmulator;
  readonly environment: Environment;
  readonly clients: { bigquery: BigQuery; firestore: Firestore; pubsub: PubSub };
  close(): Promise<void>;
}

/** Starts them all; when one cannot start, those that did are ended again. */
export async function startServices(options: ServiceOptions): Promise<Services> {
  const { projectId, databaseId = "(default)", ports = {}, googleEmulators = false } = options;
  // There is no metadata server here, and Google's clients take seconds to find that out.
  process.env["METADATA_SERVER_DETECTION"] ??= "none";
  process.env["GRPC_VERBOSITY"] ??= "NONE"; // a taken port becomes an error of ours
  const at = (name: ServiceName) => ({ port: ports[name] ?? 0 });
  const started: Emulator[] = [];
  const keep = async <T extends Emulator>(starting: Promise<T>): Promise<T> => {
    const emulator = await starting;
    started.push(emulator);
    return emulator;
  };
  const folder = options.soundsFolder === undefined ? {} : { folder: options.soundsFolder };
  const storageStarting = keep(startStorageEmulator(at("storage")));
  const starting = [
    storageStarting,
    keep(startFreesoundEmulator({ ...at("freesound"), ...folder })),
    keep(
      googleEmulators
        ? startGoogleFirestore(at("firestore"))
        : startFirestoreEmulator(at("firestore")),
    ),
    keep(googleEmulators ? startGooglePubsub(at("pubsub")) : startPubsubEmulator(at("pubsub"))),
    // Its load and extract jobs read and write the buckets.
    storageStarting.then(({ url: storageUrl }) =>
      keep(startBigqueryEmulator({ ...at("bigquery"), projectId, storageUrl })),
    ),
  ] as const;
  const close = async () => {
    await Promise.all(started.map((emulator) => emulator.close()));
  };
  try {
    const [storage, freesound, firestore, pubsub, bigquery] = await Promise.all(starting);
    const clients = {
      bigquery: new BigQuery({ projectId, apiEndpoint: bigquery.url }),
      firestore: new Firestore({ projectId, databaseId, host: firestore.url, ssl: false }),
      pubsub: new PubSub({ projectId, apiEndpoint: pubsub.url, emulatorMode: true }),
    };
    return {
      storage,
      freesound,
      clients,
      environment: {
        STORAGE_EMULATOR_HOST: storage.url,
        FIRESTORE_EMULATOR_HOST: firestore.url,
        PUBSUB_EMULATOR_HOST: pubsub.url,
        BIGQUERY_EMULATOR_HOST: bigquery.url,
        FREESOUND_BASE_URL: freesound.url,
        GOOGLE_CLOUD_PROJECT: projectId,
      },
      async close() {
        // Whatever a client says, the servers end.
        await Promise.allSettled([clients.firestore.terminate(), clients.pubsub.close()]);
        await close();
      },
    };
  } catch (error) {
    await Promise.allSettled(starting);
    await close();
    throw error;
  }
}
