import { toRfc3339 } from "../time.ts";
import type { PubsubMessage, Subscription } from "../types.ts";

/**
 * The message as it goes to the dead letter topic, with the attributes that name its source
 * (cloud.google.com/pubsub/docs/dead-letter-topics#track-delivery-attempts).
 */
export function toDeadLetter(
  { name }: Pick<Subscription, "name">,
  { data, attributes, orderingKey, publishTime }: PubsubMessage,
  deliveries: number,
): Pick<PubsubMessage, "data" | "attributes" | "orderingKey"> {
  const [, project = "", , subscription = ""] = name.split("/");
  return {
    data,
    orderingKey,
    attributes: {
      ...attributes,
      CloudPubSubDeadLetterSourceDeliveryCount: String(deliveries),
      CloudPubSubDeadLetterSourceSubscription: subscription,
      CloudPubSubDeadLetterSourceSubscriptionProject: project,
      CloudPubSubDeadLetterSourceTopicPublishTime: toRfc3339(publishTime),
    },
  };
}
