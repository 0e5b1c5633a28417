import { Framer } from "./framer.ts";
import { planGammatone, type Gammatone } from "./gammatone.ts";
import { roomForDoubles } from "./kernels.ts";
import type { Measure } from "./measure.ts";
import { ModulationEnergy } from "./modulation-energy.ts";

/** Envelopes are sampled every 2.5 ms. */
const envelopeRate = 400;
const envelopes = roomForDoubles(32);

export interface Srmr {
  /** Speech-to-reverberation modulation energy ratio; higher is drier. Null for less than one window (0.26 s), or left out. */
  readonly srmr: number | null;
  /** The variant with modulations up to 30 Hz only and clamped energies: it depends less on who speaks. */
  readonly normalised: number | null;
}

/**
 * SRMR: Falk, Zheng & Chan, "A non-intrusive quality and intelligibility measure of reverberant and dereverberated
 * speech", IEEE TASLP 18(7), 2010; normalised: Santos, Senoussaoui & Falk, IWAENC 2014. The fast form: envelopes from
 * gammatone-weighted spectra (10 ms window, 2.5 ms hop) instead of a filter bank and Hilbert transforms.
 */
export class SrmrMeter implements Measure<Srmr> {
  readonly #gammatone: Gammatone;
  readonly #framer: Framer;
  readonly #plain: ModulationEnergy | null;
  readonly #normalised: ModulationEnergy;

  /** The plain variant costs as much again as the normalised one: `false` leaves it out. */
  constructor(sampleRate: number, withPlain = true) {
    const gammatone = planGammatone(sampleRate);
    this.#plain = withPlain ? new ModulationEnergy(gammatone.centres, 128, false) : null;
    this.#normalised = new ModulationEnergy(gammatone.centres, 30, true);
    this.#gammatone = gammatone;
    this.#framer = new Framer(gammatone.windowSize, sampleRate / envelopeRate, (frame) => {
      gammatone.envelopes(frame, envelopes.at);
      this.#plain?.push(envelopes.at);
      this.#normalised.push(envelopes.at);
    });
  }

  push(samples: Float32Array): void {
    this.#gammatone.prepare();
    this.#plain?.prepare();
    this.#normalised.prepare();
    this.#framer.push(samples);
    this.#plain?.putAway();
    this.#normalised.putAway();
  }

  result(): Srmr {
    return { srmr: this.#plain?.ratio() ?? null, normalised: this.#normalised.ratio() };
  }
}
