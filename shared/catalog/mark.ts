import { createHash } from "node:crypto";
import { z } from "zod";

/** A sound that failed, to be tried again by the next crawl. */
const Retry = z.object({ id: z.string(), tries: z.number() });
export type Retry = z.infer<typeof Retry>;

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
    })
    .nullable(),
  /** Whether the unfinished crawl is a full re-scan. */
  full: z.boolean(),
  /** The crawl that was here last. */
  crawlId: z.string().nullable(),
  retries: z.array(Retry),
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

/** The marks with one more or a newer one; the longest unused of too many make room. */
export function withMark(marks: QueryState["marks"], name: string, mark: Mark) {
  const all = Object.entries({ ...marks, [name]: mark });
  const newestFirst = all.toSorted(([, a], [, b]) => b.updatedAt - a.updatedAt);
  return Object.fromEntries(newestFirst.slice(0, markLimit));
}
