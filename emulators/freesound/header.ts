import { createHash } from "node:crypto";
import { createReadStream, openAsBlob } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { type IOptions, parseBlob, parseBuffer } from "music-metadata";
import type { Sound } from "./sound.ts";

/** What a sound's file says of itself; zeros where it could not be read. */
export interface Header {
  /** Seconds. */
  readonly duration: number;
  readonly samplerate: number;
  readonly channels: number;
  readonly bitdepth: number;
  /** Bits a second. */
  readonly bitrate: number;
  /** Bytes. */
  readonly filesize: number;
}

interface Known {
  readonly version: string;
  readonly header: Promise<Header>;
  md5?: Promise<string>;
}

const unreadable: Header = {
  duration: 0,
  samplerate: 0,
  channels: 0,
  bitdepth: 0,
  bitrate: 0,
  filesize: 0,
};

/** Reads headers and checksums when they are first asked for, and again when the file has changed. */
export class Headers {
  readonly #known = new Map<string, Known>();

  /** The header as last read: good enough to search thousands of sounds. */
  async last({ path }: Sound): Promise<Header> {
    return (this.#known.get(path) ?? (await this.#look(path)))?.header ?? unreadable;
  }

  /** The header as the file is now: for a sound that is answered. */
  async now({ path }: Sound): Promise<Header> {
    return (await this.#look(path))?.header ?? unreadable;
  }

  /** The file's MD5 in hexadecimal; that of nothing when the file cannot be read. */
  async md5({ path }: Sound): Promise<string> {
    const known = await this.#look(path);
    if (known === undefined) return md5OfNothing;
    known.md5 ??= md5OfFile(path).catch(() => md5OfNothing);
    return known.md5;
  }

  async #look(path: string): Promise<Known | undefined> {
    const stats = await stat(path).catch(() => undefined); // a file that has gone has no header
    if (stats === undefined) return undefined;
    const version = `${stats.ctimeMs} ${stats.size}`; // permissions may change, too
    const known = this.#known.get(path);
    if (known?.version === version) return known;
    const fresh = { version, header: readHeader(path, stats.size) };
    this.#known.set(path, fresh);
    return fresh;
  }
}

/** Reads by content, never by name: a file called `.wav` may hold anything. */
async function readHeader(path: string, filesize: number): Promise<Header> {
  try {
    const parse = await parserOf(path, filesize);
    let { format } = await parse({ skipCovers: true });
    // Some containers give their length only to whoever reads them to the end.
    if (format.duration === undefined)
      ({ format } = await parse({ skipCovers: true, duration: true }));
    return {
      duration: Math.max(0, finite(format.duration)),
      samplerate: finite(format.sampleRate),
      channels: finite(format.numberOfChannels),
      bitdepth: finite(format.bitsPerSample),
      bitrate: Math.round(finite(format.bitrate)),
      filesize,
    };
  } catch {
    // Not audio, or not such as can be parsed: it is served all the same, for whoever fetches it to judge.
    return { ...unreadable, filesize };
  }
}

const smallBytes = 512 * 1024;

/** A small file is read at once, of a large one only the parts that the parser asks for: each is faster its way. */
async function parserOf(path: string, filesize: number) {
  if (filesize <= smallBytes) {
    const bytes = await readFile(path);
    return (options: IOptions) => parseBuffer(bytes, undefined, options);
  }
  const blob = await openAsBlob(path);
  return (options: IOptions) => parseBlob(blob, options);
}

const finite = (value: number | undefined) =>
  value !== undefined && Number.isFinite(value) ? value : 0;

const md5OfNothing = createHash("md5").digest("hex");

async function md5OfFile(path: string): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
