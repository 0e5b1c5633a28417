import { z } from "zod";
import { crawlFormats } from "#shared/config.ts";
import { licenseId } from "#shared/licenses.ts";

/** Body of a request for a crawl; every key overrides a setting of the environment for this crawl. */
export const CrawlRequest = z
  .strictObject({
    query: z.string().max(1000).optional(),
    filter: z.string().trim().min(1).max(2000).optional(),
    sort: z
      .enum([
        "score",
        "duration_asc",
        "duration_desc",
        "created_asc",
        "created_desc",
        "downloads_asc",
        "downloads_desc",
        "rating_asc",
        "rating_desc",
      ])
      .optional(),
    limit: z.number().int().positive().max(1_000_000).optional(),
    licenses: z.array(licenseId).min(1).optional(),
    format: z.enum(crawlFormats).optional(),
    full: z.boolean().optional(),
    dryRun: z.boolean().optional(),
    /** Object in the references bucket: JSON lines or CSV. */
    manifest: z
      .string()
      .regex(/\.(jsonl|ndjson|csv)$/i, "must end in .jsonl, .ndjson or .csv")
      .max(1000)
      .optional(),
  })
  .superRefine((request, context) => {
    const refuse = (key: "query" | "filter" | "sort" | "format" | "limit", message: string) => {
      if (request[key] !== undefined) context.addIssue({ code: "custom", path: [key], message });
    };
    if (request.manifest !== undefined)
      for (const key of ["query", "filter", "sort", "format"] as const)
        refuse(key, "is for Freesound and cannot stand beside manifest");
    if (request.full === true) {
      refuse("limit", "a full crawl looks at everything: leave limit or full out");
      refuse("sort", "a full crawl goes by age: leave sort or full out");
    }
  });
export type CrawlRequest = z.infer<typeof CrawlRequest>;
