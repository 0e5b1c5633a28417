import type { DocumentReference, Firestore, Transaction } from "@google-cloud/firestore";
import {
  type CrawlKey,
  freshMark,
  type Lease,
  type Mark,
  QueryState,
  toDocumentId,
  toMarkName,
  withMark,
} from "./mark.ts";

export type { CrawlKey, Mark, Retry } from "./mark.ts";

/** A crawl's document: the columns of the table `crawls`, and beside them what only a person reads. */
type CrawlDocument = Readonly<Record<string, unknown>>;

/** Another crawl has taken over, because this one's lease ran out: it must not write any more. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
}

type Begin =
  | { readonly outcome: "running"; readonly crawlId: string; readonly expiresAt: number }
  | {
      readonly outcome: "begun";
      readonly mark: Mark;
      /** The crawl whose lease ran out: it ended without a word. */
      readonly dead: { readonly crawlId: string; readonly document: CrawlDocument } | null;
    };

interface LeaseOptions {
  readonly crawlId: string;
  /** The lease runs from now for so long; milliseconds. */
  readonly leaseMs: number;
  readonly now: number;
}

/** The collections `crawls` and `watermarks`: who crawls what, and how far they have come. */
export interface Crawls {
  /** Takes the lease on a query, unless a living crawl has it. */
  begin(key: CrawlKey, lease: LeaseOptions): Promise<Begin>;
  /**
   * Prolongs the lease and keeps the crawl's document, and the mark when there is a new one.
   * @throws LeaseLostError
   */
  keep(key: CrawlKey, lease: LeaseOptions, document: CrawlDocument, mark?: Mark): Promise<void>;
  /**
   * As `keep`, and gives the lease back.
   * @throws LeaseLostError
   */
  end(key: CrawlKey, lease: LeaseOptions, document: CrawlDocument, mark?: Mark): Promise<void>;
  /** How far the crawls of a query have come. */
  mark(key: CrawlKey): Promise<Mark>;
  /** Keeps a crawl's document without a lease. */
  write(crawlId: string, document: CrawlDocument): Promise<void>;
  /** A crawl's document, or null. */
  read(crawlId: string): Promise<CrawlDocument | null>;
}

export function openCrawls(firestore: Firestore): Crawls {
  const crawls = firestore.collection("crawls");
  const queries = firestore.collection("watermarks");
  const documentOf = (key: CrawlKey) => queries.doc(toDocumentId(key));

  const store = (
    key: CrawlKey,
    { crawlId, now }: LeaseOptions,
    document: CrawlDocument,
    mark: Mark | undefined,
    lease: Lease | null,
  ) =>
    firestore.runTransaction(async (transaction) => {
      const at = documentOf(key);
      const state = await readState(transaction, at, key);
      if (state.lease?.crawlId !== crawlId)
        throw new LeaseLostError(
          `crawl ${state.lease?.crawlId ?? "of nobody"} has taken over from ${crawlId}`,
        );
      const marks =
        mark === undefined
          ? state.marks
          : withMark(state.marks, toMarkName(key), { ...mark, updatedAt: now });
      transaction.set(at, { ...state, lease, marks });
      transaction.set(crawls.doc(crawlId), { schemaVersion: 1, ...document });
    });

  return {
    begin: (key, { crawlId, leaseMs, now }) =>
      firestore.runTransaction(async (transaction): Promise<Begin> => {
        const at = documentOf(key);
        const state = await readState(transaction, at, key);
        const { lease } = state;
        if (lease !== null && lease.expiresAt > now) return { outcome: "running", ...lease };
        const dead = lease === null ? null : await transaction.get(crawls.doc(lease.crawlId));
        transaction.set(at, { ...state, lease: { crawlId, expiresAt: now + leaseMs } });
        const document = dead?.data() ?? null;
        return {
          outcome: "begun",
          mark: state.marks[toMarkName(key)] ?? freshMark,
          dead: lease === null || document === null ? null : { crawlId: lease.crawlId, document },
        };
      }),

    keep: (key, lease, document, mark) =>
      store(key, lease, document, mark, {
        crawlId: lease.crawlId,
        expiresAt: lease.now + lease.leaseMs,
      }),

    end: (key, lease, document, mark) => store(key, lease, document, mark, null),

    async mark(key) {
      const snapshot = await documentOf(key).get();
      if (!snapshot.exists) return freshMark;
      return QueryState.parse(snapshot.data()).marks[toMarkName(key)] ?? freshMark;
    },

    async write(crawlId, document) {
      await crawls.doc(crawlId).set({ schemaVersion: 1, ...document });
    },

    async read(crawlId) {
      return (await crawls.doc(crawlId).get()).data() ?? null;
    },
  };
}

async function readState(transaction: Transaction, document: DocumentReference, key: CrawlKey) {
  const snapshot = await transaction.get(document);
  if (snapshot.exists) return QueryState.parse(snapshot.data());
  const { source, query, filter } = key;
  const fresh: QueryState = { schemaVersion: 1, source, query, filter, lease: null, marks: {} };
  return fresh;
}
