/** Periodic Hann window, `0.5 (1 − cos(2πn/N))`: the one for overlapping frames. */
export function hann(size: number): Float64Array {
  return Float64Array.from(
    { length: size },
    (_, n) => 0.5 * (1 - Math.cos((2 * Math.PI * n) / size)),
  );
}

/** Kaiser window at `place`, −1 … 1 from edge to edge; 0 outside. */
export function kaiser(place: number, beta: number): number {
  const inside = 1 - place * place;
  return inside > 0 ? bessel0(beta * Math.sqrt(inside)) / bessel0(beta) : 0;
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function bessel0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > 1e-17 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
