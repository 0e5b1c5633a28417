import { z } from "zod";

/** Fields asked of a search, so that no sound needs a call of its own. */
export const soundFields = [
  "id",
  "name",
  "url",
  "username",
  "license",
  "tags",
  "created",
  "type",
  "duration",
  "filesize",
  "md5",
  "gen_ai_preference",
  "previews",
] as const;

/** Freesound gives times with and without a zone, with and without milliseconds; those without a zone are UTC. */
const created = z.string().transform((text, context) => {
  const time = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  context.addIssue({ code: "custom", message: `not a time: ${text}` });
  return z.NEVER;
});

/** A sound as Freesound answers it (https://freesound.org/docs/api/resources_apiv2.html), our names. */
export const Sound = z
  .object({
    id: z.number().int().positive(),
    name: z.string(),
    url: z.string(),
    username: z.string(),
    license: z.string(),
    tags: z.array(z.string()).default([]),
    created,
    type: z.string().optional(),
    duration: z.number().nonnegative().optional(),
    filesize: z.number().nonnegative().nullish(),
    md5: z.string().nullish(),
    gen_ai_preference: z.string().nullish(),
    previews: z.record(z.string(), z.url()).default({}),
  })
  .transform(({ id, filesize, gen_ai_preference, md5, ...sound }) => ({
    ...sound,
    soundId: id,
    fileSize: filesize ?? null,
    md5: md5 ?? null,
    genAiPreference: gen_ai_preference ?? null,
  }));
export type Sound = z.infer<typeof Sound>;

/** A result that is no sound as the API documents it: one of them must not end a crawl. */
export interface Unreadable {
  readonly soundId: number | null;
  readonly problem: string;
}

const Result = z.unknown().transform((result): Sound | Unreadable | null => {
  if (result === null) return null;
  const parsed = Sound.safeParse(result);
  if (parsed.success) return parsed.data;
  const id = z.object({ id: z.number() }).safeParse(result);
  return { soundId: id.data?.id ?? null, problem: z.prettifyError(parsed.error) };
});

/** One page of a search. A `null` result means that Freesound's index is ahead of its database. */
export const SearchPage = z.object({
  count: z.number().int().nonnegative(),
  next: z.string().nullable().default(null),
  results: z.array(Result),
});
export type SearchPage = z.infer<typeof SearchPage>;
