import type { Clock } from "./clock.ts";
import { toDeadLetter } from "./delivery/dead-letter.ts";
import { Backlog } from "./delivery/backlog.ts";
import { parseFilter } from "./filter/parse.ts";
import { deletedTopic } from "./rpc/names.ts";
import { notFound, type StatusError } from "./rpc/status.ts";
import { toMs, toProtoTime } from "./time.ts";
import type { PubsubMessage, Snapshot, Subscription, Topic } from "./types.ts";

/** What a publisher gives; the service adds id and time. */
export type NewMessage = Pick<PubsubMessage, "data" | "attributes" | "orderingKey">;

/** Messages a topic without `message_retention_duration` keeps, for tests to read. */
const keptMessages = 1000;

export interface StoredTopic {
  config: Topic;
  /** The published messages: the last 1000, or those of `message_retention_duration`. */
  readonly messages: PubsubMessage[];
  /** What was attached and not detached or deleted since. */
  readonly subscriptions: Set<StoredSubscription>;
  readonly snapshots: Set<StoredSnapshot>;
}

export interface StoredSubscription {
  config: Subscription;
  readonly backlog: Backlog;
  /** Undefined once the topic is deleted or the subscription detached. */
  topic: StoredTopic | undefined;
  /** Told when it is deleted, detached or changes between pull and push. */
  readonly ends: Set<(error: StatusError) => void>;
}

export interface StoredSnapshot {
  config: Snapshot;
  topic: StoredTopic | undefined;
  /** Unacknowledged when it was taken, and published since. */
  readonly messages: PubsubMessage[];
}

/** Everything the emulator knows, by full resource name. */
export class PubsubStore {
  readonly topics = new Map<string, StoredTopic>();
  readonly subscriptions = new Map<string, StoredSubscription>();
  readonly snapshots = new Map<string, StoredSnapshot>();
  readonly clock: Clock;
  #messages = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Throws NOT_FOUND. */
  topic(name: string): StoredTopic {
    return this.topics.get(name) ?? raise(notFound(name));
  }

  /** Throws NOT_FOUND. */
  subscription(name: string): StoredSubscription {
    return this.subscriptions.get(name) ?? raise(notFound(name));
  }

  /** Throws NOT_FOUND, and for an expired one too. */
  snapshot(name: string): StoredSnapshot {
    const snapshot = this.snapshots.get(name);
    if (snapshot && toMs(snapshot.config.expireTime) > this.clock.now()) return snapshot;
    if (snapshot) this.deleteSnapshot(snapshot);
    throw notFound(name);
  }

  /** Stores and distributes messages; returns their ids. */
  publish(topic: StoredTopic, messages: readonly NewMessage[]): string[] {
    const publishTime = toProtoTime(this.clock.now());
    const published = messages.map(({ data, attributes, orderingKey }) => {
      const messageId = String(++this.#messages);
      return { data, attributes, orderingKey, messageId, publishTime };
    });
    topic.messages.push(...published);
    topic.messages.splice(0, this.#countExpired(topic));
    for (const snapshot of topic.snapshots) snapshot.messages.push(...published);
    for (const subscription of topic.subscriptions) subscription.backlog.add(published);
    return published.map((message) => message.messageId);
  }

  addSubscription(config: Subscription, topic: StoredTopic): StoredSubscription {
    const filter = config.filter === "" ? () => true : parseFilter(config.filter);
    const stored: StoredSubscription = {
      config,
      topic,
      ends: new Set(),
      backlog: new Backlog({
        clock: this.clock,
        config: () => stored.config,
        matches: (message) => filter(message.attributes),
        deadLetter: (message, deliveries) => this.#deadLetter(stored.config, message, deliveries),
      }),
    };
    this.subscriptions.set(config.name, stored);
    topic.subscriptions.add(stored);
    return stored;
  }

  deleteTopic(topic: StoredTopic): void {
    this.topics.delete(topic.config.name);
    for (const resource of [...topic.subscriptions, ...topic.snapshots]) resource.topic = undefined;
    for (const subscription of topic.subscriptions)
      subscription.config = { ...subscription.config, topic: deletedTopic };
    for (const snapshot of topic.snapshots)
      snapshot.config = { ...snapshot.config, topic: deletedTopic };
  }

  deleteSubscription(subscription: StoredSubscription): void {
    this.subscriptions.delete(subscription.config.name);
    this.detach(subscription, notFound(subscription.config.name));
  }

  /** Drops the backlog, takes it off its topic and ends whoever reads from it with `error`. */
  detach(subscription: StoredSubscription, error: StatusError): void {
    subscription.topic?.subscriptions.delete(subscription);
    subscription.topic = undefined;
    subscription.backlog.clear();
    for (const end of subscription.ends) end(error);
  }

  deleteSnapshot(snapshot: StoredSnapshot): void {
    this.snapshots.delete(snapshot.config.name);
    snapshot.topic?.snapshots.delete(snapshot);
  }

  /** How many of a topic's oldest messages it no longer keeps. */
  #countExpired({ config: { messageRetentionDuration }, messages }: StoredTopic): number {
    if (!messageRetentionDuration) return Math.max(0, messages.length - keptMessages);
    const oldest = this.clock.now() - toMs(messageRetentionDuration);
    const kept = messages.findIndex(({ publishTime }) => toMs(publishTime) >= oldest);
    return kept < 0 ? messages.length : kept;
  }

  #deadLetter(source: Subscription, message: PubsubMessage, deliveries: number): boolean {
    const topic = this.topics.get(source.deadLetterPolicy?.deadLetterTopic ?? "");
    if (!topic) return false;
    this.publish(topic, [toDeadLetter(source, message, deliveries)]);
    return true;
  }
}

function raise(error: Error): never {
  throw error;
}
