import { KERNELS_WASM } from "./kernels-wasm.ts";

/** Address in the kernels' memory. */
export type Pointer = number;

/** What the compiled kernels (assembly/) export; see there for what each does. */
export interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly asymmetric: { readonly value: number };
  setTwiddles(blockCos: Pointer, blockSin: Pointer, passCos: Pointer, passSin: Pointer): void;
  forward(re: Pointer, im: Pointer, n: number, toRe: Pointer, toIm: Pointer): void;
  inverse(re: Pointer, im: Pointer, n: number): void;
  multiply(
    aRe: Pointer,
    aIm: Pointer,
    bRe: Pointer,
    bIm: Pointer,
    toRe: Pointer,
    toIm: Pointer,
    n: number,
    sign: 1 | -1,
  ): void;
  scaleSpectrum(re: Pointer, im: Pointer, n: number, factors: Pointer): void;
  biquad(x: Pointer, count: number, row: Pointer): void;
  cascade(x: Pointer, count: number, rows: Pointer): void;
  peak(x: Pointer, count: number): number;
  divide(x: Pointer, count: number, by: number): void;
  subtract(x: Pointer, count: number, value: number): void;
  argmax(x: Pointer, count: number, fallback: number): number;
  scale(x: Pointer, count: number, gain: number): void;
  sumSquares(x: Pointer, count: number): number;
  sum(x: Pointer, count: number): number;
  windowPowers(x: Pointer, windows: number, window: number, to: Pointer): void;
  frameSpectrum(
    x: Pointer,
    window: Pointer,
    re: Pointer,
    im: Pointer,
    n: number,
    toRe: Pointer,
    toIm: Pointer,
  ): number;
  correlateLags(
    aRe: Pointer,
    aIm: Pointer,
    bRe: Pointer,
    bIm: Pointer,
    re: Pointer,
    im: Pointer,
    n: number,
    to: Pointer,
  ): number;
  voteLags(noted: Pointer, histogram: Pointer): void;
  voteTriangles(
    noted: Pointer,
    n: number,
    histogram: Pointer,
    kernel: number,
    total: number,
  ): number;
  convolve(
    aRe: Pointer,
    aIm: Pointer,
    bRe: Pointer,
    bIm: Pointer,
    toRe: Pointer,
    toIm: Pointer,
    n: number,
  ): void;
  barkPowers(
    re: Pointer,
    im: Pointer,
    order: Pointer,
    bins: Pointer,
    scale: Pointer,
    bands: number,
    to: Pointer,
  ): void;
  audiblePower(power: Pointer, threshold: Pointer, lanes: number, factor: number): number;
  addAudible(
    power: Pointer,
    threshold: Pointer,
    lanes: number,
    factor: number,
    sums: Pointer,
  ): void;
  scaleBands(power: Pointer, factor: Pointer, lanes: number): void;
  addMatch(ref: Pointer, deg: Pointer, lanes: number, sums: Pointer): void;
  disturbance(ref: Pointer, deg: Pointer, lanes: number, tables: Pointer, gain: number): number;
}

/** The part of WebAssembly's interface that is used: it is in every browser and server runtime. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: Kernels };
};

let compiled: object | undefined;

/** A fresh set of kernels with a memory of its own. */
export function instantiateKernels(): Kernels {
  compiled ??= new WebAssembly.Module(
    Uint8Array.from(atob(KERNELS_WASM), (character) => character.charCodeAt(0)),
  );
  return new WebAssembly.Instance(compiled).exports;
}
