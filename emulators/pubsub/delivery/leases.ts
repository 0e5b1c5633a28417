import type { Clock } from "../clock.ts";
import type { Entry, Holder } from "./entry.ts";

/** Who holds which message until when, by ack id. */
export class Leases {
  readonly #clock: Clock;
  readonly #onExpire: (entry: Entry) => void;
  readonly #byAckId = new Map<string, Entry>();
  #granted = 0;

  constructor(clock: Clock, onExpire: (entry: Entry) => void) {
    this.#clock = clock;
    this.#onExpire = onExpire;
  }

  /** The entry whose latest delivery has this ack id. */
  find(ackId: string): Entry | undefined {
    return this.#byAckId.get(ackId);
  }

  /** Leases `entry` to `holder` for `ms`; returns the new ack id, the only one that counts from now on. */
  grant(entry: Entry, holder: Holder, ms: number, subscription: string): string {
    this.forget(entry);
    const ackId = `${subscription}:${++this.#granted}`;
    entry.ackId = ackId;
    this.#byAckId.set(ackId, entry);
    entry.lease = { holder, cancel: this.#expireAfter(entry, ms) };
    holder.messages += 1;
    holder.bytes += entry.bytes;
    return ackId;
  }

  /** Moves the end of a lease to `ms` from now; false where there is none. */
  extend(entry: Entry, ms: number): boolean {
    if (!entry.lease) return false;
    entry.lease.cancel();
    entry.lease.cancel = this.#expireAfter(entry, ms);
    return true;
  }

  /** Ends the lease, if any; the ack id still counts. */
  release(entry: Entry): void {
    if (!entry.lease) return;
    entry.lease.cancel();
    entry.lease.holder.messages -= 1;
    entry.lease.holder.bytes -= entry.bytes;
    entry.lease = undefined;
  }

  /** The latest ack id counts no more. */
  forget(entry: Entry): void {
    if (entry.ackId !== undefined) this.#byAckId.delete(entry.ackId);
    entry.ackId = undefined;
  }

  #expireAfter(entry: Entry, ms: number): () => void {
    return this.#clock.after(ms, () => this.#onExpire(entry));
  }
}
