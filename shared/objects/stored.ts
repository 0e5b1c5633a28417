import { ApiError, type File, type Storage } from "@google-cloud/storage";

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
  /** The newest version, or null. */
  head(name: string): Promise<StoredObject | null>;
  /** Every object whose name starts with `prefix`, in order of name, page by page. */
  list(prefix: string): AsyncGenerator<StoredObject, void, undefined>;
  /**
   * The same bytes with other custom metadata as a new version, so that everything that listens for stored
   * objects hears of it. False when the object has been replaced or deleted since it was looked at.
   */
  restate(object: StoredObject, metadata: Readonly<Record<string, string>>): Promise<boolean>;
  /** Adds custom metadata to the same version, in silence. False as above. */
  annotate(object: StoredObject, metadata: Readonly<Record<string, string>>): Promise<boolean>;
}

export function openStored(storage: Storage, bucketName: string): Stored {
  const bucket = storage.bucket(bucketName);
  return {
    async head(name) {
      try {
        const file = bucket.file(name);
        await file.getMetadata();
        return toStored(file);
      } catch (error) {
        if (error instanceof ApiError && error.code === 404) return null;
        throw error;
      }
    },

    async *list(prefix) {
      for await (const file of bucket.getFilesStream({ prefix }) as AsyncIterable<File>)
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
