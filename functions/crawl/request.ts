import { z } from "zod";
import { crawlFormats, type CrawlConfig } from "#shared/config.ts";

/** Body of a request for a crawl; every key overrides a setting of the environment for this crawl. */
export const CrawlRequest = z.strictObject({
  query: z.string().optional(),
  filter: z.string().min(1).optional(),
  sort: z
    .templateLiteral([
      z.enum(["duration", "created", "downloads", "rating"]),
      "_",
      z.enum(["asc", "desc"]),
    ])
    .or(z.literal("score"))
    .optional(),
  limit: z.number().int().positive().optional(),
  licenses: z.array(z.string().min(1)).min(1).optional(),
  format: z.enum(crawlFormats).optional(),
});
export type CrawlRequest = z.infer<typeof CrawlRequest>;

export type CrawlTrigger = "schedule" | "http" | "local";

/** All that one crawl needs to know. */
export interface CrawlPlan {
  readonly trigger: CrawlTrigger;
  readonly query: string;
  readonly filter: string | undefined;
  readonly sort: string | undefined;
  /** Most sounds to look at; undefined is all. */
  readonly limit: number | undefined;
  /** SPDX ids to store; undefined is every licence. */
  readonly licenses: readonly string[] | undefined;
  readonly aiPreferences: readonly string[] | undefined;
  readonly format: (typeof crawlFormats)[number];
  readonly concurrency: number;
  readonly maxBytes: number;
}

/** The settings of the environment with the request's on top. */
export function planCrawl(
  config: CrawlConfig,
  request: CrawlRequest,
  trigger: CrawlTrigger,
): CrawlPlan {
  return {
    trigger,
    query: request.query ?? config.CRAWL_QUERY,
    filter: request.filter ?? config.CRAWL_FILTER,
    sort: request.sort,
    limit: request.limit ?? config.CRAWL_LIMIT,
    licenses: request.licenses ?? config.CRAWL_LICENSES,
    aiPreferences: config.CRAWL_AI_PREFERENCES,
    format: request.format ?? config.CRAWL_FORMAT,
    concurrency: config.CRAWL_CONCURRENCY,
    maxBytes: config.MAX_BYTES,
  };
}
