import type { StorageEmulator } from "#emulators/storage/index.ts";
import { objectFinalizedType } from "#shared/events.ts";

/** Puts an object; answers the request by which Eventarc tells a function of it. */
export function finalize(
  storage: StorageEmulator,
  bucket: string,
  objectName: string,
  bytes: Uint8Array,
): RequestInit {
  const finalized: unknown[] = [];
  const stop = storage.onFinalize((object) => finalized.push(object));
  storage.objects.put(bucket, objectName, bytes);
  stop();
  return {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "ce-specversion": "1.0",
      "ce-id": `event-${objectName}`,
      "ce-type": objectFinalizedType,
      "ce-source": `//storage.googleapis.com/projects/_/buckets/${bucket}`,
    },
    body: JSON.stringify(finalized[0]),
  };
}
