import { type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ApiError, type Storage } from "@google-cloud/storage";
import { ObjectGoneError } from "#shared/errors.ts";

interface ObjectOptions {
  readonly contentType: string;
  /** Custom metadata; Cloud Storage takes 8 KiB of keys and values together. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Generation that the new version takes the place of; default: the name must be free. */
  readonly replaces?: string;
  /** Ends the upload; what was sent so far is not stored. */
  readonly signal?: AbortSignal;
}

/** Cloud Storage did not take a stream with which nothing was wrong. */
export class UploadError extends Error {
  override readonly name = "UploadError";
}

/** One bucket of Cloud Storage. */
export interface Objects {
  readonly bucket: string;
  /**
   * The bytes of an object, checked against the stored CRC32C.
   * @throws ObjectGoneError when it is not there (in that generation).
   */
  read(name: string, generation?: string): Promise<Uint8Array>;
  exists(name: string): Promise<boolean>;
  /** Bytes of an object. @throws ObjectGoneError when it is not there. */
  size(name: string): Promise<number>;
  /** Names that start with `prefix`, in order. */
  find(prefix: string): Promise<string[]>;
  /**
   * Stores a stream under a name that nobody has yet; the CRC32C of what was sent is compared with what was
   * stored. A stream that fails stores nothing. With `replaces` it is the next version of that one instead.
   * @throws UploadError when Cloud Storage fails, or takes and answers nothing for `uploadIdleMs`; the stream's
   *   own error when that fails; the signal's reason
   */
  create(name: string, body: Readable, options: ObjectOptions): Promise<"created" | "exists">;
}

const hasCode = (error: unknown, code: number) => error instanceof ApiError && error.code === code;

/** Opens a bucket. The client may be shared between buckets. */
export function openObjects(
  storage: Storage,
  bucketName: string,
  { uploadIdleMs = 60_000 }: { uploadIdleMs?: number } = {},
): Objects {
  const bucket = storage.bucket(bucketName);
  const gone = (name: string, cause: unknown) =>
    new ObjectGoneError(`gs://${bucketName}/${name} is not there`, { cause });
  return {
    bucket: bucketName,

    async read(name, generation) {
      try {
        const file = bucket.file(name, generation === undefined ? {} : { generation });
        const [bytes] = await file.download({ validation: "crc32c" });
        return bytes;
      } catch (error) {
        if (!hasCode(error, 404)) throw error;
        throw gone(name, error);
      }
    },

    async exists(name) {
      const [exists] = await bucket.file(name).exists();
      return exists;
    },

    async size(name) {
      try {
        const [metadata] = await bucket.file(name).getMetadata();
        return Number(metadata.size);
      } catch (error) {
        throw hasCode(error, 404) ? gone(name, error) : error;
      }
    },

    async find(prefix) {
      const [files] = await bucket.getFiles({ prefix });
      return files.map((file) => file.name);
    },

    async create(name, body, { contentType, metadata, replaces = 0, signal }) {
      const upload = bucket.file(name).createWriteStream({
        resumable: false,
        validation: "crc32c",
        preconditionOpts: { ifGenerationMatch: replaces },
        metadata: { contentType, metadata: { ...metadata } },
      });
      const stall = new AbortController();
      const source: { error?: unknown } = {};
      let idle: NodeJS.Timeout | undefined;
      const watch = () => {
        idle = setTimeout(() => stall.abort(), uploadIdleMs);
      };
      // Only the time that Storage takes for a chunk, and for its answer in the end, is its own.
      async function* watched() {
        try {
          for await (const chunk of body as AsyncIterable<Uint8Array>) {
            watch();
            yield chunk;
            clearTimeout(idle);
          }
          watch();
        } catch (error) {
          if (!upload.destroyed) source.error = error;
          throw error;
        }
      }
      try {
        const ends = signal === undefined ? [stall.signal] : [stall.signal, signal];
        await pipeline(watched, upload, { signal: AbortSignal.any(ends) });
        return "created";
      } catch (error) {
        signal?.throwIfAborted();
        if (hasCode(error, 412)) return "exists";
        if (source.error !== undefined) throw source.error;
        const object = `gs://${bucketName}/${name}`;
        const why = stall.signal.aborted ? `nothing moved for ${uploadIdleMs} ms` : "failed";
        throw new UploadError(`upload of ${object}: ${why}`, { cause: error });
      } finally {
        clearTimeout(idle);
        body.destroy();
      }
    },
  };
}
