import type { Emulator, ListenOptions } from "../emulator.ts";
import { listenGrpc } from "../grpc.ts";
import { type Documents, readDocuments } from "./documents.ts";
import { createFailures } from "./failures.ts";
import { createInstances } from "./instance.ts";
import { listen } from "./listen/index.ts";
import { loadFirestoreService } from "./protos.ts";
import { toImplementation } from "./server.ts";
import { listCollectionIds, listDocuments } from "./services/collections.ts";
import { batchWrite, beginTransaction, commit, rollback } from "./services/commit.ts";
import {
  batchGetDocuments,
  createDocument,
  deleteDocument,
  getDocument,
  updateDocument,
} from "./services/documents.ts";
import { partitionQuery, runAggregationQuery, runQueryMethod } from "./services/queries.ts";

/** A local Firestore; `url` is `127.0.0.1:PORT`, the value of FIRESTORE_EMULATOR_HOST. */
export interface FirestoreEmulator extends Emulator {
  /** What is stored, to read without a client. */
  readonly documents: Documents;
  /** The next call, whatever it is, fails with this gRPC code; calls add up. */
  failNext(code: number): void;
}

/** Starts an empty Firestore in memory. Rejects with `PortTakenError` when the port is in use. */
export async function startFirestoreEmulator(
  options: ListenOptions = {},
): Promise<FirestoreEmulator> {
  const definition = loadFirestoreService();
  const instances = createInstances();
  const failures = createFailures();
  const implementation = toImplementation(
    {
      unary: {
        GetDocument: getDocument(instances),
        ListDocuments: listDocuments(instances),
        CreateDocument: createDocument(instances),
        UpdateDocument: updateDocument(instances),
        DeleteDocument: deleteDocument(instances),
        BeginTransaction: beginTransaction(instances),
        Commit: commit(instances),
        Rollback: rollback(instances),
        BatchWrite: batchWrite(instances),
        PartitionQuery: partitionQuery(instances),
        ListCollectionIds: listCollectionIds(instances),
      },
      streaming: {
        BatchGetDocuments: batchGetDocuments(instances),
        RunQuery: runQueryMethod(instances),
        RunAggregationQuery: runAggregationQuery(instances),
      },
      duplex: { Listen: listen(instances) },
    },
    Object.keys(definition),
    failures,
  );
  const server = await listenGrpc([{ definition, implementation }], options);
  return {
    ...server,
    documents: readDocuments(instances),
    failNext: (code) => failures.add(code),
  };
}
