/** Takes what it can and tells whether it took anything. */
export type Consumer = () => boolean;

/** Those who wait for messages of one subscription, served in turn. */
export class Consumers {
  readonly #consumers = new Set<Consumer>();
  #waking = false;
  #again = false;

  /** Adds `consumer` and serves it; the returned function takes it out. */
  add(consumer: Consumer): () => void {
    this.#consumers.add(consumer);
    this.wake();
    return () => this.#consumers.delete(consumer);
  }

  /** Offers what is deliverable until nobody takes more. */
  wake(): void {
    // A consumer that acknowledges while it takes asks for another round, not for a nested one.
    this.#again = true;
    if (this.#waking) return;
    this.#waking = true;
    try {
      while (this.#again) {
        this.#again = false;
        const round = [...this.#consumers];
        for (const consumer of round) if (consumer()) this.#moveToEnd(consumer);
      }
    } finally {
      this.#waking = false;
    }
  }

  #moveToEnd(consumer: Consumer): void {
    if (!this.#consumers.delete(consumer)) return;
    this.#consumers.add(consumer);
    this.#again = true;
  }
}
