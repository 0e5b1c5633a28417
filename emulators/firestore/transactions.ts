import { randomBytes } from "node:crypto";
import type { Database } from "./database.ts";
import { aborted, failedPrecondition, invalidArgument } from "./status.ts";
import { type Micros, toMicros } from "./time.ts";
import { createTurnstile } from "./turnstile.ts";
import type { Timestamp, TransactionOptions } from "./wire.ts";

/** https://cloud.google.com/firestore/quotas: a transaction lives 270 s, and 60 s between two requests. */
const maxAgeMs = 270_000;
const maxIdleMs = 60_000;

export interface Transaction {
  readonly id: Buffer;
  readonly readOnly: boolean;
  /** Every read sees the database as it was then. */
  readonly readTime: Micros;
  /** Documents read, to be unchanged at the commit. */
  readonly reads: Set<string>;
  /** Whether each query read would now give other results. */
  readonly queries: (() => boolean)[];
  readonly startedAt: number;
  usedAt: number;
}

export type Transactions = ReturnType<typeof createTransactions>;

/**
 * Optimistic concurrency: reads take no lock, and a commit aborts when anything it read has changed since.
 * A retried transaction waits its turn behind other retried ones on the same documents, so that a crowd of
 * them gets through within the client's five attempts.
 */
export function createTransactions(database: Database) {
  const open = new Map<string, Transaction>();
  const turnstile = createTurnstile();

  const end = (transaction: Transaction) => {
    open.delete(transaction.id.toString("hex"));
    turnstile.leave(transaction.id);
  };

  return {
    /** `keys` are the documents or the collection that the first read is about. */
    async begin(options: TransactionOptions, keys: readonly string[]): Promise<Transaction> {
      for (const old of open.values()) if (isExpired(old)) end(old);
      const id = randomBytes(16);
      if (options.readWrite?.retryTransaction !== undefined) await turnstile.enter(id, keys);
      const readTime = options.readOnly?.readTime;
      const now = Date.now();
      const transaction: Transaction = {
        id,
        readOnly: options.readOnly !== undefined,
        readTime: readTime === undefined ? database.clock.now() : parseReadTime(database, readTime),
        reads: new Set(),
        queries: [],
        startedAt: now,
        usedAt: now,
      };
      open.set(id.toString("hex"), transaction);
      return transaction;
    },

    find(id: Buffer): Transaction {
      const transaction = open.get(id.toString("hex"));
      if (transaction === undefined || isExpired(transaction))
        throw invalidArgument("The referenced transaction has expired or is no longer valid.");
      transaction.usedAt = Date.now();
      return transaction;
    },

    /** Throws ABORTED when something that was read has changed; whatever happens, the transaction is over after `work`. */
    finish<T>(transaction: Transaction, work: () => T): T {
      try {
        const { reads, queries, readTime } = transaction;
        const stale =
          [...reads].some((path) => database.lastChange(path) > readTime) ||
          queries.some((hasChanged) => hasChanged());
        if (stale && !transaction.readOnly)
          throw aborted("What the transaction has read was changed meanwhile: try again.");
        return work();
      } finally {
        end(transaction);
      }
    },

    end,
  };
}

/** A time to read at: not in the future, and not so long ago that its versions are gone. */
export function parseReadTime(database: Database, readTime: Timestamp): Micros {
  const at = toMicros(readTime);
  if (at > database.clock.now()) throw invalidArgument("The read time cannot be in the future.");
  if (!database.isReadable(at))
    throw failedPrecondition("The requested snapshot version is too old.");
  return at;
}

const isExpired = ({ startedAt, usedAt }: Transaction) =>
  Date.now() - startedAt > maxAgeMs || Date.now() - usedAt > maxIdleMs;
