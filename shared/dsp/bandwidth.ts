import { Framer } from "./framer.ts";
import type { Measure } from "./measure.ts";
import { planPowerSpectrum } from "./power-spectrum.ts";

export interface Bandwidth {
  /** The highest frequency within 50 dB of the strongest, in the mean spectrum. */
  readonly bandwidthHz: number;
  /** How much the spectrum falls there within 600 Hz: speech fades out, a low-pass filter cuts. */
  readonly edgeDb: number;
  /** A cut below what the sample rate allows. */
  readonly isBrickWall: boolean;
}

const rangeDb = 50;
const hopSeconds = 0.02;
const edgeHz = 600;
/** An edge at least this steep is a filter's. */
const steepDb = 20;
/** Cuts above this share of the Nyquist frequency are those of ordinary converters. */
const ordinaryCut = 0.92;

/** Effective bandwidth: the mean power spectrum of a short-time transform (23 ms Blackman–Harris, hop 20 ms). */
export class BandwidthMeter implements Measure<Bandwidth | null> {
  readonly #framer: Framer;
  readonly #sum: Float64Array;
  readonly #binHz: number;
  readonly #nyquist: number;

  constructor(sampleRate: number) {
    const size = 2 ** Math.max(8, Math.round(Math.log2(0.0232 * sampleRate)));
    const spectrum = planPowerSpectrum(blackmanHarris(size), size);
    this.#sum = new Float64Array(spectrum.bins);
    this.#binHz = sampleRate / size;
    this.#nyquist = sampleRate / 2;
    this.#framer = new Framer(size, hopSeconds * sampleRate, (frame) => {
      const power = spectrum.of(frame);
      const sum = this.#sum;
      for (let bin = 0; bin < sum.length; bin++) sum[bin] += power[bin];
    });
  }

  push(samples: Float32Array): void {
    this.#framer.push(samples);
  }

  /** Null for silence, and for less than one window. */
  result(): Bandwidth | null {
    // The lowest bins hold offsets and rumble, which would raise the peak.
    const first = Math.ceil(100 / this.#binHz);
    const peak = this.#sum.subarray(first).reduce((a, b) => Math.max(a, b), 0);
    if (peak === 0) return null;
    const threshold = peak * 10 ** (-rangeDb / 10);
    const bin = this.#sum.findLastIndex((power) => power >= threshold);
    const bandwidthHz = Math.min(this.#nyquist, bin * this.#binHz);
    const edgeDb = this.#edgeAt(bin);
    return {
      bandwidthHz,
      edgeDb,
      isBrickWall: edgeDb >= steepDb && bandwidthHz < ordinaryCut * this.#nyquist,
    };
  }

  /** Mean level of the stretch under the edge less the level at its far side. */
  #edgeAt(bin: number): number {
    const reach = Math.max(2, Math.round(edgeHz / this.#binHz));
    if (bin + reach >= this.#sum.length) return 0;
    const level = (from: number, to: number) => {
      let sum = 0;
      for (let k = Math.max(0, from); k < to; k++) sum += this.#sum[k];
      return 10 * Math.log10(sum / (to - Math.max(0, from)) + 1e-30);
    };
    return (
      level(bin - 2 * reach, bin - 1) -
      level(bin + reach, Math.min(this.#sum.length, bin + 2 * reach))
    );
  }
}

/** Periodic four-term Blackman–Harris window: side lobes under −92 dB (Harris, Proc. IEEE 66(1), 1978). */
export const blackmanHarris = (size: number) =>
  Float64Array.from({ length: size }, (_, n) => {
    const x = (2 * Math.PI * n) / size;
    return 0.35875 - 0.48829 * Math.cos(x) + 0.14128 * Math.cos(2 * x) - 0.01168 * Math.cos(3 * x);
  });
