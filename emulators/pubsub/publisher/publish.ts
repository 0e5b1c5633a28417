import { sizeOf } from "../delivery/entry.ts";
import type { Methods } from "../rpc/methods.ts";
import { invalidArgument } from "../rpc/status.ts";
import type { PubsubStore } from "../store.ts";
import type { PubsubMessage } from "../types.ts";

/** cloud.google.com/pubsub/quotas#resource_limits; sizes in bytes. */
const limits = {
  messages: 1000,
  messageBytes: 10_000_000,
  requestBytes: 10_000_000,
  attributes: 100,
  attributeKeyBytes: 256,
  attributeValueBytes: 1024,
  orderingKeyBytes: 1024,
};

/** `Publish`: all of the request's messages or, when one breaks a limit, none. */
export const publishMethods = (store: PubsubStore): Methods => ({
  publish({ topic: name, messages }: { topic: string; messages: PubsubMessage[] }) {
    const topic = store.topic(name);
    if (messages.length === 0) throw invalidArgument("No messages to publish");
    atMost("message_count", messages.length, limits.messages);
    for (const message of messages) checkMessage(message);
    const size = messages.reduce((sum, message) => sum + sizeOf(message), 0);
    atMost("request_size", size, limits.requestBytes);
    return { messageIds: store.publish(topic, messages) };
  },
});

function checkMessage(message: PubsubMessage): void {
  const attributes = Object.entries(message.attributes);
  if (message.data.length === 0 && attributes.length === 0) {
    throw invalidArgument("Some messages are empty: each needs data or at least one attribute");
  }
  atMost("message_size", sizeOf(message), limits.messageBytes);
  atMost("attributes_count", attributes.length, limits.attributes);
  atMost("ordering_key_size", Buffer.byteLength(message.orderingKey), limits.orderingKeyBytes);
  for (const [key, value] of attributes) {
    if (key === "" || key.startsWith("goog")) {
      throw invalidArgument(
        `Invalid attribute key "${key}": it cannot be empty or start with goog`,
      );
    }
    atMost("attribute_key_size", Buffer.byteLength(key), limits.attributeKeyBytes);
    atMost("attribute_value_size", Buffer.byteLength(value), limits.attributeValueBytes);
  }
}

function atMost(what: string, value: number, maximum: number): void {
  if (value <= maximum) return;
  throw invalidArgument(
    `The value for ${what} is too large. You passed ${value} in the request, but the maximum value is ${maximum}.`,
  );
}
