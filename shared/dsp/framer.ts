/**
 * Cuts a signal that arrives in pieces into overlapping frames; an incomplete last one is dropped. The hop need not be
 * whole: each frame starts at the sample below its exact place.
 */
export class Framer {
  readonly #size: number;
  readonly #hop: number;
  readonly #onFrame: (frame: Float32Array) => void;
  readonly #buffer: Float32Array;
  #filled = 0;
  /** Exact place of the next frame in the buffer. */
  #next = 0;

  /** `onFrame` sees a view that is only valid during the call. */
  constructor(size: number, hop: number, onFrame: (frame: Float32Array) => void) {
    this.#size = size;
    this.#hop = hop;
    this.#onFrame = onFrame;
    this.#buffer = new Float32Array(size + 4096);
  }

  push(samples: Float32Array): void {
    for (let taken = 0; taken < samples.length;) {
      const part = samples.subarray(taken, taken + this.#buffer.length - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
      while (Math.floor(this.#next) + this.#size <= this.#filled) {
        const start = Math.floor(this.#next);
        this.#onFrame(this.#buffer.subarray(start, start + this.#size));
        this.#next += this.#hop;
      }
      const used = Math.min(Math.floor(this.#next), this.#filled);
      this.#buffer.copyWithin(0, used, this.#filled);
      this.#filled -= used;
      this.#next -= used;
    }
  }
}
