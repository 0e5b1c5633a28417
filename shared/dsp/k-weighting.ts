/** A second-order section with a0 = 1. */
interface BiquadCoefficients {
  readonly b0: number;
  readonly b1: number;
  readonly b2: number;
  readonly a1: number;
  readonly a2: number;
}

/**
 * The two filters of ITU-R BS.1770-5, Annex 1, tables 1 and 2, at any sample rate. The standard gives them at 48 kHz as
 * numbers; these are the analogue prototypes (a high shelf of +4 dB at 1682 Hz, a high-pass at 38 Hz) that the bilinear
 * transform turns into those numbers.
 */
export function kWeighting(sampleRate: number): {
  shelf: BiquadCoefficients;
  highPass: BiquadCoefficients;
} {
  return { shelf: highShelf(sampleRate), highPass: highPass(sampleRate) };
}

function highShelf(sampleRate: number): BiquadCoefficients {
  const k = Math.tan((Math.PI * 1681.974450955533) / sampleRate);
  const q = 0.7071752369554196;
  const high = 10 ** (3.999843853973347 / 20);
  const band = high ** 0.4996667741545416;
  const a0 = 1 + k / q + k * k;
  return {
    b0: (high + (band * k) / q + k * k) / a0,
    b1: (2 * (k * k - high)) / a0,
    b2: (high - (band * k) / q + k * k) / a0,
    a1: (2 * (k * k - 1)) / a0,
    a2: (1 - k / q + k * k) / a0,
  };
}

function highPass(sampleRate: number): BiquadCoefficients {
  const k = Math.tan((Math.PI * 38.13547087602444) / sampleRate);
  const q = 0.5003270373238773;
  const a0 = 1 + k / q + k * k;
  return { b0: 1, b1: -2, b2: 1, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / q + k * k) / a0 };
}
