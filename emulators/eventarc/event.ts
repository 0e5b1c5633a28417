/** What a finalize event tells of its object; the rest of the resource goes along untouched. */
export interface FinalizedObject {
  readonly bucket: string;
  readonly name: string;
  /** RFC 3339; the event's time. */
  readonly timeCreated?: unknown;
  readonly [field: string]: unknown;
}

/** A CloudEvent 1.0 as a trigger of Cloud Storage delivers it. */
export interface FinalizeEvent {
  /** The same on every attempt and for every trigger. */
  readonly id: string;
  readonly time: string;
  readonly type: "google.cloud.storage.object.v1.finalized";
  readonly source: string;
  readonly subject: string;
  readonly bucket: string;
  /** The object resource. */
  readonly data: FinalizedObject;
}

/** Makes events with ids like those of the service: a decimal number, never used twice. */
export function createEventFactory(): (object: FinalizedObject) => FinalizeEvent {
  let lastId = Date.now() * 1000;
  return (object) => {
    lastId += 1;
    const { bucket, name, timeCreated } = object;
    return {
      id: String(lastId),
      time: typeof timeCreated === "string" ? timeCreated : new Date().toISOString(),
      type: "google.cloud.storage.object.v1.finalized",
      source: `//storage.googleapis.com/projects/_/buckets/${bucket}`,
      subject: `objects/${name}`,
      bucket,
      data: object,
    };
  };
}

/**
 * The request headers of the HTTP binding's binary mode. A header holds no spaces, quotes, percent
 * signs or characters beyond ASCII: they are percent-encoded.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md#3132-http-header-values
 */
export const toHeaders = ({ id, time, type, source, subject, bucket }: FinalizeEvent) => ({
  "content-type": "application/json",
  "ce-specversion": "1.0",
  "ce-id": id,
  "ce-time": time,
  "ce-type": type,
  "ce-source": encodeHeader(source),
  "ce-subject": encodeHeader(subject),
  "ce-bucket": encodeHeader(bucket),
});

const encodeHeader = (value: string) =>
  value.toWellFormed().replaceAll(/[^\x21\x23\x24\x26-\x7e]+/g, encodeURIComponent);
