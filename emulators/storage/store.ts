import { type Bucket, createBucketResource, patchBucketFields } from "./bucket.ts";
import { checksumsOf } from "./checksums.ts";
import { conflict, noSuchBucket } from "./errors.ts";
import { createGenerationClock } from "./generation.ts";
import { type ObjectFields, type StoredObject } from "./object.ts";

interface PutOptions extends ObjectFields {
  /** Set for composed objects. */
  readonly componentCount?: number;
}

/** The emulator's memory. Everything is synchronous, so a handler is a transaction. */
export interface ObjectStore {
  /** Throws 409 when the bucket exists. */
  createBucket(name: string, fields?: Readonly<Record<string, unknown>>): Bucket;
  /** Throws 404 when there is none. */
  bucket(name: string): Bucket;
  buckets(): readonly Bucket[];
  updateBucket(name: string, patch: Readonly<Record<string, unknown>>): Bucket;
  /** Throws 409 while the bucket holds objects. */
  deleteBucket(name: string): void;
  /** Stores a new generation and tells the finalize listeners. A missing bucket is created. */
  put(bucket: string, name: string, bytes: Uint8Array | string, options?: PutOptions): StoredObject;
  /** The live version, or undefined; with `generation` only when that is the live one. */
  get(bucket: string, name: string, generation?: string): StoredObject | undefined;
  /** Live objects in the service's order: by the bytes of the UTF-8 name. */
  list(bucket: string, prefix?: string): StoredObject[];
  /** Puts other metadata on the same generation. */
  update(object: StoredObject, fields: ObjectFields): StoredObject;
  /** Whether there was one. */
  delete(bucket: string, name: string): boolean;
  onPut(listener: (object: StoredObject) => void): () => void;
}

export function createObjectStore(): ObjectStore {
  const buckets = new Map<string, Bucket>();
  const objects = new Map<string, Map<string, StoredObject>>();
  const listeners = new Set<(object: StoredObject) => void>();
  const nextGeneration = createGenerationClock();

  const bucket = (name: string) => {
    const found = buckets.get(name);
    if (found === undefined) throw noSuchBucket();
    return found;
  };

  const createBucket = (name: string, fields: Readonly<Record<string, unknown>> = {}) => {
    if (buckets.has(name))
      throw conflict(
        "Your previous request to create the named bucket succeeded and you already own it.",
      );
    const created = createBucketResource(name, fields);
    buckets.set(name, created);
    objects.set(name, new Map());
    return created;
  };

  const inBucket = (name: string) => {
    const found = objects.get(name);
    if (found === undefined) throw noSuchBucket();
    return found;
  };

  return {
    createBucket,
    bucket,
    buckets: () => [...buckets.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    updateBucket(name, patch) {
      const updated = patchBucketFields(bucket(name), patch);
      buckets.set(name, updated);
      return updated;
    },
    deleteBucket(name) {
      if (inBucket(name).size > 0) throw conflict("The bucket you tried to delete is not empty.");
      buckets.delete(name);
      objects.delete(name);
    },
    put(bucketName, name, bytes, { componentCount, ...fields } = {}) {
      if (!buckets.has(bucketName)) createBucket(bucketName);
      const copy = typeof bytes === "string" ? Buffer.from(bytes, "utf8") : Buffer.from(bytes);
      const now = new Date().toISOString();
      const stored: StoredObject = {
        bucket: bucketName,
        name,
        bytes: copy,
        ...checksumsOf(copy),
        generation: nextGeneration(),
        metageneration: 1,
        timeCreated: now,
        updated: now,
        fields,
        ...(componentCount === undefined ? {} : { componentCount }),
      };
      inBucket(bucketName).set(name, stored);
      for (const listener of listeners) tell(listener, stored);
      return stored;
    },
    get(bucketName, name, generation) {
      const live = objects.get(bucketName)?.get(name);
      return generation === undefined || live?.generation === generation ? live : undefined;
    },
    list: (bucketName, prefix = "") =>
      [...inBucket(bucketName).values()]
        .filter(({ name }) => name.startsWith(prefix))
        .toSorted((a, b) => compareNames(a.name, b.name)),
    update(object, fields) {
      const updated: StoredObject = {
        ...object,
        fields,
        metageneration: object.metageneration + 1,
        updated: new Date().toISOString(),
      };
      inBucket(object.bucket).set(object.name, updated);
      return updated;
    },
    delete: (bucketName, name) => inBucket(bucketName).delete(name),
    onPut(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** The object is stored whatever its listeners do: their errors are printed, not the uploader's. */
function tell(listener: (object: StoredObject) => void, object: StoredObject): void {
  try {
    listener(object);
  } catch (error) {
    console.error(`storage emulator: a listener failed on ${object.name}:`, error);
  }
}

/** By UTF-8 bytes, which for names beyond the basic plane is not the order of JavaScript strings. */
export const compareNames = (a: string, b: string) =>
  Buffer.compare(Buffer.from(a), Buffer.from(b));
