/** Discrete Fourier transform of one power-of-two length, in double precision, in place. */
export interface Fft {
  readonly size: number;
  /** Kernel `exp(−j2πkn/N)`, no scaling. */
  forward(re: Float64Array, im: Float64Array): void;
  /** Kernel `exp(+j2πkn/N)`, scaled by `1/N`. */
  inverse(re: Float64Array, im: Float64Array): void;
}

/** Plans transforms of `size` points. Throws a RangeError when that is no power of two. */
export function planFft(size: number): Fft {
  if (!Number.isInteger(Math.log2(size)))
    throw new RangeError(`transform length ${size} is not a power of two`);
  const cos = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sin = Float64Array.from({ length: size / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / size));
  const reversed = reversedBits(size);

  function forward(re: Float64Array, im: Float64Array): void {
    if (re.length !== size || im.length !== size)
      throw new RangeError(`transform of ${size} points got ${re.length} and ${im.length}`);
    swap(re, reversed);
    swap(im, reversed);
    for (let half = 1, step = size / 2; half < size; half *= 2, step /= 2) {
      for (let k = 0, t = 0; k < half; k++, t += step) {
        const c = cos[t];
        const s = sin[t];
        for (let p = k, q = k + half; p < size; p += 2 * half, q += 2 * half) {
          const x = re[q] * c + im[q] * s;
          const y = im[q] * c - re[q] * s;
          re[q] = re[p] - x;
          im[q] = im[p] - y;
          re[p] += x;
          im[p] += y;
        }
      }
    }
  }

  function inverse(re: Float64Array, im: Float64Array): void {
    forward(im, re); // swapping the parts conjugates the kernel
    for (let i = 0; i < size; i++) {
      re[i] /= size;
      im[i] /= size;
    }
  }

  return { size, forward, inverse };
}

function reversedBits(size: number): Uint32Array {
  const reversed = new Uint32Array(size);
  for (let bit = 1, value = size / 2; bit < size; bit *= 2, value /= 2)
    for (let i = 0; i < bit; i++) reversed[bit + i] = reversed[i] + value;
  return reversed;
}

function swap(x: Float64Array, reversed: Uint32Array): void {
  for (let i = 0; i < x.length; i++) {
    const j = reversed[i];
    if (j <= i) continue;
    const value = x[i];
    x[i] = x[j];
    x[j] = value;
  }
}
