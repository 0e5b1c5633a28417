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

export { type CrawlKey, type Mark, triesLimit, withTries } from "./mark.ts";

/** A crawl's document: the columns of the table `crawls`, and beside them what only a person reads. */
type CrawlDocument = Readonly<Record<string, unknown>>;

/** Another crawl has taken over, because this one's lease ran out: it must not write any more. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
}

export interface Ended {
  readonly crawlId: string;
  readonly document: CrawlDocument;
}

type Begin =
  | { readonly outcome: "running"; readonly crawlId: string; readonly expiresAt: number }
  | {
      readonly outcome: "begun";
      readonly mark: Mark;
      /** The crawl whose lease ran out, with its end: it had ended without a word. */
      readonly dead: Ended | null;
    };

interface Beginning {
  /** The crawl's own document. */
  readonly document: CrawlDocument;
  /** The document of a crawl that ended without a word, with its end. */
  readonly bury: (document: CrawlDocument) => CrawlDocument;
}

interface LeaseOptions {
  readonly crawlId: string;
  /** The lease runs from now for so long; milliseconds. */
  readonly leaseMs: number;
  readonly now: number;
}

/** The collections `crawls` and `watermarks`: who crawls what, and how far they have come. */
export interface Crawls {
  /** Takes the lease on a query and keeps the crawl's document, unless a living crawl has it. */
  begin(key: CrawlKey, lease: LeaseOptions, beginning: Beginning): Promise<Begin>;
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
  /** Keeps what a crawl says that another one has taken over from. */
  amend(crawlId: string, document: CrawlDocument): Promise<void>;
  /** Crawls that ended before a time (RFC 3339) and whose row is not in the warehouse, as far as is known. */
  unwritten(before: string): Promise<readonly Ended[]>;
  /** The row of a crawl that has ended is in the warehouse. */
  written(crawlId: string): Promise<void>;
  /** A crawl's document, or null. */
  read(crawlId: string): Promise<CrawlDocument | null>;
}

/** More than a warehouse that was away for a day leaves behind, at a crawl an hour. */
const unwrittenLimit = 50;

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
      transaction.set(
        crawls.doc(crawlId),
        lease === null ? toEnded(document) : { schemaVersion: 1, ...document },
      );
    });

  return {
    begin: (key, { crawlId, leaseMs, now }, { document, bury }) =>
      firestore.runTransaction(async (transaction): Promise<Begin> => {
        const at = documentOf(key);
        const state = await readState(transaction, at, key);
        const { lease } = state;
        if (lease !== null && lease.expiresAt > now) return { outcome: "running", ...lease };
        const left =
          lease === null ? null : (await transaction.get(crawls.doc(lease.crawlId))).data();
        transaction.set(at, { ...state, lease: { crawlId, expiresAt: now + leaseMs } });
        transaction.set(crawls.doc(crawlId), { schemaVersion: 1, ...document });
        const mark = state.marks[toMarkName(key)] ?? freshMark;
        if (lease === null || left === null || left === undefined)
          return { outcome: "begun", mark, dead: null };
        const dead = { crawlId: lease.crawlId, document: bury(left) };
        transaction.set(crawls.doc(dead.crawlId), toEnded(dead.document));
        return { outcome: "begun", mark, dead };
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

    async amend(crawlId, document) {
      await crawls.doc(crawlId).set({ schemaVersion: 1, ...document }, { merge: true });
    },

    async unwritten(before) {
      const { docs } = await crawls.where("rowWritten", "==", false).limit(unwrittenLimit).get();
      return docs
        .map((snapshot) => ({ crawlId: snapshot.id, document: snapshot.data() }))
        .filter(({ document }) => String(document["finished_at"]) < before);
    },

    async written(crawlId) {
      await crawls.doc(crawlId).update({ rowWritten: true });
    },

    async read(crawlId) {
      const { rowWritten: _, ...document } = (await crawls.doc(crawlId).get()).data() ?? {};
      return Object.keys(document).length === 0 ? null : document;
    },
  };
}

const toEnded = (document: CrawlDocument) => ({
  schemaVersion: 1,
  ...document,
  rowWritten: false,
});

async function readState(transaction: Transaction, document: DocumentReference, key: CrawlKey) {
  const snapshot = await transaction.get(document);
  if (snapshot.exists) return QueryState.parse(snapshot.data());
  const { source, query, filter } = key;
  const fresh: QueryState = { schemaVersion: 1, source, query, filter, lease: null, marks: {} };
  return fresh;
}
