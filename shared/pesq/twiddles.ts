/** Tables of the transform kernels for lengths up to one power of two. */
export interface Twiddles {
  /** By block of the forward passes: `longest / 2` values that fit every shorter length too. */
  readonly blockCos: Float32Array;
  readonly blockSin: Float32Array;
  /** By place of the inverse passes: `2^g + s` for place s of pass g. */
  readonly passCos: Float32Array;
  readonly passSin: Float32Array;
  /** Bit reversal of `0 … longest / 2 − 1`. */
  readonly turns: Uint32Array;
}

/** Twice π as the transform rounds it. */
const CIRCLE = Math.fround(2 * Math.PI);

/**
 * Builds the tables. The angle is rounded to single precision before its sine is taken, as in the
 * reference; it depends on the fraction of a turn alone, so lengths share their values.
 */
export function buildTwiddles(longest: number): Twiddles {
  const passCos = new Float32Array(longest);
  const passSin = new Float32Array(longest);
  passCos[1] = 1;
  for (let size = 2; size < longest; size *= 2) {
    for (let s = 0; s < size; s += 2) {
      passCos[size + s] = passCos[(size + s) / 2];
      passSin[size + s] = passSin[(size + s) / 2];
      const angle = Math.fround(CIRCLE * (s + 1)) / (2 * size);
      passCos[size + s + 1] = Math.cos(angle);
      passSin[size + s + 1] = Math.sin(angle);
    }
  }
  const half = longest / 2;
  const turns = new Uint32Array(half);
  for (let bit = 1, step = longest / 4; bit < half; bit *= 2, step /= 2)
    for (let c = 0; c < bit; c++) turns[bit + c] = turns[c] + step;
  const blockCos = new Float32Array(half);
  const blockSin = new Float32Array(half);
  for (let c = 0; c < half; c++) {
    blockCos[c] = passCos[half + turns[c]];
    blockSin[c] = passSin[half + turns[c]];
  }
  return { blockCos, blockSin, passCos, passSin, turns };
}
