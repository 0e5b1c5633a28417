/** Sample rates that P.862 is defined for, in hertz. */
export type PesqRate = 8000 | 16000;

/** Lengths in samples that follow from the sample rate. */
export interface Sizes {
  readonly sampleRate: PesqRate;
  /** One window of the activity envelope: 4 ms. */
  readonly window: number;
  /** Transform length of the time alignment: 64 ms. */
  readonly align: number;
  /** Half width of the triangle that smooths the delay histogram. */
  readonly kernel: number;
  /** Frame of the perceptual model: 32 ms. */
  readonly frame: number;
  /** Distance of frames: 16 ms. */
  readonly hop: number;
  /** Zeros before and after a signal: 300 ms. */
  readonly guard: number;
  /** Further zeros at the end: 320 ms. */
  readonly tail: number;
  /** Shortest signal: 250 ms. */
  readonly minimum: number;
  readonly bands: number;
}

/** Guard zone and search margin in envelope windows (300 ms). */
export const GUARD_WINDOWS = 75;

function sizesAt(sampleRate: PesqRate): Sizes {
  const window = sampleRate / 250;
  const frame = 8 * window;
  return {
    sampleRate,
    window,
    align: 16 * window,
    kernel: window / 4,
    frame,
    hop: frame / 2,
    guard: GUARD_WINDOWS * window,
    tail: 80 * window,
    minimum: sampleRate / 4,
    bands: sampleRate === 8000 ? 42 : 49,
  };
}

export const SIZES: Readonly<Record<PesqRate, Sizes>> = {
  8000: sizesAt(8000),
  16000: sizesAt(16000),
};

/** Integer division that truncates toward zero. */
export const quo = (a: number, b: number) => Math.trunc(a / b);

/** Smallest power of two that is not below `x`. */
export function pow2(x: number): number {
  let power = 1;
  while (power < x) power *= 2;
  return power;
}
