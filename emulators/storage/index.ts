import { type Emulator, type ListenOptions, listen } from "../emulator.ts";
import { type Fault, createFaults } from "./faults.ts";
import { type ObjectResource, toResource } from "./object.ts";
import { createRoutes } from "./routes.ts";
import { createListener } from "./server.ts";
import { type ObjectStore, createObjectStore } from "./store.ts";

export { type ObjectResource } from "./object.ts";
export { type ObjectStore } from "./store.ts";

export interface StorageEmulator extends Emulator {
  /** The memory itself, for tests: synchronous put, get, list, createBucket, … */
  readonly objects: ObjectStore;
  /**
   * Calls back with the object resource of every new generation, as a finalize event carries it.
   * Returns a function that ends this.
   */
  onFinalize(listener: (object: ObjectResource) => void): () => void;
  /** Lets the next `times` requests fail: an HTTP status, or "reset" for a cut connection. */
  failNext(fault: Fault, times?: number, where?: RegExp): void;
}

export interface StorageOptions extends ListenOptions {
  /** The project that owns every bucket; without it, any project's list shows them all. */
  readonly projectId?: string;
}

/**
 * Serves the Cloud Storage JSON API from memory. Aim clients at it by
 * `STORAGE_EMULATOR_HOST=<url>` (with `http://`) or `apiEndpoint: <url>`.
 */
export async function startStorageEmulator(options: StorageOptions = {}): Promise<StorageEmulator> {
  const objects = createObjectStore();
  const faults = createFaults();
  const server = await listen(
    createListener(objects, createRoutes(options.projectId), faults),
    options,
  );
  return {
    ...server,
    objects,
    onFinalize: (listener) => objects.onPut((object) => listener(toResource(object, server.url))),
    failNext: (...fault) => faults.failNext(...fault),
  };
}
