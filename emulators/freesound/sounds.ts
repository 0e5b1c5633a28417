import { createHash } from "node:crypto";
import { dirname, resolve } from "node:path";
import { extensionOf, findAudioFiles, SoundsFolderError } from "./folder.ts";
import { readMetadata } from "./metadata.ts";
import type { Description, Sound } from "./sound.ts";

/** The sounds that are served. Tests take some away, change them, or let index and database fall out of step. */
export class SoundStore {
  readonly #sounds = new Map<number, Sound>();
  readonly #outOfStep = new Set<number>();
  #sorted: readonly Sound[] | undefined;

  constructor(sounds: readonly Sound[]) {
    for (const sound of sounds) this.#sounds.set(sound.id, sound);
  }

  /** In order of id. */
  list(): readonly Sound[] {
    this.#sorted ??= [...this.#sounds.values()].toSorted((a, b) => a.id - b.id);
    return this.#sorted;
  }

  get size(): number {
    return this.#sounds.size;
  }

  get(id: number): Sound | undefined {
    return this.#sounds.get(id);
  }

  /** Adds a sound, or puts it in the place of the one with its id. */
  put(sound: Sound): void {
    this.#sorted = undefined;
    this.#sounds.set(sound.id, sound);
  }

  /** Changes what is said of a sound. Throws when there is none with this id. */
  change(id: number, changes: Partial<Description & Pick<Sound, "path" | "extension">>): Sound {
    const sound = this.#sounds.get(id);
    if (sound === undefined) throw new RangeError(`no sound ${id} to change`);
    const changed = { ...sound, ...changes };
    this.put(changed);
    return changed;
  }

  /** Deletes a sound as its uploader would: no search, instance, preview or download knows it any more. */
  remove(id: number): boolean {
    this.#sorted = undefined;
    return this.#sounds.delete(id);
  }

  /** Leaves the sound in the search index alone: searches answer `null` in its place, its instance is 404. */
  loseFromDatabase(id: number): void {
    this.#outOfStep.add(id);
  }

  /** Undoes `loseFromDatabase`. */
  restoreToDatabase(id: number): void {
    this.#outOfStep.delete(id);
  }

  isInDatabase(id: number): boolean {
    return this.#sounds.has(id) && !this.#outOfStep.has(id);
  }
}

/**
 * Every audio file below `folder` as a sound, described by the folder's `sounds.json` as far as that goes.
 * Reads no audio. Throws a `SoundsFolderError` that says what is wrong with the folder.
 */
export async function loadSounds(folder: string): Promise<SoundStore> {
  const root = resolve(folder);
  const files = await findAudioFiles(root);
  if (files.length === 0)
    throw new SoundsFolderError(`the folder ${root} holds no audio file: put some into it`);
  const names = new Set(files.map(({ name }) => name));
  const metadata = await readMetadata(root, (file) => names.has(file));
  const ids = new Set([...metadata.values()].flatMap(({ id }) => id ?? []));
  const sounds = files.map((file): Sound => {
    const override = metadata.get(file.name);
    return {
      ...undescribed(file.name, file.modified),
      ...override,
      id: override?.id ?? freeId(file.name, ids),
      path: file.path,
      extension: extensionOf(file.path),
    };
  });
  return new SoundStore(sounds);
}

/** What is said of a file that nobody described; the tag `speech` makes it found by the usual query. */
function undescribed(name: string, modified: Date): Description {
  const folders = dirname(name) === "." ? [] : dirname(name).split("/");
  const words = folders.map((folder) => folder.toLowerCase().replaceAll(/\s+/g, "-"));
  return {
    name: name.slice(name.lastIndexOf("/") + 1),
    description: `Local file ${name}`,
    username: "local",
    tags: [...new Set(["speech", ...words])],
    license: "", // nobody said how it may be used
    genAiPreference: "no-additional-preferences",
    created: new Date(Math.floor(modified.getTime() / 1000) * 1000),
    category: null,
    subcategory: null,
    categoryCode: null,
    geotag: null,
    pack: null,
    isExplicit: false,
    isRemix: false,
    wasRemixed: false,
    numDownloads: 0,
    avgRating: 0,
    numRatings: 0,
    comments: [],
  };
}

const firstId = 100_000_000;
const idCount = 900_000_000;

/**
 * A nine-digit id made from the name, so that it stays when other files come and go; taken ones give way to
 * the next free number in the order of names.
 */
function freeId(name: string, taken: Set<number>): number {
  const hash = createHash("sha256").update(name).digest().readUInt32BE(0);
  let id = firstId + (hash % idCount);
  while (taken.has(id)) id = firstId + ((id + 1 - firstId) % idCount);
  taken.add(id);
  return id;
}
