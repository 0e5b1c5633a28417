import type { Stats } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";

export interface AudioFile {
  /** Absolute path. */
  readonly path: string;
  /** Path below the folder, with `/` between its parts on every system. */
  readonly name: string;
  readonly modified: Date;
}

const audioExtensions = new Set(
  "wav wave aif aiff aifc ogg oga opus mp3 m4a mp4 aac flac wv wma amr au snd caf w64 webm ac3 spx gsm".split(
    " ",
  ),
);

/** The folder cannot be served: it is missing, is no folder, or holds no audio file. */
export class SoundsFolderError extends Error {
  override readonly name = "SoundsFolderError";
}

/** Every file below `folder` with an audio extension, sorted by name; hidden files and folders are skipped. */
export async function findAudioFiles(folder: string): Promise<AudioFile[]> {
  const found: AudioFile[] = [];
  const seen = new Set<string>(); // real paths: a link to a folder above it would never end
  const walk = async (directory: string): Promise<void> => {
    const real = await realpath(directory);
    if (seen.has(real)) return;
    seen.add(real);
    const names = (await readdir(directory)).filter((name) => !name.startsWith("."));
    const entries = await Promise.all(names.map((name) => look(join(directory, name))));
    for (const { path, stats } of entries)
      if (stats?.isFile() === true && audioExtensions.has(extensionOf(path)))
        found.push({
          path,
          name: relative(folder, path).split(sep).join("/"),
          modified: stats.mtime,
        });
    // One folder after another, links last: a folder with two ways to it has the same name in every run.
    const folders = entries.filter(({ stats }) => stats?.isDirectory() === true);
    for (const { path } of folders.toSorted(byLinkThenPath)) await walk(path);
  };
  await walk(folder).catch((error: NodeJS.ErrnoException) => {
    throw new SoundsFolderError(whyUnreadable(folder, error), { cause: error });
  });
  return found.toSorted((a, b) => compare(a.name, b.name));
}

export const extensionOf = (path: string): string => extname(path).slice(1).toLowerCase();

interface Entry {
  readonly path: string;
  readonly isLink: boolean;
  /** Of what a link points to; `undefined` when that is nothing. */
  readonly stats: Stats | undefined;
}

async function look(path: string): Promise<Entry> {
  const stats = await lstat(path).catch(() => undefined); // gone since the folder was read
  if (stats?.isSymbolicLink() !== true) return { path, isLink: false, stats };
  return { path, isLink: true, stats: await stat(path).catch(() => undefined) };
}

const byLinkThenPath = (a: Entry, b: Entry) =>
  Number(a.isLink) - Number(b.isLink) || compare(a.path, b.path);

/** By code unit, not by locale: the order must be the same on every machine. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function whyUnreadable(folder: string, error: NodeJS.ErrnoException): string {
  const { path = folder } = error;
  if (error.code === "ENOENT") return `there is no folder ${path}: give one with audio files`;
  if (error.code === "ENOTDIR") return `${path} is not a folder: give one with audio files`;
  if (error.code === "EACCES") return `the folder ${path} may not be read: check its permissions`;
  return `the folder ${path} could not be read: ${error.message}`;
}
