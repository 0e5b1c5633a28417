import type { Header } from "../header.ts";
import { licenseName } from "../licenses.ts";
import { type Sound, typeOf } from "../sound.ts";
import { analyzeLetters, analyzeText } from "./analysis.ts";

/** A sound with what its file's header says, for the fields that need it. */
export interface Candidate {
  readonly sound: Sound;
  readonly header: Header | undefined;
}

/**
 * How a field of the search index is compared. `keyword` is lower case as a whole, `string` exact, `text` and
 * `letters` are cut into words.
 */
export type IndexField = NumberField | StringField | WordField;

export interface NumberField {
  readonly type: "int" | "float" | "date";
  readonly of: (candidate: Candidate) => number;
}

export interface StringField {
  readonly type: "keyword" | "string" | "boolean";
  readonly of: (candidate: Candidate) => readonly string[];
}

export interface WordField {
  readonly type: "text" | "letters";
  /** Each value's words. */
  readonly of: (candidate: Candidate) => readonly (readonly string[])[];
}

export const isNumberField = (field: IndexField): field is NumberField =>
  field.type === "int" || field.type === "float" || field.type === "date";

export const isWordField = (field: IndexField): field is WordField =>
  field.type === "text" || field.type === "letters";

const text = (values: (sound: Sound) => readonly string[]): IndexField => ({
  type: "text",
  of: remembered((sound) => values(sound).map(analyzeText)),
});
const int = (of: (sound: Sound) => number): IndexField => ({
  type: "int",
  of: ({ sound }) => of(sound),
});
const flag = (of: (sound: Sound) => boolean): IndexField => ({
  type: "boolean",
  of: ({ sound }) => [String(of(sound))],
});
const exact = (of: (sound: Sound) => string | null | undefined): IndexField => ({
  type: "string",
  of: ({ sound }) => [of(sound) ?? []].flat(),
});
const headerNumber = (key: keyof Header, type: "int" | "float" = "int"): IndexField => ({
  type,
  of: ({ header }) => header?.[key] ?? 0,
});

const tag: IndexField = {
  type: "keyword",
  of: ({ sound }) => sound.tags.map((name) => name.toLowerCase()),
};
const name = text(({ name }) => [name]);
const packGrouping = exact(({ pack }) => pack && `${pack.id}_${pack.name}`);

/** The fields that a filter may name. Ratings below three are no rating; see `avg_rating`. */
export const indexFields: Readonly<Record<string, IndexField>> = {
  id: int(({ id }) => id),
  name,
  original_filename: name,
  tag,
  tags: tag,
  description: text(({ description }) => [description]),
  username: {
    type: "letters",
    of: remembered(({ username }) => [analyzeLetters(username)]),
  },
  pack: text(({ pack }) => [pack?.name ?? []].flat()),
  pack_grouping: packGrouping,
  grouping_pack: packGrouping,
  comment: text(({ comments }) => comments),
  // The index keeps whole seconds.
  created: {
    type: "date",
    of: ({ sound }) => Math.floor(sound.created.getTime() / 1000) * 1000,
  },
  license: exact(({ license }) => licenseName(license)),
  type: { type: "keyword", of: ({ sound }) => [typeOf(sound)] },
  duration: headerNumber("duration", "float"),
  samplerate: headerNumber("samplerate"),
  bitdepth: headerNumber("bitdepth"),
  bitrate: headerNumber("bitrate"),
  channels: headerNumber("channels"),
  filesize: headerNumber("filesize"),
  num_downloads: int(({ numDownloads }) => numDownloads),
  num_ratings: int(({ numRatings }) => numRatings),
  num_comments: int(({ comments }) => comments.length),
  avg_rating: { type: "float", of: ({ sound }) => indexedRating(sound) },
  category: exact(({ category }) => category),
  subcategory: exact(({ subcategory }) => subcategory),
  gen_ai_preference: exact(({ genAiPreference }) => genAiPreference),
  is_explicit: flag(({ isExplicit }) => isExplicit),
  is_remix: flag(({ isRemix }) => isRemix),
  was_remixed: flag(({ wasRemixed }) => wasRemixed),
  in_remix_group: flag(({ isRemix, wasRemixed }) => isRemix || wasRemixed),
  is_geotagged: flag(({ geotag }) => geotag !== null),
};

/** Fields whose values come out of the file. */
export const headerFields: ReadonlySet<string> = new Set([
  "duration",
  "samplerate",
  "bitdepth",
  "bitrate",
  "channels",
  "filesize",
]);

/** Where words without a field are looked for, and what a match there weighs. */
export const queryFields: readonly (readonly [string, number])[] = [
  ["id", 4],
  ["tag", 4],
  ["description", 3],
  ["username", 2],
  ["pack", 2],
  ["name", 2],
];

const ratingsNeeded = 3;

/** 0–10; 0 with fewer than three ratings. */
export const indexedRating = ({ avgRating, numRatings }: Sound): number =>
  numRatings >= ratingsNeeded ? avgRating : 0;

/** A changed sound is another object, so nothing remembered is ever stale. */
function remembered<T>(of: (sound: Sound) => T): (candidate: Candidate) => T {
  const known = new WeakMap<Sound, T>();
  return ({ sound }) => {
    const value = known.get(sound) ?? of(sound);
    known.set(sound, value);
    return value;
  };
}
