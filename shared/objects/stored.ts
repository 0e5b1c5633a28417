import { ApiError, type File, type Storage } from "@google-cloud/storage";
import pLimit from "p-limit";
import { z } from "zod";

/** An object as it lies in the bucket. */
export interface StoredObject {
  readonly name: string;
  readonly generation: string;
  readonly bytes: number;
  /** Custom metadata. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a bucket holds, and changes of what is said about it. */
export interface Stored {
  /** Those of the names that are there, in their newest versions. Names that lie close together cost one call. */
  find(names: readonly string[]): Promise<ReadonlyMap<string, StoredObject>>;
  /** Every object whose name starts with `prefix` and comes after `after`, in order of name, page by page. */
  list(prefix: string, after?: string | null): AsyncGenerator<StoredObject, void, undefined>;
  /**
   * The same bytes with other custom metadata as a new version, so that everything that listens for stored
   * objects hears of it. False when the object has been replaced or deleted since it was looked at.
   */
  restate(object: StoredObject, metadata: Readonly<Record<string, string>>): Promise<boolean>;
  /** Adds custom metadata to the same version, in silence. False as above. */
  annotate(object: StoredObject, metadata: Readonly<Record<string, string>>): Promise<boolean>;
}

/** Pages of a thousand names that are read before single requests are the better way. */
const listPages = 2;
const headsAtOnce = 16;

/** The order of names in Cloud Storage: by the bytes of their UTF-8. */
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

export function openStored(storage: Storage, bucketName: string): Stored {
  const bucket = storage.bucket(bucketName);

  async function head(name: string): Promise<StoredObject | null> {
    try {
      const file = bucket.file(name);
      await file.getMetadata();
      return toStored(file);
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return null;
      throw error;
    }
  }

  return {
    async find(names) {
      const sorted = [...new Set(names)].toSorted(byBytes);
      const [first, last] = [sorted.at(0), sorted.at(-1)];
      const found = new Map<string, StoredObject>();
      if (first === undefined || last === undefined) return found;
      let listed = "";
      let pageToken: string | undefined;
      for (let page = 0; page < listPages && (page === 0 || pageToken !== undefined); page++) {
        const [files, next] = await bucket.getFiles({
          startOffset: first,
          endOffset: `${last}\0`, // the end itself is not listed
          autoPaginate: false,
          ...(pageToken === undefined ? {} : { pageToken }),
        });
        for (const file of files) found.set(file.name, toStored(file));
        listed = files.at(-1)?.name ?? listed;
        pageToken = next === null ? undefined : z.string().optional().parse(next?.pageToken);
      }
      if (pageToken === undefined) return found;
      // Too much that is not ours lies between: the rest one by one.
      const rest = sorted.filter((name) => byBytes(name, listed) > 0);
      await pLimit(headsAtOnce).map(rest, async (name) => {
        const object = await head(name);
        if (object !== null) found.set(name, object);
      });
      return found;
    },

    async *list(prefix, after = null) {
      const query = after === null ? { prefix } : { prefix, startOffset: `${after}\0` };
      for await (const file of bucket.getFilesStream(query) as AsyncIterable<File>)
        yield toStored(file);
    },

    restate: (object, metadata) =>
      unlessChanged(async () => {
        const file = bucket.file(object.name);
        const [current] = await file.getMetadata();
        await file.copy(file, {
          metadata: { ...metadata },
          ...(current.contentType === undefined ? {} : { contentType: current.contentType }),
          preconditionOpts: { ifGenerationMatch: object.generation },
        });
      }),

    annotate: (object, metadata) =>
      unlessChanged(async () => {
        const file = bucket.file(object.name);
        await file.setMetadata(
          { metadata: { ...metadata } },
          { ifGenerationMatch: object.generation },
        );
      }),
  };
}

const toStored = ({ name, metadata }: File): StoredObject => ({
  name,
  generation: String(metadata.generation ?? ""),
  bytes: Number(metadata.size ?? 0),
  metadata: Object.fromEntries(
    Object.entries(metadata.metadata ?? {}).map(([key, value]) => [key, String(value)]),
  ),
});

async function unlessChanged(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof ApiError && (error.code === 412 || error.code === 404)) return false;
    throw error;
  }
}
