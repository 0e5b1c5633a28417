import type { CloudEvent } from "@google-cloud/functions-framework";
import type { PubSub } from "@google-cloud/pubsub";
import { z } from "zod";
import { PermanentError } from "./errors.ts";
import { log } from "./log.ts";

/** Event type of a stored object: https://github.com/googleapis/google-cloudevents (cloud/storage/v1). */
export const objectFinalizedType = "google.cloud.storage.object.v1.finalized";

/** The object resource that a finalize event carries; the fields that Earmark reads. */
export const ObjectFinalized = z.object({
  bucket: z.string().min(1),
  name: z.string().min(1),
  generation: z.coerce.string().regex(/^\d+$/),
  size: z.coerce.number().int().nonnegative(),
  contentType: z.string().optional(),
  md5Hash: z.string().optional(),
  crc32c: z.string().optional(),
  timeCreated: z.string().optional(),
  metadata: z.record(z.string(), z.string()).default({}),
});
export type ObjectFinalized = z.infer<typeof ObjectFinalized>;

/**
 * Turns work on a finalized object of `bucket` into a CloudEvent handler. What cannot ever succeed (an event that is not
 * ours or has a wrong shape, a `PermanentError`) is logged and acknowledged; any other error goes through, and
 * the platform delivers the event again.
 */
export function receive(
  bucket: string,
  work: (object: ObjectFinalized, eventId: string) => Promise<void>,
): (event: CloudEvent<unknown>) => Promise<void> {
  return async (event) => {
    const about = { eventId: event.id, eventType: event.type };
    try {
      await work(parseFinalized(event, bucket), about.eventId);
    } catch (error) {
      if (error instanceof PermanentError) return log.eventRejected(about, error);
      log.eventFailed(about, error);
      throw error;
    }
  };
}

function parseFinalized(event: CloudEvent<unknown>, bucket: string): ObjectFinalized {
  // A body without ce- headers arrives with its own fields in the place of the event's.
  if (event.type !== objectFinalizedType)
    throw new PermanentError("wrong-event", `not a ${objectFinalizedType} event`);
  const parsed = ObjectFinalized.safeParse(event.data);
  if (!parsed.success)
    throw new PermanentError("wrong-event", z.prettifyError(parsed.error), { cause: parsed.error });
  if (parsed.data.bucket !== bucket)
    throw new PermanentError("wrong-event", `bucket ${parsed.data.bucket} is not ${bucket}`);
  return parsed.data;
}

/** What happened to a recording; the type ends in the version of its payload. */
export type RecordingEventType =
  | "recording.loaded.v1"
  | "recording.classified.v1"
  | "recording.rejected.v1";

/** What no retry can mend, with all that a replay needs. */
type DeadLetter = Readonly<
  Record<"id" | "generation" | "stage" | "reason" | "detail" | "bucket", string>
>;

export interface Events {
  /** Tells the events topic. Attributes: `type`, `id`, `generation`; the data is JSON. */
  publish(type: RecordingEventType, payload: { id: string; generation: string }): Promise<void>;
  /** Hands something that no retry can mend to the dead-letters topic. */
  deadLetter(payload: DeadLetter): Promise<void>;
}

/** Opens the two topics. */
export function openEvents(pubsub: PubSub, eventsTopic: string, deadLettersTopic: string): Events {
  const events = pubsub.topic(eventsTopic);
  const deadLetters = pubsub.topic(deadLettersTopic);
  return {
    async publish(type, payload) {
      const { id, generation } = payload;
      await events.publishMessage({ json: payload, attributes: { type, id, generation } });
    },
    async deadLetter(payload) {
      const { id, generation, stage, reason } = payload;
      await deadLetters.publishMessage({
        json: payload,
        attributes: { id, generation, stage, reason },
      });
    },
  };
}
