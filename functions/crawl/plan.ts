import type { CrawlConfig, CrawlFormat } from "#shared/config.ts";
import type { CrawlRequest } from "./request.ts";

export type CrawlTrigger = "schedule" | "http" | "local";

/**
 * What a crawl looks at. `incremental`: what is new since the last one of the same query. `full`: everything,
 * changed and deleted sounds noticed. `sample`: the first `limit` sounds in the order asked for, whatever was
 * crawled before.
 */
type CrawlMode = "incremental" | "full" | "sample";

/** All that one crawl needs to know. */
export interface CrawlPlan {
  readonly trigger: CrawlTrigger;
  readonly mode: CrawlMode;
  /** Object in the references bucket with a list of recordings; undefined is Freesound. */
  readonly manifest: string | undefined;
  readonly query: string;
  readonly filter: string | undefined;
  readonly sort: string;
  /** Most sounds to look at; undefined is all. */
  readonly limit: number | undefined;
  /** SPDX ids to store; undefined is every licence. */
  readonly licenses: readonly string[] | undefined;
  readonly aiPreferences: readonly string[] | undefined;
  readonly format: CrawlFormat;
  readonly concurrency: number;
  readonly maxBytes: number;
  /** How far before the newest sound seen an incremental crawl begins. */
  readonly overlapMs: number;
  /** The run stops so long after its start, finished or not. */
  readonly runMs: number;
  /** A crawl that has not been heard of for so long is taken for dead. */
  readonly leaseMs: number;
}

/** The settings of the environment with the request's on top. */
export function planCrawl(
  config: CrawlConfig,
  request: CrawlRequest,
  trigger: CrawlTrigger,
): CrawlPlan {
  const limit = request.limit ?? (request.full === true ? undefined : config.CRAWL_LIMIT);
  const { manifest } = request;
  const isSample = limit !== undefined || request.sort !== undefined;
  const timeoutMs = config.CRAWL_TIMEOUT_SECONDS * 1000;
  return {
    trigger,
    mode: isSample ? "sample" : request.full === true ? "full" : "incremental",
    manifest,
    query: manifest ?? request.query ?? config.CRAWL_QUERY,
    filter: manifest === undefined ? (request.filter ?? config.CRAWL_FILTER) : undefined,
    sort: request.sort ?? (isSample ? "score" : "created_asc"),
    limit,
    licenses: request.licenses ?? config.CRAWL_LICENSES,
    aiPreferences: config.CRAWL_AI_PREFERENCES,
    format: request.format ?? config.CRAWL_FORMAT,
    concurrency: config.CRAWL_CONCURRENCY,
    maxBytes: config.MAX_BYTES,
    overlapMs: config.CRAWL_OVERLAP_HOURS * 3_600_000,
    // What is under way must end and the result be kept before the platform ends the request.
    runMs: timeoutMs - Math.min(60_000, timeoutMs * 0.2),
    leaseMs: config.CRAWL_LEASE_SECONDS * 1000,
  };
}
