import { Framer } from "./framer.ts";
import { planPowerSpectrum } from "./power-spectrum.ts";
import { hann } from "./windows.ts";

const hopSeconds = 0.01;
const windowSeconds = 0.032;
const lowestHz = 100;
const highestHz = 8000;
const floorDb = -130;
const chunkFrames = 6000;

/** Levels of a signal in 20 bands, a hundred times a second: what the measures of speech and noise look at. */
export interface BandLevels {
  readonly bands: number;
  readonly frames: number;
  /** Level of a band in a frame, dB; −130 for nothing. */
  level(frame: number, band: number): number;
  /** Level of a frame over all bands, dBov. */
  total(frame: number): number;
  /** No sample of the frame differs from another: digital silence, with or without an offset. */
  isFlat(frame: number): boolean;
}

/**
 * Short-time levels in bands of equal width on the ERB scale, 100 Hz to 8 kHz (or as far as the rate goes): Hann window of
 * 32 ms, hop 10 ms. They are kept, 84 bytes a frame: 30 MB an hour.
 */
export class BandLevelMeter implements BandLevels {
  readonly bands = 20;
  frames = 0;
  readonly #framer: Framer;
  readonly #chunks: Float32Array[] = [];

  constructor(sampleRate: number) {
    const window = hann(Math.round(windowSeconds * sampleRate));
    const spectrum = planPowerSpectrum(window, 2 ** Math.ceil(Math.log2(window.length)));
    const scale = 1 / window.reduce((sum, w) => sum + w * w, 0);
    const edges = bandEdges(
      Math.min(highestHz, sampleRate / 2),
      this.bands,
      sampleRate / spectrum.size,
    );
    this.#framer = new Framer(window.length, hopSeconds * sampleRate, (frame) => {
      const power = spectrum.of(frame);
      const rows = this.#roomForRow();
      const row = (this.frames++ % chunkFrames) * (this.bands + 1);
      for (let band = 0; band < this.bands; band++) {
        let sum = 0;
        for (let bin = edges[band]; bin < edges[band + 1]; bin++) sum += power[bin];
        const mean = (sum * scale) / (edges[band + 1] - edges[band]);
        rows[row + band] = mean > 1e-13 ? 10 * Math.log10(mean) : floorDb;
      }
      rows[row + this.bands] = frameLevel(frame);
    });
  }

  push(samples: Float32Array): void {
    this.#framer.push(samples);
  }

  level(frame: number, band: number): number {
    return this.#chunks[Math.floor(frame / chunkFrames)][
      (frame % chunkFrames) * (this.bands + 1) + band
    ];
  }

  total(frame: number): number {
    return Math.max(floorDb, this.level(frame, this.bands));
  }

  isFlat(frame: number): boolean {
    return this.level(frame, this.bands) === Number.NEGATIVE_INFINITY;
  }

  /** The chunk that the next row goes to. */
  #roomForRow(): Float32Array {
    if (this.frames % chunkFrames === 0)
      this.#chunks.push(new Float32Array(chunkFrames * (this.bands + 1)));
    return this.#chunks[this.#chunks.length - 1];
  }
}

/** RMS level of a frame without its offset in dBov, or −Infinity when all its samples are the same. */
function frameLevel(frame: Float32Array): number {
  let energy = 0;
  let sum = 0;
  let lowest = frame[0];
  let highest = frame[0];
  for (let i = 0; i < frame.length; i++) {
    const x = frame[i];
    energy += x * x;
    sum += x;
    if (x < lowest) lowest = x;
    if (x > highest) highest = x;
  }
  return lowest === highest
    ? Number.NEGATIVE_INFINITY
    : 10 * Math.log10(Math.max(1e-13, energy / frame.length - (sum / frame.length) ** 2));
}

/** First bin of each band, and the end of the last; every band has one bin at least. */
function bandEdges(highest: number, bands: number, binHz: number): number[] {
  const corner = 9.26449 * 24.7;
  const step = Math.log((highest + corner) / (lowestHz + corner)) / bands;
  const edges: number[] = [];
  for (let i = 0; i <= bands; i++) {
    const hz = (lowestHz + corner) * Math.exp(step * i) - corner;
    edges.push(Math.max(Math.ceil(hz / binHz), (edges.at(-1) ?? -1) + 1));
  }
  return edges;
}
