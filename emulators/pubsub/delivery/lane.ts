import type { Entry, Holder } from "./entry.ts";

/**
 * The messages of one ordering key in publish order. While some are out, only their holder gets more;
 * when one fails, it and every later one goes back, acknowledged or not, and the lane is held until that
 * one may be delivered again (cloud.google.com/pubsub/docs/ordering).
 */
export class Lane {
  readonly key: string;
  /** Held back until the first one's backoff is over. */
  held = false;
  /** To be delivered, in order. */
  readonly #queue: Entry[] = [];
  /** Delivered, in order; an acknowledged one stays for as long as an earlier one is out. */
  readonly #out: { readonly entry: Entry; acked: boolean }[] = [];
  #holder: Holder | undefined;

  constructor(key: string) {
    this.key = key;
  }

  get empty(): boolean {
    return this.#queue.length === 0 && this.#out.length === 0;
  }

  append(entry: Entry): void {
    this.#queue.push(entry);
  }

  /** What `holder` may get next. `oneAtATime`: nothing while any is out, as for push. */
  next(holder: Holder, oneAtATime: boolean): Entry | undefined {
    const free = this.#out.length === 0 || (!oneAtATime && this.#holder === holder);
    return free && !this.held ? this.#queue[0] : undefined;
  }

  /** Moves the next one out. */
  deliver(holder: Holder): void {
    const entry = this.#queue.shift();
    if (entry) this.#out.push({ entry, acked: false });
    this.#holder = holder;
  }

  /** Takes `entry` off, wherever it is. */
  acknowledge(entry: Entry): void {
    const delivered = this.#out.find((out) => out.entry === entry);
    if (delivered) delivered.acked = true;
    else remove(this.#queue, entry);
    while (this.#out[0]?.acked) this.#out.shift();
  }

  /** Puts `entry` and all that were delivered after it back; returns them in order. */
  rewind(entry: Entry): { readonly entry: Entry; readonly acked: boolean }[] {
    const from = this.#out.findIndex((out) => out.entry === entry);
    const back = from < 0 ? [] : this.#out.splice(from);
    this.#queue.unshift(...back.map((out) => out.entry));
    while (this.#out[0]?.acked) this.#out.shift();
    return back;
  }
}

function remove(entries: Entry[], entry: Entry): void {
  const index = entries.indexOf(entry);
  if (index >= 0) entries.splice(index, 1);
}
