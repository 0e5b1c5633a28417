import type { Clock } from "../clock.ts";
import { toMs } from "../time.ts";
import type { PubsubMessage, ReceivedMessage, Subscription } from "../types.ts";
import { Consumers } from "./consumers.ts";
import type { Entry, Holder } from "./entry.ts";
import type { Lane } from "./lane.ts";
import { Leases } from "./leases.ts";
import { Queue } from "./queue.ts";
import { backoffMs } from "./retry.ts";

/** What a consumer is ready for. */
export interface Demand {
  readonly holder: Holder;
  readonly messages: number;
  readonly bytes: number;
  readonly leaseMs: number;
  /** Of an ordering key, nothing while a message is out. */
  readonly oneAtATime?: boolean;
}

export interface BacklogOptions {
  readonly clock: Clock;
  /** The subscription as it is now: it can be updated. */
  readonly config: () => Subscription;
  readonly matches: (message: PubsubMessage) => boolean;
  /** Forwards a message that failed too often; false when it cannot be forwarded and must stay. */
  readonly deadLetter: (message: PubsubMessage, deliveries: number) => boolean;
}

/** The unacknowledged messages of one subscription: which are out, which wait, and what comes next. */
export class Backlog {
  /** Told whenever something may have become deliverable. */
  readonly consumers = new Consumers();
  readonly #options: BacklogOptions;
  readonly #leases: Leases;
  /** Everything unacknowledged, by message id. */
  readonly #entries = new Map<string, Entry>();
  readonly #queue = new Queue();
  /** Kept by `retain_acked_messages`, by message id. */
  readonly #acked = new Map<string, PubsubMessage>();

  constructor(options: BacklogOptions) {
    this.#options = options;
    this.#leases = new Leases(options.clock, (entry) => {
      this.#fail(entry);
      this.consumers.wake();
    });
  }

  /** Unacknowledged messages, out or waiting, in publish order. */
  get unacked(): PubsubMessage[] {
    this.#dropOld();
    return Array.from(this.#entries.values(), (entry) => entry.message);
  }

  /** Acknowledged messages that `retain_acked_messages` keeps. */
  get acked(): PubsubMessage[] {
    this.#dropOld();
    return [...this.#acked.values()];
  }

  add(messages: readonly PubsubMessage[]): void {
    const ordered = this.#options.config().enableMessageOrdering;
    for (const message of messages) {
      if (this.#options.matches(message)) this.#remember(this.#queue.append(message, ordered));
    }
    this.consumers.wake();
  }

  /** Leases what is deliverable to `holder`, within its demand; the first message may exceed the bytes. */
  take({ holder, messages, bytes, leaseMs, oneAtATime = false }: Demand): ReceivedMessage[] {
    this.#dropOld();
    const taken: ReceivedMessage[] = [];
    if (bytes <= 0) return taken;
    let size = 0;
    for (const entry of this.#queue.deliverable(holder, oneAtATime)) {
      size += entry.bytes;
      if (taken.length >= messages || (taken.length > 0 && size > bytes)) break;
      taken.push(this.#deliver(entry, holder, leaseMs));
    }
    return taken;
  }

  /** Returns the ids that acknowledge nothing (any more). */
  acknowledge(ackIds: readonly string[]): string[] {
    const exactlyOnce = this.#options.config().enableExactlyOnceDelivery;
    const invalid = ackIds.filter((ackId) => {
      const entry = this.#leases.find(ackId);
      const counts = entry !== undefined && (entry.lease !== undefined || !exactlyOnce);
      if (counts) this.#settle(entry);
      return !counts;
    });
    this.consumers.wake();
    return invalid;
  }

  /** Moves deadlines to `seconds` from now, or nacks at 0. Returns the ids that hold no lease. */
  modifyDeadline(ackIds: readonly string[], seconds: number): string[] {
    const invalid = ackIds.filter((ackId) => {
      const entry = this.#leases.find(ackId);
      if (!entry?.lease) return true;
      if (seconds > 0) return !this.#leases.extend(entry, seconds * 1000);
      this.#leases.forget(entry);
      this.#fail(entry);
      return false;
    });
    this.consumers.wake();
    return invalid;
  }

  /** Makes exactly `messages` unacknowledged and deliverable, as a seek does: leases end. */
  restore(messages: readonly PubsubMessage[]): void {
    for (const entry of this.#entries.values()) this.#settle(entry);
    this.add(messages);
  }

  /** Drops everything. */
  clear(): void {
    for (const entry of this.#entries.values()) this.#settle(entry, false);
    this.#acked.clear();
  }

  #remember(entry: Entry): void {
    this.#entries.set(entry.message.messageId, entry);
    this.#acked.delete(entry.message.messageId);
  }

  #deliver(entry: Entry, holder: Holder, leaseMs: number): ReceivedMessage {
    this.#queue.deliver(entry, holder);
    const { name, deadLetterPolicy } = this.#options.config();
    return {
      ackId: this.#leases.grant(entry, holder, leaseMs, name),
      message: entry.message,
      deliveryAttempt: deadLetterPolicy ? entry.failures + 1 : 0,
    };
  }

  /** After a nack or an expired lease: to the dead letters, or back to wait for redelivery. */
  #fail(entry: Entry): void {
    this.#leases.release(entry);
    entry.failures += 1;
    const { message, failures, lane } = entry;
    const config = this.#options.config();
    const { maxDeliveryAttempts = Infinity } = config.deadLetterPolicy ?? {};
    if (failures >= maxDeliveryAttempts && this.#options.deadLetter(message, failures)) {
      this.#settle(entry, false);
      return;
    }
    const waitMs = backoffMs(config, failures);
    if (lane) this.#rewind(lane, entry);
    if (waitMs === 0) {
      this.#queue.open(entry);
      return;
    }
    entry.cancelWait = this.#options.clock.after(waitMs, () => {
      entry.cancelWait = undefined;
      this.#queue.open(entry);
      this.consumers.wake();
    });
  }

  /** Later messages of the key come again with the failed one, those acknowledged too unless exactly once. */
  #rewind(lane: Lane, failed: Entry): void {
    lane.held = true;
    const exactlyOnce = this.#options.config().enableExactlyOnceDelivery;
    for (const { entry, acked } of lane.rewind(failed)) {
      if (entry === failed) continue;
      this.#leases.release(entry);
      this.#leases.forget(entry);
      if (acked && exactlyOnce) lane.acknowledge(entry);
      else this.#remember(entry);
    }
  }

  /** Done with: out of the backlog, wherever it is. */
  #settle(entry: Entry, retain = this.#options.config().retainAckedMessages): void {
    const { message } = entry;
    this.#leases.release(entry);
    this.#leases.forget(entry);
    this.#entries.delete(message.messageId);
    if (entry.cancelWait) {
      entry.cancelWait();
      entry.cancelWait = undefined;
      this.#queue.open(entry);
    }
    this.#queue.remove(entry);
    if (retain) this.#acked.set(message.messageId, message);
  }

  #dropOld(): void {
    const { messageRetentionDuration } = this.#options.config();
    if (!messageRetentionDuration) return;
    const oldest = this.#options.clock.now() - toMs(messageRetentionDuration);
    const isOld = (message: PubsubMessage) => toMs(message.publishTime) < oldest;
    // Both are in the order of publishing, but for what came back; that goes a little later.
    for (const entry of this.#entries.values()) {
      if (!isOld(entry.message)) break;
      this.#settle(entry, false);
    }
    for (const message of this.#acked.values()) {
      if (!isOld(message)) break;
      this.#acked.delete(message.messageId);
    }
  }
}
