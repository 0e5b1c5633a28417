const f = Math.fround;

/**
 * The reference's radix-2 transform of complex single-precision values, pass by pass and rounding
 * by rounding, in place and in natural order: what the kernels must equal to the last bit.
 */
export function plainTransform(re: Float32Array, im: Float32Array, inverse: boolean): void {
  const size = re.length;
  const turn = turnsOf(size);
  for (let span = size / 2, blocks = 1; span >= 1; span /= 2, blocks *= 2) {
    for (let c = 0; c < blocks; c++) {
      const angle = f(f(f(2 * Math.PI) * turn[c]) / size);
      const C = f(Math.cos(angle));
      const Z = f(Math.sin(angle)) * (inverse ? -1 : 1);
      for (let p = c * 2 * span, q = p + span; p < (c * 2 + 1) * span; p++, q++) {
        const [u, v, r, i] = [re[p], im[p], re[q], im[q]];
        const [cr, zi, zr, ci] = [f(C * r), f(Z * i), f(Z * r), f(C * i)];
        re[p] = f(u + cr) + zi;
        im[p] = f(v - zr) + ci;
        re[q] = f(u - cr) - zi;
        im[q] = f(v + zr) - ci;
      }
    }
  }
  const order = Uint32Array.from({ length: size }, (_, p) => turn[p >> 1] + (p & 1 ? size / 2 : 0));
  const [x, y] = [re.slice(), im.slice()];
  const scale = inverse ? 1 / size : 1;
  for (let p = 0; p < size; p++) {
    re[order[p]] = x[p] * scale;
    im[order[p]] = y[p] * scale;
  }
}

/** Twiddle index of each block: the bit reversal of its number. */
function turnsOf(size: number): Uint32Array {
  const turn = new Uint32Array(size / 2);
  for (let bit = 1, step = size / 4; bit < size / 2; bit *= 2, step /= 2)
    for (let c = 0; c < bit; c++) turn[c + bit] = turn[c] + step;
  return turn;
}
