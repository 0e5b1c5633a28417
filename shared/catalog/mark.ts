import { createHash } from "node:crypto";
import { z } from "zod";

/** A sound that failed, to be tried again by the next crawl, and how many crawls have tried it. */
const Retry = z.object({ id: z.string(), tries: z.number() });

/** How far the crawls of one query under one policy have come. */
export const Mark = z.object({
  /** Newest `created` that a finished crawl has seen: the next one starts there, less the overlap. */
  watermark: z.string().nullable(),
  /** Newest `created` that the unfinished crawl has seen. */
  newest: z.string().nullable(),
  /** Where the unfinished crawl goes on; null when none is unfinished. */
  place: z
    .object({
      /** In the source's own terms; null when everything has been looked at. */
      scan: z
        .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
        .nullable(),
      /** How many were looked at so far, of a limited number. */
      looked: z.number(),
      /** How many crawls have ended here without getting on. */
      stuck: z.number().default(0),
      /** Name of the last stored object that a full re-scan has asked the source about. */
      swept: z.string().nullable().default(null),
      /** What the crawl that is here had stored when it came here, and the bytes of that. */
      stored: z.number().default(0),
      bytes: z.number().default(0),
    })
    .nullable(),
  /** Whether the unfinished crawl is a full re-scan. */
  full: z.boolean(),
  /** The crawl that was here last. */
  crawlId: z.string().nullable(),
  retries: z.array(Retry),
  /** Ids of the sounds that too many crawls have failed on; the newest ones, last. */
  givenUp: z.array(z.string()).default([]),
  updatedAt: z.number(),
});
export type Mark = z.infer<typeof Mark>;

export const freshMark: Mark = {
  watermark: null,
  newest: null,
  place: null,
  full: false,
  crawlId: null,
  retries: [],
  givenUp: [],
  updatedAt: 0,
};

const Lease = z.object({
  crawlId: z.string(),
  /** Milliseconds since the epoch. */
  expiresAt: z.number(),
});
export type Lease = z.infer<typeof Lease>;

/** A document of `watermarks`: who crawls a query now, and its marks by policy. */
export const QueryState = z.object({
  schemaVersion: z.literal(1),
  source: z.string(),
  query: z.string(),
  filter: z.string().nullable(),
  lease: Lease.nullable(),
  marks: z.record(z.string(), Mark),
});
export type QueryState = z.infer<typeof QueryState>;

/** What tells one crawl's work from another's. */
export interface CrawlKey {
  readonly source: string;
  readonly query: string;
  readonly filter: string | null;
  /** All else that decides which sounds are stored: another policy has a mark of its own. */
  readonly policy: Readonly<Record<string, unknown>>;
}

/** The document of a query: readable source, hashed rest, for queries hold any character. */
export const toDocumentId = ({ source, query, filter }: CrawlKey) =>
  `${source}-${hash([query, filter])}`;

export const toMarkName = ({ policy }: CrawlKey) => hash(policy);

const hash = (value: unknown) =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 24);

const markLimit = 50;
/** Firestore takes 1 MiB a document; its own form of these lists is less than twice as long as JSON. */
const marksLimitBytes = 500_000;
/** It indexes each entry of a list, and takes 40,000 of them a document: https://firebase.google.com/docs/firestore/quotas#indexes */
const entriesLimit = 20_000;

/** The marks with one more or a newer one; the longest unused of too many make room. */
export function withMark(marks: QueryState["marks"], name: string, mark: Mark) {
  const all = Object.entries({ ...marks, [name]: mark });
  const newestFirst = all.toSorted(([, a], [, b]) => b.updatedAt - a.updatedAt);
  let [bytes, entries] = [0, 0];
  const fitting = newestFirst.filter((entry, index) => {
    const [, { retries, givenUp }] = entry;
    bytes += Buffer.byteLength(JSON.stringify(entry));
    entries += retries.length + givenUp.length;
    const fits = index < markLimit && bytes <= marksLimitBytes && entries <= entriesLimit;
    return index === 0 || fits;
  });
  return Object.fromEntries(fitting);
}

/** So many crawls try a sound that fails, or a page on which nothing is answered; then they pass it. */
export const triesLimit = 5;
/** So many failed sounds wait, and so many given up are remembered. */
const listLimit = 1000;

/** What a crawl has tried: ids that failed, and ids that are stored or not there any more. */
interface Tried {
  readonly failed: readonly string[];
  readonly settled: readonly string[];
}

/** The mark after a crawl has tried sounds: each that failed waits for the next one, or is given up. */
export function withTries(mark: Mark, { failed, settled }: Tried): Mark {
  const tries = new Map<string, number>();
  // A sound that stands there twice keeps the higher count.
  for (const { id, tries: before } of mark.retries)
    tries.set(id, Math.max(before, tries.get(id) ?? 0));
  const givenUp = new Set(mark.givenUp);
  for (const id of settled) {
    tries.delete(id);
    givenUp.delete(id);
  }
  for (const id of failed) {
    if (givenUp.has(id)) continue; // a full re-scan has tried it once more
    tries.set(id, (tries.get(id) ?? 0) + 1);
  }
  for (const [id, count] of tries) {
    if (count < triesLimit) continue;
    tries.delete(id);
    givenUp.add(id);
  }
  return {
    ...mark,
    retries: [...tries].slice(0, listLimit).map(([id, count]) => ({ id, tries: count })),
    givenUp: [...givenUp].slice(-listLimit),
  };
}
