const f = Math.fround;

interface Plan {
  readonly cos: Float32Array;
  readonly sin: Float32Array;
  readonly reversed: Uint32Array;
}
const plans = new Map<number, Plan>();

function plan(size: number): Plan {
  let found = plans.get(size);
  if (found) return found;
  const half = Math.max(1, size / 2);
  const turn = new Uint32Array(half);
  for (let bit = 1, step = size / 4; bit < half; bit *= 2, step /= 2)
    for (let c = 0; c < bit; c++) turn[c + bit] = turn[c] + step;
  const cos = new Float32Array(half);
  const sin = new Float32Array(half);
  for (let c = 0; c < half; c++) {
    const angle = f(f(f(2 * Math.PI) * turn[c]) / size);
    cos[c] = Math.cos(angle);
    sin[c] = Math.sin(angle);
  }
  const reversed = new Uint32Array(size);
  for (let i = 0; i < half; i++) {
    reversed[2 * i] = turn[i] ;
    reversed[2 * i + 1] = turn[i] + half;
  }
  if (size === 1) reversed[0] = 0;
  found = { cos, sin, reversed };
  plans.set(size, found);
  return found;
}

/** Complex transform in place, natural order in and out, single precision. */
export function transform(re: Float32Array, im: Float32Array, inverse: boolean): void {
  const size = re.length;
  const { cos, sin, reversed } = plan(size);
  for (let span = size / 2, blocks = 1; span >= 1; span /= 2, blocks *= 2) {
    for (let c = 0; c < blocks; c++) {
      const C = cos[c];
      const Z = inverse ? -sin[c] : sin[c];
      for (let p = c * 2 * span, end = p + span; p < end; p++) {
        const q = p + span;
        const u = re[p];
        const v = im[p];
        const cr = f(C * re[q]);
        const zi = f(Z * im[q]);
        const zr = f(Z * re[q]);
        const ci = f(C * im[q]);
        re[p] = f(u + cr) + zi;
        im[p] = f(v - zr) + ci;
        re[q] = f(u - cr) - zi;
        im[q] = f(v + zr) - ci;
      }
    }
  }
  for (let p = 0; p < size; p++) {
    const q = reversed[p];
    if (q > p) {
      const a = re[p];
      const b = im[p];
      re[p] = re[q];
      im[p] = im[q];
      re[q] = a;
      im[q] = b;
    }
  }
  if (inverse)
    for (let p = 0; p < size; p++) {
      re[p] /= size;
      im[p] /= size;
    }
}
