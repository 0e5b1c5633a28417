import { block, chunkSamples, first, kernels, second } from "./kernels.ts";

export interface ChannelFacts {
  /** Two channels or more that carry one signal. */
  readonly isDualMono: boolean;
  /** Numbers (from 0) of channels that are silent while another is not. */
  readonly silentChannels: readonly number[];
  /** Two channels carry one signal in opposite phase, whatever their levels: their mono mix cancels. */
  readonly isInverted: boolean;
}

/** Channels this far under the loudest are silent; differences this far under the signal are none. */
const silentDb = -50;
const sameDb = -40;
/** Correlation of two channels under which one is the other's inverse. No room or pair of microphones gets there. */
const invertedCorrelation = -0.98;

/** How the channels of a recording relate, from their energies and those of sums and differences. */
export class ChannelMeter {
  readonly #energy: Float64Array;
  #difference = 0;
  #sum = 0;

  constructor(channels: number) {
    this.#energy = new Float64Array(channels);
  }

  push(channels: readonly Float32Array[]): void {
    for (let i = 0; i < channels.length; i += 2) this.#pushPair(channels, i);
  }

  #pushPair(channels: readonly Float32Array[], index: number) {
    const a = channels[index];
    const b = channels[index + 1] ?? a;
    for (let at = 0; at < a.length; at += chunkSamples) {
      const count = Math.min(chunkSamples, a.length - at);
      put(first.view, a, at, count);
      put(second.view, b, at, count);
      kernels.pairEnergies(first.at, second.at, count, block.at);
      const [ofA, ofB, difference, sum] = block.view;
      this.#energy[index] += ofA;
      if (index + 1 < channels.length) this.#energy[index + 1] += ofB;
      if (index > 0) continue;
      this.#difference += difference;
      this.#sum += sum;
    }
  }

  result(): ChannelFacts {
    const loudest = this.#energy.reduce((a, b) => Math.max(a, b), 0);
    const isSilent = (energy: number) => energy < loudest * 10 ** (silentDb / 10);
    const silentChannels = [...this.#energy.keys()].filter(
      (channel) => loudest > 0 && isSilent(this.#energy[channel]),
    );
    const isPair = this.#energy.length === 2 && loudest > 0 && silentChannels.length === 0;
    const faint = 10 ** (sameDb / 10);
    const product = (this.#sum - this.#difference) / 4;
    const correlation = product / Math.sqrt(this.#energy[0] * this.#energy[1]);
    return {
      isDualMono: isPair && this.#difference < faint * this.#sum,
      silentChannels,
      isInverted: isPair && correlation < invertedCorrelation,
    };
  }
}

/** Samples for a kernel that takes four at a time. */
function put(room: Float32Array, samples: Float32Array, from: number, count: number) {
  room.set(samples.subarray(from, from + count));
  room.fill(0, count, count + 3);
}
