import FFT from "fft.js";

/** Levels of a grid of times and frequencies, the highest frequency first, as an image has it. */
export interface Levels {
  readonly columns: number;
  readonly rows: number;
  /** Row by row, in decibels against the strongest; 0 is the strongest, and nothing is under `rangeDb`. */
  readonly decibels: Float32Array;
}

const windowSeconds = 0.0232;
const mostRows = 512;
/** A column that stands for long is the mean of so many windows, evenly spread over it. */
const windowsAColumn = 8;
/** What is fainter than this against the strongest has one colour. */
export const rangeDb = -80;

/** A spectrogram with a fixed number of columns, whatever the length: windows of 23 ms (a power of two of samples). */
export class Spectrogram {
  readonly #size: number;
  readonly #window: Float64Array;
  readonly #fft: FFT;
  readonly #spectrum: number[];
  readonly #columns: number;
  readonly #rows: number;
  readonly #power: Float64Array;
  /** First samples of the windows, in order, `#each` of them a column. */
  readonly #starts: Float64Array;
  readonly #each: number;
  #next = 0;
  /** The samples from `#bufferAt` on that coming windows need. */
  #buffer: Float32Array = new Float32Array();
  #bufferAt: number;

  constructor(sampleRate: number, frames: number, mostColumns: number) {
    this.#size = 2 ** Math.max(8, Math.round(Math.log2(windowSeconds * sampleRate)));
    const size = this.#size;
    this.#window = Float64Array.from(
      { length: size },
      (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size),
    );
    this.#fft = new FFT(size);
    this.#spectrum = this.#fft.createComplexArray();
    // Windows that overlap by more than 15/16 show nothing new.
    this.#columns = Math.max(1, Math.min(mostColumns, Math.ceil((16 * frames) / size)));
    this.#each = Math.max(
      1,
      Math.min(windowsAColumn, Math.floor((2 * frames) / size / this.#columns)),
    );
    this.#rows = Math.min(mostRows, size / 2);
    this.#power = new Float64Array(this.#columns * this.#rows);
    const all = this.#columns * this.#each;
    // Each window is centred on its place; at both ends it hears silence.
    this.#starts = Float64Array.from({ length: all }, (_, i) =>
      Math.floor(((i + 0.5) * frames) / all - size / 2),
    );
    this.#bufferAt = Math.min(0, this.#starts[0]);
    this.#append(new Float32Array(-this.#bufferAt));
  }

  push(samples: Float32Array): void {
    this.#append(samples);
    this.#takeWindows();
  }

  result(): Levels {
    this.#append(new Float32Array(this.#size));
    this.#takeWindows();
    const strongest = this.#power.reduce((most, power) => Math.max(most, power), 0);
    const [columns, rows] = [this.#columns, this.#rows];
    const decibels = Float32Array.from(this.#power, (power) =>
      strongest === 0 ? rangeDb : Math.max(rangeDb, 10 * Math.log10(power / strongest)),
    );
    return { columns, rows, decibels };
  }

  /** Adds samples behind those that are kept, and drops those that no window needs any more. */
  #append(samples: Float32Array) {
    const wanted = this.#starts[this.#next] ?? Infinity;
    const drop = Math.min(this.#buffer.length, Math.max(0, wanted - this.#bufferAt));
    const kept = new Float32Array(this.#buffer.length - drop + samples.length);
    kept.set(this.#buffer.subarray(drop));
    kept.set(samples, this.#buffer.length - drop);
    this.#buffer = kept;
    this.#bufferAt += drop;
  }

  #takeWindows() {
    for (; this.#next < this.#starts.length; this.#next++) {
      const at = this.#starts[this.#next] - this.#bufferAt;
      if (at + this.#size > this.#buffer.length) return;
      this.#addWindow(at, Math.floor(this.#next / this.#each));
    }
  }

  #addWindow(at: number, column: number) {
    const frame = this.#window.map((weight, n) => weight * this.#buffer[at + n]);
    this.#fft.realTransform(this.#spectrum, frame);
    const binsARow = this.#size / 2 / this.#rows;
    for (let bin = 0; bin < this.#size / 2; bin++) {
      const power = this.#spectrum[2 * bin] ** 2 + this.#spectrum[2 * bin + 1] ** 2;
      const row = this.#rows - 1 - Math.floor(bin / binsARow);
      this.#power[row * this.#columns + column] += power;
    }
  }
}
