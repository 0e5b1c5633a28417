import { validateHeaderName, validateHeaderValue } from "node:http";
import { toRfc3339 } from "../time.ts";
import type { ReceivedMessage, Subscription } from "../types.ts";

/** A POST to a push endpoint. */
export interface PushRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * What a push endpoint receives: the message wrapped in JSON, or bare with `no_wrapper`
 * (cloud.google.com/pubsub/docs/push#receive_push, …/docs/payload-unwrapping).
 */
export function toPushRequest(
  { name, pushConfig }: Subscription,
  received: ReceivedMessage,
): PushRequest {
  const bare = pushConfig?.noWrapper;
  if (!bare) return wrapped(name, received);
  const headers = bare.writeMetadata ? metadataHeaders(name, received) : {};
  return { headers, body: received.message.data };
}

function wrapped(subscription: string, { message, deliveryAttempt }: ReceivedMessage): PushRequest {
  const publishTime = toRfc3339(message.publishTime);
  const body = {
    ...(deliveryAttempt > 0 && { deliveryAttempt }),
    message: {
      ...(Object.keys(message.attributes).length > 0 && { attributes: message.attributes }),
      ...(message.data.length > 0 && { data: message.data.toString("base64") }),
      messageId: message.messageId,
      message_id: message.messageId,
      ...(message.orderingKey !== "" && { orderingKey: message.orderingKey }),
      publishTime,
      publish_time: publishTime,
    },
    subscription,
  };
  const headers = { "content-type": "application/json" };
  return { headers, body: Buffer.from(JSON.stringify(body)) };
}

function metadataHeaders(
  subscription: string,
  { message, deliveryAttempt }: ReceivedMessage,
): Record<string, string> {
  const attributes = Object.entries(message.attributes).filter(isHeader);
  return {
    ...Object.fromEntries(attributes),
    "x-goog-pubsub-subscription-name": subscription,
    "x-goog-pubsub-message-id": message.messageId,
    "x-goog-pubsub-publish-time": toRfc3339(message.publishTime),
    ...(message.orderingKey !== "" && { "x-goog-pubsub-ordering-key": message.orderingKey }),
    ...(deliveryAttempt > 0 && { "x-goog-pubsub-delivery-attempt": String(deliveryAttempt) }),
  };
}

/** Attributes that HTTP cannot carry are left out. */
function isHeader([name, value]: [string, string]): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
