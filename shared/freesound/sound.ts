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

/** A sound as Freesound answers it (https://freesound.org/docs/api/resources_apiv2.html), our names. */
export const Sound = z
  .object({
    id: z.number().int().positive(),
    name: z.string(),
    url: z.string(),
    username: z.string(),
    license: z.string(),
    tags: z.array(z.string()).default([]),
    created: z.string(),
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

/** One page of a search. A `null` result means that Freesound's index is ahead of its database. */
export const SearchPage = z.object({
  count: z.number().int().nonnegative(),
  next: z.string().nullable().default(null),
  results: z.array(z.union([z.null(), Sound])),
});
export type SearchPage = z.infer<typeof SearchPage>;
