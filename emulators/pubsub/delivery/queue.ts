import type { PubsubMessage } from "../types.ts";
import { type Entry, type Holder, newEntry } from "./entry.ts";
import { Lane } from "./lane.ts";

/** What may be delivered next: messages without an ordering key in turn, and a lane for every key. */
export class Queue {
  readonly #ready = new Set<Entry>();
  readonly #lanes = new Map<string, Lane>();

  /** Adds a message, to the lane of its key if the subscription is `ordered`. */
  append(message: PubsubMessage, ordered: boolean): Entry {
    const lane =
      ordered && message.orderingKey !== "" ? this.#lane(message.orderingKey) : undefined;
    const entry = newEntry(message, lane);
    if (lane) lane.append(entry);
    else this.#ready.add(entry);
    return entry;
  }

  /** What `holder` may get now. Each must be delivered before the next is asked for: its lane moves on. */
  *deliverable(holder: Holder, oneAtATime: boolean): Generator<Entry> {
    yield* this.#ready;
    for (const lane of this.#lanes.values()) {
      for (let entry; (entry = lane.next(holder, oneAtATime)) !== undefined;) yield entry;
    }
  }

  deliver(entry: Entry, holder: Holder): void {
    if (entry.lane) entry.lane.deliver(holder);
    else this.#ready.delete(entry);
  }

  /** Makes an entry deliverable (again). */
  open(entry: Entry): void {
    if (entry.lane) entry.lane.held = false;
    else this.#ready.add(entry);
  }

  /** Takes an entry out, wherever it is. */
  remove(entry: Entry): void {
    this.#ready.delete(entry);
    const { lane } = entry;
    if (!lane) return;
    lane.acknowledge(entry);
    if (lane.empty) this.#lanes.delete(lane.key);
  }

  #lane(key: string): Lane {
    const lane = this.#lanes.get(key) ?? new Lane(key);
    this.#lanes.set(key, lane);
    return lane;
  }
}
