import { z } from "zod";
import { labelling, needsModel } from "./label-config.ts";
import { licenseId } from "./licenses.ts";
import { logLevels } from "./log.ts";

/** The environment is wrong: every problem, by name. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(problems: readonly string[]) {
    super(`configuration is wrong:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
  }
}

const name = z.string().min(1);
const count = z.coerce.number().int().positive();
/** `a, b` → `["a", "b"]`. */
const list = z.string().transform((text) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean),
);

export const crawlFormats = ["preview-hq-mp3", "preview-hq-ogg", "original"] as const;
export type CrawlFormat = (typeof crawlFormats)[number];

const aiPreferences = [
  "no-additional-preferences",
  "open-source-models",
  "noncommercial-open-source-models",
  "no-gen-ai",
] as const;

const common = {
  GOOGLE_CLOUD_PROJECT: name,
  RECORDINGS_BUCKET: name,
  BIGQUERY_DATASET: name.default("earmark"),
  /** Id of the Firestore database. */
  FIRESTORE_DATABASE: name.default("(default)"),
  LOG_LEVEL: z.enum(logLevels).default("INFO"),
};

const topics = {
  EVENTS_TOPIC: name.default("earmark-events"),
  DEAD_LETTERS_TOPIC: name.default("earmark-dead-letters"),
};

const limits = {
  /** Longest recording that is accepted, in seconds. */
  MAX_DURATION_SECONDS: count.default(3600),
  /** Largest object that is accepted, in bytes. */
  MAX_BYTES: count.default(100_000_000),
  MAX_CHANNELS: count.default(8),
  /** Longest time that one file may take to decode, in seconds. */
  DECODE_TIMEOUT_SECONDS: count.default(120),
  /** Most memory that one decode may take, in MiB. */
  DECODE_MEMORY_MB: count.default(384),
};

/** The limits in the form that reading audio takes. */
export const toAudioLimits = (config: z.infer<z.ZodObject<typeof limits>>) => ({
  maxBytes: config.MAX_BYTES,
  maxDurationSeconds: config.MAX_DURATION_SECONDS,
  maxChannels: config.MAX_CHANNELS,
  decodeTimeoutMs: config.DECODE_TIMEOUT_SECONDS * 1000,
  maxMemoryMb: config.DECODE_MEMORY_MB,
});

/** What originals need beside the API key. */
export const oauthSettings = [
  "FREESOUND_CLIENT_ID",
  "FREESOUND_CLIENT_SECRET",
  "FREESOUND_TOKEN_STORE",
] as const;

/** What `crawl` reads from the environment. */
export const CrawlConfig = z
  .object({
    ...common,
    FREESOUND_BASE_URL: z.url().default("https://freesound.org"),
    FREESOUND_API_KEY: name,
    /** Rates of the key, shared by everything that uses it here: https://freesound.org/docs/api/overview.html */
    FREESOUND_REQUESTS_PER_MINUTE: count.default(60),
    FREESOUND_REQUESTS_PER_DAY: count.default(2000),
    /** An exchange in which nothing moves for so long is given up, in seconds. */
    FREESOUND_IDLE_SECONDS: z.coerce.number().positive().default(30),
    /** OAuth2, for originals: https://freesound.org/docs/api/authentication.html */
    FREESOUND_CLIENT_ID: name.optional(),
    FREESOUND_CLIENT_SECRET: name.optional(),
    /** The first refresh token; each use replaces it, and the new one is kept in the store. */
    FREESOUND_REFRESH_TOKEN: name.optional(),
    /** Where the newest tokens are kept: a secret of Secret Manager, or a file. */
    FREESOUND_TOKEN_STORE: z
      .string()
      .regex(
        /^(projects\/[^/]+\/secrets\/[\w-]+|file:.+)$/,
        "must be projects/PROJECT/secrets/SECRET or file:PATH",
      )
      .optional(),
    /** Where manifests are; needed for them alone. */
    REFERENCES_BUCKET: name.optional(),
    CRAWL_QUERY: z.string().default("speech"),
    CRAWL_FILTER: z.string().optional(),
    /** The first so many sounds of the search, by relevance, each time; unset is all, and then only what is new. */
    CRAWL_LIMIT: count.optional(),
    /** Licences to store, as SPDX ids; unset is every licence. */
    CRAWL_LICENSES: list.pipe(z.array(licenseId)).optional(),
    /** `gen_ai_preference` values to store; unset is every one. */
    CRAWL_AI_PREFERENCES: list.pipe(z.array(z.enum(aiPreferences))).optional(),
    CRAWL_FORMAT: z.enum(crawlFormats).default("preview-hq-mp3"),
    /** Downloads at the same time. */
    CRAWL_CONCURRENCY: count.max(64).default(8),
    /** Longest that one request may take, in seconds: Cloud Scheduler waits no longer than 30 minutes. */
    CRAWL_TIMEOUT_SECONDS: count.max(3600).default(1800),
    /** How far before the newest sound seen the next crawl begins, in hours: some are published late. */
    CRAWL_OVERLAP_HOURS: z.coerce.number().nonnegative().default(168),
    /** A crawl that has not been heard of for so long, in seconds, is taken for dead. */
    CRAWL_LEASE_SECONDS: count.default(120),
    MAX_BYTES: limits.MAX_BYTES,
  })
  .superRefine((config, context) => {
    if (config.CRAWL_FORMAT !== "original") return;
    for (const name of oauthSettings)
      if (config[name] === undefined)
        context.addIssue({ code: "custom", path: [name], message: "is needed for originals" });
  });
export type CrawlConfig = z.infer<typeof CrawlConfig>;

/** What `load` reads from the environment. */
export const LoadConfig = z.object({ ...common, ...topics, ...limits });
export type LoadConfig = z.infer<typeof LoadConfig>;

/** What `classify` reads from the environment. */
export const ClassifyConfig = z
  .object({
    ...common,
    ...topics,
    ...limits,
    REFERENCES_BUCKET: name,
    /** Object in the references bucket that every recording is compared with; unset is off. */
    FIXED_REFERENCE: name.optional(),
    ...labelling,
  })
  .superRefine(needsModel);
export type ClassifyConfig = z.infer<typeof ClassifyConfig>;

/** What grading files without the pipeline reads from the environment. */
export const GradeConfig = z.object(labelling).superRefine(needsModel);
export type GradeConfig = z.infer<typeof GradeConfig>;

/**
 * Reads a configuration from an environment; an empty variable counts as unset.
 * @throws ConfigError that lists every problem by the variable's name.
 */
export function parseConfig<T extends z.ZodType>(
  schema: T,
  environment: Readonly<Record<string, string | undefined>>,
): z.infer<T> {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(set);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map((issue) => {
      // What follows the variable's name in the path is the place in a list.
      const [variable = "", place] = issue.path.map(String);
      if (set[variable] === undefined) return `${variable}: is not set`;
      const item =
        place === undefined ? "" : `"${set[variable].split(",")[Number(place)]?.trim()}" `;
      return `${variable}: ${item}${issue.message}`;
    }),
  );
}
