import { randomUUID } from "node:crypto";
import { credentials } from "@grpc/grpc-js";
import {
  type CollectionReference,
  type DocumentReference,
  Firestore,
  type Query,
  v1,
} from "@google-cloud/firestore";
import { afterAll, beforeAll } from "vitest";
import type { Emulator } from "#emulators/emulator.ts";
import type { Target } from "./google-targets.ts";

const projectId = "earmark-contract";

type WireClient = InstanceType<typeof v1.FirestoreClient>;

/** The official client on a target that starts before the suite's tests and ends after them. */
export interface Connection {
  readonly db: Firestore;
  readonly emulator: Emulator;
  /** An empty collection of its own for one test. */
  collection(): CollectionReference;
  /** The client below the official one: the methods as they are on the wire. */
  readonly wire: WireClient;
  /** `projects/P/databases/(default)` */
  readonly database: string;
  /** A second client, closed with the suite. */
  open(settings?: { databaseId?: string; host?: string }): Firestore;
}

export function useFirestore(target: Target): Connection {
  let emulator: Emulator;
  let db: Firestore;
  let wire: WireClient;
  const clients: Firestore[] = [];
  const open: Connection["open"] = ({ databaseId = "(default)", host = emulator.url } = {}) => {
    process.env["FIRESTORE_EMULATOR_HOST"] = host;
    const client = new Firestore({ projectId, databaseId });
    clients.push(client);
    return client;
  };
  beforeAll(async () => {
    // Without this the client looks for Google's metadata server before its first call.
    process.env["METADATA_SERVER_DETECTION"] = "none";
    emulator = await target.start();
    db = open();
    wire = new v1.FirestoreClient({
      apiEndpoint: "127.0.0.1",
      port: emulator.port,
      sslCreds: credentials.createInsecure(),
      projectId,
    });
  });
  afterAll(async () => {
    await wire.close();
    await Promise.all(clients.map((client) => client.terminate()));
    await emulator.close();
  });
  return {
    get db() {
      return db;
    },
    get emulator() {
      return emulator;
    },
    get wire() {
      return wire;
    },
    database: `projects/${projectId}/databases/(default)`,
    collection: () => db.collection(`c-${randomUUID()}`),
    open,
  };
}

/** The ids that a query finds, in its order. */
export async function ids(query: Query): Promise<string[]> {
  const { docs } = await query.get();
  return docs.map(({ id }) => id);
}

/** Writes documents `{ id: fields }` at once. */
export async function fill(
  collection: CollectionReference,
  documents: Record<string, Record<string, unknown>>,
): Promise<void> {
  const batch = collection.firestore.batch();
  for (const [id, fields] of Object.entries(documents)) batch.set(collection.doc(id), fields);
  await batch.commit();
}

/**
 * The error that a query gets, by way of a listener: a plain read of a query makes the client try a refused
 * one again for seven seconds. The client gives the code in the message alone.
 */
export function queryRefusal(query: Query): Promise<number> {
  return new Promise((resolve, reject) => {
    const stop = query.onSnapshot(
      () => (stop(), reject(new Error("the query was not refused"))),
      ({ message }) => resolve(Number(/^Error (\d+)/.exec(message)?.[1])),
    );
  });
}

/** A document's fields, or undefined when it is missing. */
export const stored = async (ref: DocumentReference) => (await ref.get()).data();

/** The status code that the work is refused with; 0 when it is not. */
export const refusal = async (work: Promise<unknown>): Promise<number> => {
  try {
    await work;
    return 0;
  } catch (error) {
    return (error as { code: number }).code;
  }
};

/** gRPC's status codes, as the client's errors carry them. */
export const code = {
  invalidArgument: 3,
  notFound: 5,
  alreadyExists: 6,
  failedPrecondition: 9,
  aborted: 10,
  unimplemented: 12,
} as const;
