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
  /** Names that start with `prefix`, in order. */
  find(prefix: string): Promise<string[]>;
  /**
   * Stores a stream under a name that nobody has yet; the CRC32C of what was sent is compared with what was
   * stored. A stream that fails stores nothing. With `replaces` it is the next version of that one instead.
   */
  create(name: string, body: Readable, options: ObjectOptions): Promise<"created" | "exists">;
}

const hasCode = (error: unknown, code: number) => error instanceof ApiError && error.code === code;

/** Opens a bucket. The client may be shared between buckets. */
export function openObjects(storage: Storage, bucketName: string): Objects {
  const bucket = storage.bucket(bucketName);
  return {
    bucket: bucketName,

    async read(name, generation) {
      try {
        const file = bucket.file(name, generation === undefined ? {} : { generation });
        const [bytes] = await file.download({ validation: "crc32c" });
        return bytes;
      } catch (error) {
        if (!hasCode(error, 404)) throw error;
        throw new ObjectGoneError(`gs://${bucketName}/${name} is not there`, { cause: error });
      }
    },

    async exists(name) {
      const [exists] = await bucket.file(name).exists();
      return exists;
    },

    async find(prefix) {
      const [files] = await bucket.getFiles({ prefix });
      return files.map((file) => file.name);
    },

    async create(name, body, { contentType, metadata, replaces = 0 }) {
      const upload = bucket.file(name).createWriteStream({
        resumable: false,
        validation: "crc32c",
        preconditionOpts: { ifGenerationMatch: replaces },
        metadata: { contentType, metadata: { ...metadata } },
      });
      try {
        await pipeline(body, upload);
        return "created";
      } catch (error) {
        if (hasCode(error, 412)) return "exists";
        throw error;
      }
    },
  };
}
