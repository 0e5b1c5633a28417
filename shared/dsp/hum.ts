import { blackmanHarris } from "./bandwidth.ts";
import { Decimator } from "./decimator.ts";
import { Framer } from "./framer.ts";
import type { Measure } from "./measure.ts";
import { percentile, percentileOf } from "./percentile.ts";
import { planPowerSpectrum } from "./power-spectrum.ts";

export interface Hum {
  /** 50 or 60. */
  readonly mainsHz: number;
  /** Level of the fundamental and its harmonics together, relative to the whole signal, dB. */
  readonly relativeDb: number;
}

const size = 1024;
const harmonics = 5;
/** A steady line stands at least this far over its surroundings. */
const prominenceDb = 12;
const mains = [50, 60];
/** Lines fainter than this, against the whole signal, are nobody's concern. */
const faintestDb = -45;

/**
 * Mains hum: lines at 50 or 60 Hz and harmonics that stay. The signal is brought down to 1 to 2 kHz; of each spectral bin
 * the quartile over time is taken, which speech seldom fills and hum always does. Null where there is none.
 */
export class HumMeter implements Measure<Hum | null> {
  readonly #decimator: Decimator;
  readonly #framer: Framer;
  readonly #frames: Float32Array[] = [];
  readonly #binHz: number;
  #energy = 0;
  #samples = 0;
  #sum = 0;

  /** `lowRate`: that of what is pushed beside the signal, where somebody else needs it brought down in part as well. */
  constructor(sampleRate: number, lowRate = sampleRate) {
    this.#decimator = new Decimator(lowRate, 1000);
    this.#binHz = this.#decimator.sampleRate / size;
    const window = blackmanHarris(size);
    const scale = 2 / window.reduce((sum, w) => sum + w, 0) ** 2;
    const spectrum = planPowerSpectrum(window, size);
    const kept = Math.ceil((60 * harmonics + 20) / this.#binHz);
    this.#framer = new Framer(size, size / 2, (frame) => {
      const power = spectrum.of(frame);
      const lines = new Float32Array(kept);
      for (let bin = 0; bin < kept; bin++) lines[bin] = power[bin] * scale;
      this.#frames.push(lines);
    });
  }

  push(samples: Float32Array, low = samples): void {
    let energy = 0;
    let sum = 0;
    for (let i = 0; i < samples.length; i++) {
      energy += samples[i] * samples[i];
      sum += samples[i];
    }
    this.#energy += energy;
    this.#sum += sum;
    this.#samples += samples.length;
    this.#framer.push(this.#decimator.push(low));
  }

  result(): Hum | null {
    const variance = this.#energy / this.#samples - (this.#sum / this.#samples) ** 2;
    if (this.#frames.length < 3 || !(variance > 0)) return null;
    const bins = this.#frames[0].length;
    const values = new Float64Array(this.#frames.length);
    const steady = Float64Array.from({ length: bins }, (_, bin) => {
      this.#frames.forEach((frame, t) => (values[t] = frame[bin]));
      return percentileOf(values, 0.25);
    });
    const found = mains.map((mainsHz) => ({
      mainsHz,
      relativeDb: 10 * Math.log10(this.#lines(steady, mainsHz) / variance + 1e-12),
    }));
    const best = found.reduce((a, b) => (b.relativeDb > a.relativeDb ? b : a));
    return best.relativeDb > faintestDb ? best : null;
  }

  /** Power of the lines that stand out; without the fundamental or the second there is no hum. */
  #lines(steady: Float64Array, mainsHz: number): number {
    let total = 0;
    for (let harmonic = 1; harmonic <= harmonics; harmonic++) {
      const bin = Math.round((harmonic * mainsHz) / this.#binHz);
      if (bin + 12 >= steady.length) break;
      const line = Math.max(steady[bin - 1], steady[bin], steady[bin + 1]);
      const around = percentile(
        [...steady.subarray(bin - 11, bin - 4), ...steady.subarray(bin + 5, bin + 12)],
        0.75,
      );
      if (line > around * 10 ** (prominenceDb / 10)) total += line;
      else if (harmonic === 2 && total === 0) return 0;
    }
    return total;
  }
}
