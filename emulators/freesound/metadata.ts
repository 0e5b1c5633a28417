import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { SoundsFolderError } from "./folder.ts";
import { knownDeeds, licenseName } from "./licenses.ts";
import { type Description, genAiPreferences } from "./sound.ts";

const metadataFileName = "sounds.json";

const text = z.string().min(1);
const count = z.int().min(0);

const Entry = z.strictObject({
  /** Path below the folder. */
  file: text,
  id: z.int().min(1).optional(),
  name: text.optional(),
  description: z.string().optional(),
  username: text.optional(),
  tags: z.array(text.regex(/^\S+$/, "a tag has no spaces")).optional(),
  license: text
    .refine((deed) => licenseName(deed) !== undefined, `not a licence of Freesound: ${knownDeeds}`)
    .optional(),
  gen_ai_preference: z.enum(genAiPreferences).optional(),
  created: z.iso.datetime().optional(),
  category: text.nullable().optional(),
  subcategory: text.nullable().optional(),
  category_code: text.nullable().optional(),
  geotag: z
    .strictObject({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) })
    .nullable()
    .optional(),
  pack: z
    .strictObject({ id: z.int().min(1), name: text })
    .nullable()
    .optional(),
  is_explicit: z.boolean().optional(),
  is_remix: z.boolean().optional(),
  was_remixed: z.boolean().optional(),
  num_downloads: count.optional(),
  avg_rating: z.number().min(0).max(10).optional(),
  num_ratings: count.optional(),
  comments: z.array(z.string()).optional(),
});
type Entry = z.infer<typeof Entry>;

const MetadataFile = z.strictObject({ sounds: z.array(Entry) });

export type Override = Partial<Description> & { readonly id?: number };

/**
 * What the folder's `sounds.json` says of each file, by path below the folder; empty when there is none.
 * Throws a `SoundsFolderError` that names every problem: wrong values, files that are not there, ids and files twice.
 */
export async function readMetadata(
  folder: string,
  isThere: (file: string) => boolean,
): Promise<ReadonlyMap<string, Override>> {
  const path = join(folder, metadataFileName);
  const content = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new SoundsFolderError(`${path} could not be read: ${error.message}`, { cause: error });
  });
  if (content === undefined) return new Map();
  const parsed = MetadataFile.safeParse(parseJson(path, content));
  const problems = parsed.success
    ? misplaced(parsed.data.sounds, isThere)
    : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  if (problems.length > 0 || !parsed.success)
    throw new SoundsFolderError(
      [`${path} has ${problems.length} problem(s):`, ...problems].join("\n  "),
    );
  return new Map(parsed.data.sounds.map((entry) => [entry.file, toOverride(entry)]));
}

function parseJson(path: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new SoundsFolderError(`${path} is not JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function misplaced(entries: readonly Entry[], isThere: (file: string) => boolean): string[] {
  const problems: string[] = [];
  const seen = new Set<string | number>();
  for (const [index, { file, id }] of entries.entries()) {
    if (!isThere(file)) problems.push(`sounds.${index}.file: no audio file ${file} in the folder`);
    if (seen.has(file)) problems.push(`sounds.${index}.file: ${file} is described twice`);
    if (id !== undefined && seen.has(id)) problems.push(`sounds.${index}.id: ${id} is given twice`);
    seen.add(file);
    if (id !== undefined) seen.add(id);
  }
  return problems;
}

function toOverride(entry: Entry): Override {
  const {
    file: _file,
    gen_ai_preference,
    created,
    category_code,
    is_explicit,
    is_remix,
    ...rest
  } = entry;
  const { was_remixed, num_downloads, avg_rating, num_ratings, ...same } = rest;
  return withoutUndefined({
    ...same,
    genAiPreference: gen_ai_preference,
    created: created === undefined ? undefined : new Date(created),
    categoryCode: category_code,
    isExplicit: is_explicit,
    isRemix: is_remix,
    wasRemixed: was_remixed,
    numDownloads: num_downloads,
    avgRating: avg_rating,
    numRatings: num_ratings,
  });
}

/** What the file does not say must not overwrite a default. */
const withoutUndefined = (values: Record<string, unknown>): Override =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
