import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { decodeAudio } from "#shared/audio/decode.ts";
import { PermanentError } from "#shared/errors.ts";
import { UsageError } from "../cli.ts";

/** A recording of one channel. */
interface Sound {
  readonly samples: Float32Array;
  readonly sampleRate: number;
}

/** A reference and a degraded recording of it. */
export type Pair = readonly [reference: Sound, degraded: Sound];

/** npm runs a command in the folder of the package: names are those of where it was called. */
export const callersFolder = process.env["INIT_CWD"] ?? process.cwd();

/**
 * Both files of a pair, relative to a folder.
 *
 * @throws {UsageError} that names the file and says why it cannot be used.
 */
export async function readPair(folder: string, reference: string, degraded: string): Promise<Pair> {
  return [await readSound(folder, reference), await readSound(folder, degraded)];
}

/** The samples of a file of one channel, all of them. */
async function readSound(folder: string, name: string): Promise<Sound> {
  const bytes = await readNamed(name, folder);
  try {
    const decoding = decodeAudio(bytes);
    const { channels, sampleRate } = decoding.format;
    if (channels !== 1)
      throw new UsageError(
        `${name} has ${channels} channels and PESQ compares single ones: extract one (or mix them) first`,
      );
    const blocks: Float32Array[] = [];
    for await (const [block] of decoding.blocks()) if (block) blocks.push(block.slice());
    if (decoding.truncated)
      throw new UsageError(
        `${name} is cut short: only ${decoding.frames} samples of it can be read; get the whole file`,
      );
    const samples = new Float32Array(decoding.frames);
    let at = 0;
    for (const block of blocks) {
      samples.set(block, at);
      at += block.length;
    }
    return { samples, sampleRate };
  } catch (error) {
    if (error instanceof PermanentError)
      throw new UsageError(`${name} cannot be read: ${error.message}`, { cause: error });
    throw error;
  }
}

/** A file by its name, relative to a folder. */
export async function readNamed(name: string, folder = callersFolder): Promise<Buffer> {
  const path = resolve(folder, name);
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new UsageError(`there is no file ${path}`);
  if (!found.isFile()) throw new UsageError(`${path} is not a file`);
  return readFile(path);
}
