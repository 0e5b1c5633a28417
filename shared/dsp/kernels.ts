import { kernelsWasm } from "./kernels-wasm.ts";

/** Address in the kernels' memory. */
export type Pointer = number;

/** What the compiled kernels (assembly/) export; see there for what each does. */
interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  planTransform(re: Pointer, im: Pointer, otherRe: Pointer, otherIm: Pointer): void;
  powerSpectrum: Transform;
  autocorrelation: Transform;
  kWeight(left: Pointer, right: Pointer, count: number, block: Pointer): void;
  pairEnergies(a: Pointer, b: Pointer, count: number, to: Pointer): void;
  extremes(x: Pointer, stretches: number, to: Pointer): void;
  halve(x: Pointer, count: number, taps: Pointer, even: Pointer, odd: Pointer, to: Pointer): void;
  truePeak(x: Pointer, count: number, kernels: Pointer, reach: number, peak: number): number;
  gammatone(
    power: Pointer,
    bins: number,
    bands: number,
    spans: Pointer,
    weights: Pointer,
    to: Pointer,
  ): void;
  modulate(
    envelopes: Pointer,
    bands: number,
    filters: Pointer,
    states: Pointer,
    sums: Pointer,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
  ): void;
  convert(
    x: Pointer,
    rest: number,
    count: number,
    from: number,
    to: number,
    kernels: Pointer,
    phases: number,
    taps: number,
    output: Pointer,
  ): void;
}

type Transform = (
  frame: Pointer,
  window: Pointer,
  length: number,
  mean: number,
  half: number,
  twiddles: Pointer,
  untangling: Pointer,
  output: Pointer,
) => void;

/** The part of WebAssembly's interface that is used: it is in every browser and server runtime. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: Kernels };
};

const pageBytes = 65_536;

/** One set for the thread. They keep nothing between two calls: what a measure must remember, it holds itself. */
export const kernels: Kernels = new WebAssembly.Instance(
  new WebAssembly.Module(
    Uint8Array.from(atob(kernelsWasm), (character) => character.charCodeAt(0)),
  ),
).exports;

/** Memory is laid out while modules load, from `used` on; it grows no more once views of it exist. */
const pages = 64;
kernels.memory.grow(pages);
let used = 1024;

/** A part of the kernels' memory: its address, and its contents. Lent to one call, or one `push`, at a time. */
export interface Room<View> {
  readonly at: Pointer;
  readonly view: View;
}

export const roomForFloats = (length: number): Room<Float32Array> => {
  const at = reserve(4 * length);
  return { at, view: new Float32Array(kernels.memory.buffer, at, length) };
};

export const roomForDoubles = (length: number): Room<Float64Array> => {
  const at = reserve(8 * length);
  return { at, view: new Float64Array(kernels.memory.buffer, at, length) };
};

export const roomForIntegers = (length: number): Room<Int32Array> => {
  const at = reserve(4 * length);
  return { at, view: new Int32Array(kernels.memory.buffer, at, length) };
};

function reserve(bytes: number): Pointer {
  const at = used;
  used += Math.ceil(bytes / 16) * 16;
  if (used > pages * pageBytes) throw new RangeError("the kernels' memory is too small");
  return at;
}

/** Samples that a kernel is given at a time. */
export const chunkSamples = 4096;
const margin = 64;

/** Room for samples: two channels, or input and output. */
export const first = roomForFloats(chunkSamples + 2 * margin);
export const second = roomForFloats(chunkSamples + 2 * margin);
/** Room for the few numbers that a call takes and gives. */
export const block = roomForDoubles(32);
