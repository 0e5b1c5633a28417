import { status } from "@grpc/grpc-js";
import { PubSub, v1 } from "@google-cloud/pubsub";
import { afterAll, beforeAll, expect, vi } from "vitest";
import type { Emulator } from "#emulators/emulator.ts";
import type { Target } from "./google-targets.ts";

export type ClientOptions = NonNullable<ConstructorParameters<typeof v1.SubscriberClient>[0]>;

/** What Google's emulator (0.8.20) does not do as the service's documentation has it, measured. */
const googleGaps = {
  ackDeadlineBounds: "takes ack deadlines under 10 s, and over 600 s in ModifyAckDeadline",
  deliveryAttemptInPush: "leaves deliveryAttempt out of push bodies",
  detach: "has no DetachSubscription",
  expirationBounds: "takes any expiration ttl",
  filters: "takes any filter and ignores it",
  flowControl: "streams a whole publish past max_outstanding_messages",
  headerAttributes: "pushes attributes that are no valid headers as headers, or not at all",
  keepAlive: "answers no pings on a streaming pull",
  oidc: "sends no token for oidcToken",
  orderAfterNack: "redelivers a nacked message after later ones of its key",
  orderingKeyInPush: "leaves orderingKey out of push bodies",
  otherSuccess: "takes 203 for an acknowledgement of a push",
  publishLimits: "checks neither sizes nor attributes of messages",
  pullOfDeleted: "lets a pull wait on after its subscription is deleted",
  pullFromPush: "lets a pull from a push subscription wait",
  retryPolicy: "does not honour retryPolicy",
  streamProperties: "sends no properties before the first message",
  topicUpdate: "updates only message_retention_duration and schema_settings",
  unsupported: "takes BigQuery and Cloud Storage subscriptions and never delivers",
} as const;

/** For `test.skipIf`: whether the target is Google's emulator, which has this gap. */
export const googleLacks = (target: Target, gap: keyof typeof googleGaps) =>
  target.name === "google" && gap in googleGaps;

const project = "projects/earmark";
let names = 0;
const unique = (kind: string) => `${kind}-${process.pid}-${++names}`;

/** One emulator and one client for a test file, and fresh topics on them. */
export function usePubsub(target: Target) {
  let emulator: Emulator;
  let pubsub: PubSub;
  let publisher: v1.PublisherClient;
  let subscriber: v1.SubscriberClient;

  beforeAll(async () => {
    process.env["METADATA_SERVER_DETECTION"] = "none"; // no waiting for a metadata server
    emulator = await target.start();
    pubsub = new PubSub({ projectId: "earmark", apiEndpoint: emulator.url, emulatorMode: true });
    const config = (await pubsub.getClientConfig()) as ClientOptions;
    publisher = new v1.PublisherClient(config);
    subscriber = new v1.SubscriberClient(config);
  });

  afterAll(async () => {
    await Promise.all([pubsub.close(), publisher.close(), subscriber.close()]);
    await emulator.close();
  });

  const topicName = () => `${project}/topics/${unique("topic")}`;
  const subscriptionName = () => `${project}/subscriptions/${unique("subscription")}`;
  const snapshotName = () => `${project}/snapshots/${unique("snapshot")}`;

  /** A new topic's full name. */
  const newTopic = async (options: object = {}) => {
    const name = topicName();
    await publisher.createTopic({ name, ...options });
    return name;
  };
  /** A new subscription's full name. */
  const subscribe = async (topic: string, options: object = {}) => {
    const name = subscriptionName();
    await subscriber.createSubscription({ name, topic, ...options });
    return name;
  };
  /** A new topic with one subscription. */
  const newPair = async (options: object = {}) => {
    const topic = await newTopic();
    return { topic, subscription: await subscribe(topic, options) };
  };
  /** Publishes texts in one request, under one ordering key if given. */
  const publish = async (topic: string, texts: readonly string[], orderingKey = "") => {
    const messages = texts.map((text) => ({ data: Buffer.from(text), orderingKey }));
    const [{ messageIds }] = await publisher.publish({ topic, messages });
    return messageIds ?? [];
  };
  /** What can be pulled at once. */
  const pull = async (subscription: string, maxMessages = 100): Promise<Pulled[]> => {
    const [{ receivedMessages }] = await subscriber.pull({
      subscription,
      maxMessages,
      returnImmediately: true,
    });
    return (receivedMessages ?? []).map(({ ackId, message, deliveryAttempt }) => ({
      ackId: ackId ?? "",
      text: String(message?.data),
      id: message?.messageId ?? "",
      attributes: message?.attributes ?? {},
      attempt: deliveryAttempt ?? 0,
    }));
  };
  /** Pulls until `count` messages came. */
  const pullUntil = async (subscription: string, count: number): Promise<Pulled[]> => {
    const pulled: Pulled[] = [];
    await eventually(async () => {
      pulled.push(...(await pull(subscription)));
      expect(pulled.length).toBeGreaterThanOrEqual(count);
    });
    return pulled;
  };
  const ack = (subscription: string, pulled: readonly Pulled[]) =>
    subscriber.acknowledge({ subscription, ackIds: pulled.map(({ ackId }) => ackId) });
  /** Moves deadlines; 0 is a nack. */
  const setDeadline = (subscription: string, pulled: readonly Pulled[], seconds: number) =>
    subscriber.modifyAckDeadline({
      subscription,
      ackIds: pulled.map(({ ackId }) => ackId),
      ackDeadlineSeconds: seconds,
    });

  return {
    project,
    get emulator() {
      return emulator;
    },
    get pubsub() {
      return pubsub;
    },
    get publisher() {
      return publisher;
    },
    get subscriber() {
      return subscriber;
    },
    topicName,
    subscriptionName,
    snapshotName,
    newTopic,
    subscribe,
    newPair,
    publish,
    pull,
    pullUntil,
    ack,
    nack: (subscription: string, pulled: readonly Pulled[]) => setDeadline(subscription, pulled, 0),
    setDeadline,
  };
}

export interface Pulled {
  readonly ackId: string;
  readonly text: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** 0 without a dead letter policy. */
  readonly attempt: number;
}

export const texts = (pulled: readonly Pulled[]) => pulled.map(({ text }) => text);

/** Tries again until `check` throws no more. */
export const eventually = (check: () => unknown) =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 });

/** The gRPC errors that the suites expect. */
export const refused = {
  invalidArgument: { code: status.INVALID_ARGUMENT },
  notFound: { code: status.NOT_FOUND },
  alreadyExists: { code: status.ALREADY_EXISTS },
  failedPrecondition: { code: status.FAILED_PRECONDITION },
  outOfRange: { code: status.OUT_OF_RANGE },
  unimplemented: { code: status.UNIMPLEMENTED },
};
