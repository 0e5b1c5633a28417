import { status } from "@grpc/grpc-js";
import type { Instance, Instances } from "../instance.ts";
import { invalidArgument, RpcError } from "../status.ts";
import { toTimestamp } from "../time.ts";
import type { TransactionOptions, Write, WriteResult } from "../wire.ts";
import { planWrites, targetOf } from "../writes.ts";

/** Makes all the writes or, when one is refused, none. */
export function commitWrites({ database }: Instance, writes: readonly Write[]) {
  const now = database.clock.next();
  const { changes, results } = planWrites(database, writes, now);
  database.commit(changes, now);
  return { writeResults: results, commitTime: toTimestamp(now) };
}

interface Commit {
  readonly database?: string;
  readonly writes: readonly Write[];
  readonly transaction?: Buffer;
}

export const commit = (instances: Instances) => (request: Commit) => {
  const instance = instances.get(request.database);
  const { transactions } = instance;
  const work = () => commitWrites(instance, request.writes);
  if (request.transaction === undefined || request.transaction.length === 0) return work();
  const transaction = transactions.find(request.transaction);
  return transactions.finish(transaction, () => {
    if (transaction.readOnly && request.writes.length > 0)
      throw invalidArgument("Cannot modify entities in a read-only transaction.");
    return work();
  });
};

interface BatchWrite {
  readonly database?: string;
  readonly writes: readonly Write[];
}

/** Each write stands alone: one refused stops no other. */
export const batchWrite = (instances: Instances) => (request: BatchWrite) => {
  const instance = instances.get(request.database);
  const targets = request.writes.map((write) => targetOf(instance.database, write));
  if (new Set(targets).size < targets.length)
    throw invalidArgument("A batch write cannot write to one document more than once.");
  const outcomes = request.writes.map((write) => writeAlone(instance, write));
  return {
    writeResults: outcomes.map(({ result }) => result),
    status: outcomes.map(({ status }) => status),
  };
};

interface Outcome {
  readonly result: WriteResult;
  readonly status: { readonly code: number; readonly message?: string };
}

function writeAlone(instance: Instance, write: Write): Outcome {
  const none = { transformResults: [] };
  try {
    const { writeResults } = commitWrites(instance, [write]);
    return { result: writeResults[0] ?? none, status: { code: status.OK } };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return { result: none, status: { code: error.code, message: error.message } };
  }
}

interface BeginTransaction {
  readonly database?: string;
  readonly options?: TransactionOptions;
}

export const beginTransaction = (instances: Instances) => async (request: BeginTransaction) => {
  const { transactions } = instances.get(request.database);
  const { id } = await transactions.begin(request.options ?? {}, []);
  return { transaction: id };
};

interface Rollback {
  readonly database?: string;
  readonly transaction?: Buffer;
}

export const rollback = (instances: Instances) => (request: Rollback) => {
  const { transactions } = instances.get(request.database);
  transactions.end(transactions.find(request.transaction ?? Buffer.alloc(0)));
  return {};
};
