import { RateConverter } from "#shared/dsp/rate-converter.ts";

/**
 * A mono signal at another rate, block by block, without delay: output sample n lies at the same time as before. Flat to
 * 92 % of the lower Nyquist frequency; what lies over all of it is 120 dB down.
 */
export class Resampler {
  readonly #from: number;
  readonly #to: number;
  readonly #converter: RateConverter | null;
  #taken = 0;
  #given = 0;

  constructor(from: number, to: number) {
    this.#from = from;
    this.#to = to;
    this.#converter = from === to ? null : new RateConverter(from, to);
  }

  /** What is known of the signal by now, until the next push. */
  push(samples: Float32Array): Float32Array {
    this.#taken += samples.length;
    return this.#converter ? this.#count(this.#converter.push(samples)) : samples;
  }

  /** The rest, so that in all there are `round(taken · to / from)` samples; the resampler is then used up. */
  finish(): Float32Array {
    if (!this.#converter) return new Float32Array(0);
    return this.#count(this.#converter.push(new Float32Array(this.#converter.delay)));
  }

  #count(output: Float32Array): Float32Array {
    const wanted = Math.round((this.#taken * this.#to) / this.#from);
    const part = output.subarray(0, Math.max(0, wanted - this.#given));
    this.#given += part.length;
    return part;
  }
}

/** A whole mono signal at another rate; see `Resampler`. */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples.slice();
  const resampler = new Resampler(from, to);
  const body = resampler.push(samples).slice();
  const rest = resampler.finish();
  const output = new Float32Array(body.length + rest.length);
  output.set(body);
  output.set(rest, body.length);
  return output;
}
