import { readdir, realpath, stat } from "node:fs/promises";
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
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      if (entry.name.startsWith(".")) continue;
      const path = join(directory, entry.name);
      const isAudio = audioExtensions.has(extensionOf(path));
      if (entry.isDirectory() || (entry.isSymbolicLink() && !isAudio)) {
        if (entry.isDirectory() || (await isDirectory(path))) await walk(path);
      } else if (isAudio) {
        const modified = await modifiedAt(path);
        if (modified !== undefined)
          found.push({ path, name: relative(folder, path).split(sep).join("/"), modified });
      }
    }
  };
  await walk(folder).catch((error: NodeJS.ErrnoException) => {
    throw new SoundsFolderError(whyUnreadable(folder, error), { cause: error });
  });
  // By code unit, not by locale: the order must be the same on every machine.
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export const extensionOf = (path: string): string => extname(path).slice(1).toLowerCase();

const isDirectory = (path: string) =>
  stat(path).then(
    (stats) => stats.isDirectory(),
    () => false, // a link to nothing
  );

/** `undefined` for what is no regular file, such as a link to nothing or a folder named like audio. */
const modifiedAt = (path: string) =>
  stat(path).then(
    (stats) => (stats.isFile() ? stats.mtime : undefined),
    () => undefined,
  );

function whyUnreadable(folder: string, error: NodeJS.ErrnoException): string {
  const { path = folder } = error;
  if (error.code === "ENOENT") return `there is no folder ${path}: give one with audio files`;
  if (error.code === "ENOTDIR") return `${path} is not a folder: give one with audio files`;
  if (error.code === "EACCES") return `the folder ${path} may not be read: check its permissions`;
  return `the folder ${path} could not be read: ${error.message}`;
}
