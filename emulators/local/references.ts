import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join, relative, resolve, sep } from "node:path";
import { bundledReferences, type FreesoundEmulator } from "../freesound/index.ts";
import type { ObjectStore } from "../storage/index.ts";

/** A folder that was named cannot be used. */
class FolderError extends Error {
  override readonly name = "FolderError";
}

const audio = new Set([".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".aif", ".aiff"]);

/**
 * Puts every audio file of the references folder into the references bucket. A file that is called like a
 * sound of the local Freesound (`talk.flac` for `talk.mp3`) becomes the reference of that sound's recording;
 * any other keeps its path as its object name.
 */
export async function addReferences(
  objects: ObjectStore,
  bucket: string,
  sounds: FreesoundEmulator["sounds"],
  options: { referencesFolder?: string | undefined; soundsFolder?: string | undefined },
): Promise<void> {
  const { referencesFolder, soundsFolder } = options;
  const folder = referencesFolder ?? (soundsFolder === undefined ? bundledReferences : undefined);
  if (folder === undefined) return;
  const ids = new Map<string, number>();
  if (soundsFolder !== undefined)
    for (const { id, path } of sounds.list()) ids.set(stem(relative(soundsFolder, path)), id);
  for (const path of await audioFiles(folder)) {
    const id = ids.get(stem(path));
    const extension = extname(path).toLowerCase();
    const name = id === undefined ? path : `freesound/${id}${extension}`;
    objects.put(bucket, name, await readFile(join(folder, path)));
  }
}

const stem = (path: string) => path.slice(0, path.length - extname(path).length);

async function audioFiles(folder: string): Promise<string[]> {
  const info = await stat(folder).catch(() => null);
  if (!info?.isDirectory())
    throw new FolderError(`${resolve(folder)} is not a folder that can be read`);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && audio.has(extname(entry.name).toLowerCase()))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .toSorted();
}
