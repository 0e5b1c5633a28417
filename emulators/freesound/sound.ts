/** What a sound's uploader allows generative models to do with it. */
export const genAiPreferences = [
  "no-additional-preferences",
  "open-source-models",
  "noncommercial-open-source-models",
  "no-gen-ai",
] as const;
type GenAiPreference = (typeof genAiPreferences)[number];

/** What a sound's uploader and its listeners say of it. */
export interface Description {
  /** The original file name, with its extension. */
  readonly name: string;
  readonly description: string;
  readonly username: string;
  readonly tags: readonly string[];
  /** Deed URL, as the API answers it. */
  readonly license: string;
  readonly genAiPreference: GenAiPreference;
  readonly created: Date;
  readonly category: string | null;
  readonly subcategory: string | null;
  readonly categoryCode: string | null;
  readonly geotag: { readonly lat: number; readonly lon: number } | null;
  readonly pack: { readonly id: number; readonly name: string } | null;
  readonly isExplicit: boolean;
  readonly isRemix: boolean;
  readonly wasRemixed: boolean;
  readonly numDownloads: number;
  /** 0–10, as the database and the filter have it; the API answers half of it. */
  readonly avgRating: number;
  readonly numRatings: number;
  readonly comments: readonly string[];
}

/** One sound: its description, and the file that its previews and its download serve. */
export interface Sound extends Description {
  readonly id: number;
  /** Absolute path. */
  readonly path: string;
  /** The file's extension in lower case, without a dot. */
  readonly extension: string;
}

const typesByExtension: Record<string, string> = {
  aifc: "aiff",
  oga: "ogg",
  opus: "ogg",
  wave: "wav",
};

/** Freesound's `type`: the extension, with the rarer names of a container folded into the usual one. */
export const typeOf = (sound: Sound): string =>
  typesByExtension[sound.extension] ?? sound.extension;

/** A user's number, made from the name: it appears in the paths of previews. */
export function userId(username: string): number {
  let hash = 0;
  for (const character of username)
    hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9_999_991;
  return hash + 1;
}
