export interface ChannelFacts {
  /** Two channels or more that carry one signal. */
  readonly isDualMono: boolean;
  /** Numbers (from 0) of channels that are silent while another is not. */
  readonly silentChannels: readonly number[];
  /** The first two channels carry one signal in opposite phase: their mono mix cancels. */
  readonly isInverted: boolean;
}

/** Channels this far under the loudest are silent; differences this far under the signal are none. */
const silentDb = -50;
const sameDb = -40;

/** How the channels of a recording relate, from their energies and those of sums and differences. */
export class ChannelMeter {
  readonly #energy: Float64Array;
  #difference = 0;
  #sum = 0;

  constructor(channels: number) {
    this.#energy = new Float64Array(channels);
  }

  push(block: readonly Float32Array[]): void {
    block.forEach((samples, channel) => {
      let energy = 0;
      for (let i = 0; i < samples.length; i++) energy += samples[i] * samples[i];
      this.#energy[channel] += energy;
    });
    const [left, right] = block;
    if (!left || !right) return;
    for (let i = 0; i < left.length; i++) {
      const l = left[i];
      const r = right[i];
      this.#difference += (l - r) * (l - r);
      this.#sum += (l + r) * (l + r);
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
    return {
      isDualMono: isPair && this.#difference < faint * this.#sum,
      silentChannels,
      isInverted: isPair && this.#sum < faint * this.#difference,
    };
  }
}
