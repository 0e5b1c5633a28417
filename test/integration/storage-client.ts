import { type ApiError, type Bucket, type File, Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { type StorageEmulator, startStorageEmulator } from "../../emulators/storage/index.ts";

/** One emulator per test file and a fresh bucket per test, seen through Google's client. */
export function useStorage() {
  let emulator: StorageEmulator | undefined;
  let storage: Storage | undefined;
  let bucket: Bucket | undefined;
  let count = 0;

  beforeAll(async () => {
    emulator = await startStorageEmulator();
    storage = createClient(emulator.url);
  });
  afterAll(() => emulator?.close());
  beforeEach(async () => {
    count += 1;
    [bucket] = await started(storage).createBucket(`bucket-${count}`);
  });

  return {
    get emulator(): StorageEmulator {
      return started(emulator);
    },
    get storage(): Storage {
      return started(storage);
    },
    get bucket(): Bucket {
      return started(bucket);
    },
    file: (name: string, options?: Parameters<Bucket["file"]>[1]): File =>
      started(bucket).file(name, options),
    /** A request of our own, for what the client cannot say. */
    fetch: (path: string, init?: RequestInit) => fetch(`${started(emulator).url}${path}`, init),
  };
}

/** Google's client without retries. */
export const createClient = (apiEndpoint: string, retries = 0) =>
  new Storage({
    apiEndpoint,
    projectId: "test",
    retryOptions: { autoRetry: retries > 0, maxRetries: retries, maxRetryDelay: 1 },
  });

/**
 * The error of a call that must fail, as the client reports it. At the end of a resumable upload
 * the client throws the plain object of the answer, which is no `Error`.
 */
export const failure = (call: Promise<unknown>): Promise<ApiError> =>
  call.then(
    () => expect.fail("the call did not fail"),
    (error: ApiError) => error,
  );

/** The status with which a call failed. */
export const statusOf = async (call: Promise<unknown>) => Number((await failure(call)).code);

function started<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the emulator is not started yet");
  return value;
}
