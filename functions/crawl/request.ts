import { z } from "zod";
import { type CrawlConfig, crawlFormats, oauthSettings } from "#shared/config.ts";
import { licenseId } from "#shared/licenses.ts";
import { toProblems } from "./problem.ts";

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
    for (const { key, message } of conflicts(request))
      context.addIssue({ code: "custom", path: [key], message });
  });
export type CrawlRequest = z.infer<typeof CrawlRequest>;

/** What cannot stand together in a body, which may be wrong otherwise. */
function conflicts(body: Readonly<Record<string, unknown>>): { key: string; message: string }[] {
  const given = (keys: readonly string[], message: string) =>
    keys.filter((key) => body[key] !== undefined).map((key) => ({ key, message }));
  const forFreesound = "is for Freesound and cannot stand beside manifest";
  return [
    ...(body["manifest"] === undefined
      ? []
      : given(["query", "filter", "sort", "format"], forFreesound)),
    ...(body["full"] === true
      ? [
          ...given(["limit"], "a full crawl looks at everything: leave limit or full out"),
          ...given(["sort"], "a full crawl goes by age: leave sort or full out"),
        ]
      : []),
  ];
}

/** What a body asks for and the environment does not allow. */
function missingSettings(config: CrawlConfig, body: Readonly<Record<string, unknown>>): string[] {
  const needed = body["format"] === "original" ? oauthSettings : [];
  return [
    ...(body["manifest"] !== undefined && config.REFERENCES_BUCKET === undefined
      ? ["manifest: needs REFERENCES_BUCKET, which is not set"]
      : []),
    ...needed
      .filter((name) => config[name] === undefined)
      .map((name) => `format: original needs ${name}, which is not set`),
  ];
}

/** A request's body, or everything that is wrong with it, also where one thing alone would keep it from being read. */
export function parseRequest(
  config: CrawlConfig,
  body: unknown,
): { data: CrawlRequest | null; problems: readonly string[] } {
  const parsed = CrawlRequest.safeParse(body);
  const keys = z.record(z.string(), z.unknown()).safeParse(body).data ?? {};
  const problems = new Set([
    ...(parsed.success ? [] : toProblems(parsed.error)),
    ...conflicts(keys).map(({ key, message }) => `${key}: ${message}`),
    ...missingSettings(config, keys),
  ]);
  return { data: problems.size > 0 ? null : (parsed.data ?? null), problems: [...problems] };
}
