/** Periodic Hann window, `0.5 (1 − cos(2πn/N))`: the one for overlapping frames. */
export function hann(size: number): Float64Array {
  return Float64Array.from(
    { length: size },
    (_, n) => 0.5 * (1 - Math.cos((2 * Math.PI * n) / size)),
  );
}
