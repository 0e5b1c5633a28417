import { kernels, roomForDoubles, roomForFloats, type Pointer } from "./kernels.ts";

const smallest = 16;
const largest = 8192;

const frameRoom = roomForFloats(largest + 4);
const windowRoom = roomForDoubles(largest + 4);
const output = roomForDoubles(largest / 2 + 2);
const [re, im, otherRe, otherIm] = Array.from({ length: 4 }, () => roomForDoubles(largest / 2));
kernels.planTransform(re.at, im.at, otherRe.at, otherIm.at);

/** The window that lies in the kernels' memory at this moment: those who take turns there bring theirs. */
let resident: Float64Array | null = null;

/** A transform of windowed real frames, from bin or lag 0 to size/2. */
export interface FrameTransform {
  readonly size: number;
  readonly bins: number;
  /**
   * Of the first `window.length` samples of `frame`, less `mean`, windowed and padded with zeros. The answer is overwritten
   * by the next transform, whoever asks for it.
   */
  of(frame: Float32Array, mean?: number): Float64Array;
  /** Where the answer lies, for kernels that go on from there. */
  readonly at: Pointer;
}

/** |FFT|² without scaling. `size` is a power of two from 16 to 8192, at least as long as the window. */
export const planPowerSpectrum = (window: Float64Array, size: number): FrameTransform =>
  planTransform(window, size, kernels.powerSpectrum);

/** Circular autocorrelation, times `size`: the transform of the power spectrum. */
export const planAutocorrelation = (window: Float64Array, size: number): FrameTransform =>
  planTransform(window, size, kernels.autocorrelation);

function planTransform(
  window: Float64Array,
  size: number,
  run: typeof kernels.powerSpectrum,
): FrameTransform {
  const { length } = window;
  const half = size / 2;
  const { twiddles, untangling } = tablesOf(size);
  const bins = half + 1;
  const answer = output.view.subarray(0, bins);

  function of(frame: Float32Array, mean = 0): Float64Array {
    if (resident !== window) {
      windowRoom.view.set(window);
      windowRoom.view.fill(0, length, length + 4);
      resident = window;
    }
    frameRoom.view.set(frame);
    frameRoom.view.fill(0, length, length + 4);
    run(frameRoom.at, windowRoom.at, length, mean, half, twiddles, untangling, output.at);
    return answer;
  }

  return { size, bins, of, at: output.at };
}

interface Tables {
  readonly twiddles: Pointer;
  readonly untangling: Pointer;
}

const tables = new Map<number, Tables>();

function tablesOf(size: number): Tables {
  const known = tables.get(size);
  if (known) return known;
  if (!Number.isInteger(Math.log2(size)) || size < smallest || size > largest)
    throw new RangeError(`transform length ${size} is no power of two from 16 to 8192`);
  const half = size / 2;
  const quarter = half / 4;
  const full = (2 * Math.PI) / half;
  const made = {
    twiddles: put(
      [1, 2, 3].flatMap((turns) => [
        ...angles(quarter, turns * full, Math.cos),
        ...angles(quarter, -turns * full, Math.sin),
      ]),
    ),
    untangling: put([
      ...angles(half + 1, Math.PI / half, (angle) => Math.cos(angle) / 2),
      ...angles(half + 1, Math.PI / half, (angle) => Math.sin(angle) / 2),
    ]),
  };
  tables.set(size, made);
  return made;
}

/** `wave` of the first `count` multiples of an angle. */
const angles = (count: number, step: number, wave: (angle: number) => number) =>
  Array.from({ length: count }, (_, i) => wave(i * step));

function put(values: readonly number[]): Pointer {
  const { at, view } = roomForDoubles(values.length);
  view.set(values);
  return at;
}
