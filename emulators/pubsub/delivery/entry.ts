import type { PubsubMessage } from "../types.ts";
import type { Lane } from "./lane.ts";

/** Who holds leases (one pull, one stream, one pusher), with what it holds, for flow control. */
export interface Holder {
  messages: number;
  bytes: number;
}

/** A message of a subscription's backlog, not acknowledged. */
export interface Entry {
  readonly message: PubsubMessage;
  readonly bytes: number;
  /** The messages with the same ordering key; absent where order is not asked for. */
  readonly lane: Lane | undefined;
  /** Nacks and expired leases so far. */
  failures: number;
  /** The latest delivery's; it outlives an expired lease, so that a late ack counts, but no nack. */
  ackId: string | undefined;
  lease: { readonly holder: Holder; cancel: () => void } | undefined;
  /** Ends the wait before redelivery. */
  cancelWait: (() => void) | undefined;
}

export const newEntry = (message: PubsubMessage, lane: Lane | undefined): Entry => ({
  message,
  bytes: sizeOf(message),
  lane,
  failures: 0,
  ackId: undefined,
  lease: undefined,
  cancelWait: undefined,
});

/** Bytes of data, attributes and ordering key: what the limits of publish and flow control count. */
export function sizeOf({ data, attributes, orderingKey }: PubsubMessage): number {
  let size = data.length + Buffer.byteLength(orderingKey);
  for (const [key, value] of Object.entries(attributes)) {
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  return size;
}
