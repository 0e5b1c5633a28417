import libsamplerate from "@alexanderolsen/libsamplerate-js";

const { ConverterType, create } = libsamplerate;

/** The library's buffers hold 1,008,000 samples and it cuts silently what does not fit: it is fed far less. */
const pieceSamples = 65_536;

/**
 * A mono signal at another rate, block by block, without delay: output sample n lies at the same time as before.
 * libsamplerate's medium sinc converter: 121 dB signal to noise, flat to 90 % of the lower Nyquist frequency.
 */
export class Resampler {
  readonly #from: number;
  readonly #to: number;
  readonly #converter: Awaited<ReturnType<typeof create>> | null;
  #taken = 0;
  #given = 0;

  private constructor(
    from: number,
    to: number,
    converter: Awaited<ReturnType<typeof create>> | null,
  ) {
    this.#from = from;
    this.#to = to;
    this.#converter = converter;
  }

  static async open(from: number, to: number): Promise<Resampler> {
    if (from === to) return new Resampler(from, to, null);
    const converter = await create(1, from, to, {
      converterType: ConverterType.SRC_SINC_MEDIUM_QUALITY,
    });
    return new Resampler(from, to, converter);
  }

  *push(samples: Float32Array): Generator<Float32Array> {
    this.#taken += samples.length;
    if (!this.#converter) {
      this.#given += samples.length;
      yield samples;
      return;
    }
    for (let offset = 0; offset < samples.length; offset += pieceSamples) {
      yield* this.#convert(samples.subarray(offset, offset + pieceSamples));
    }
  }

  /** The rest, so that in all there are `round(taken · to / from)` samples; the resampler is then used up. */
  *finish(): Generator<Float32Array> {
    const silence = new Float32Array(
      Math.ceil((1024 * this.#from) / Math.min(this.#from, this.#to)),
    );
    for (let round = 0; this.#given < this.#wanted; round++) {
      if (round === 100)
        throw new Error(
          `Resampling ${this.#from} → ${this.#to} Hz ended ${this.#wanted - this.#given} samples short.`,
        );
      yield* this.#convert(silence);
    }
    this.#converter?.destroy();
  }

  get #wanted() {
    return Math.round((this.#taken * this.#to) / this.#from);
  }

  *#convert(samples: Float32Array): Generator<Float32Array> {
    const output = this.#converter!.full(samples);
    const part = output.subarray(0, Math.max(0, this.#wanted - this.#given));
    this.#given += part.length;
    if (part.length > 0) yield part;
  }
}

/** A whole mono signal at another rate; see `Resampler`. */
export async function resample(
  samples: Float32Array,
  from: number,
  to: number,
): Promise<Float32Array> {
  const resampler = await Resampler.open(from, to);
  const output = new Float32Array(Math.round((samples.length * to) / from));
  let filled = 0;
  for (const part of [...resampler.push(samples), ...resampler.finish()]) {
    output.set(part, filled);
    filled += part.length;
  }
  return output;
}
