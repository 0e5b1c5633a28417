import { hann } from "#shared/dsp/windows.ts";
import { PesqError } from "./errors.ts";
import { type Kernels, type Pointer, instantiateKernels } from "./kernels.ts";
import { type PesqRate, SIZES, type Sizes, pow2 } from "./sizes.ts";
import { buildTwiddles } from "./twiddles.ts";

const PAGE = 65536;
const ALIGNMENT = 64;

/**
 * The kernels with memory to work in: tables that depend on the sample rate and the longest
 * transform, then buffers that live for one score. It carries nothing from one score to the next.
 */
export class Workspace {
  readonly kernels: Kernels;
  readonly sizes: Sizes;
  /** Longest transform that the tables allow. */
  readonly longest: number;
  /** `turns[j]`, for the longest transform: bit reversal of slot j, as a bin. */
  readonly turns: Uint32Array;
  private top: Pointer;

  constructor(sampleRate: PesqRate, longest: number) {
    this.kernels = instantiateKernels();
    this.sizes = SIZES[sampleRate];
    this.longest = longest;
    this.top = ALIGNMENT;
    const twiddles = buildTwiddles(longest);
    this.turns = twiddles.turns;
    this.kernels.setTwiddles(
      this.put(twiddles.blockCos),
      this.put(twiddles.blockSin),
      this.put(twiddles.passCos),
      this.put(twiddles.passSin),
    );
  }

  /** Bin of slot `j` of a half spectrum of `n` points, or slot of bin `j`. */
  slot(j: number, n: number): number {
    return (this.turns[j] * n) / this.longest;
  }

  /** Room for `bytes` bytes, not cleared. Views made before may be detached by it. */
  allocate(bytes: number): Pointer {
    // A wrong number here would have later scores write over the tables.
    if (!Number.isSafeInteger(bytes) || bytes < 0)
      throw new RangeError(`a workspace has whole numbers of bytes, not ${bytes}`);
    const at = this.top;
    this.top = at + Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    const missing = this.top - this.kernels.memory.buffer.byteLength;
    if (missing > 0) this.kernels.memory.grow(Math.ceil(missing / PAGE));
    return at;
  }

  /** Room for floats, all zero. */
  zeros(count: number): Pointer {
    const at = this.allocate(4 * count);
    this.floats(at, count).fill(0);
    return at;
  }

  /** Room filled with the bytes of `values`. */
  put(values: Float32Array | Float64Array | Uint16Array | Uint8Array): Pointer {
    const at = this.allocate(values.byteLength);
    this.bytes(at, values.byteLength).set(
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    );
    return at;
  }

  bytes(at: Pointer, count: number): Uint8Array {
    return new Uint8Array(this.kernels.memory.buffer, at, count);
  }

  floats(at: Pointer, count: number): Float32Array {
    return new Float32Array(this.kernels.memory.buffer, at, count);
  }

  doubles(at: Pointer, count: number): Float64Array {
    return new Float64Array(this.kernels.memory.buffer, at, count);
  }

  /** Gives back all that `work` allocates. */
  scoped<T>(work: () => T): T {
    const before = this.top;
    try {
      return work();
    } finally {
      this.top = before;
    }
  }
}

/** Hann window of the alignment frames, rounded. */
export const alignmentWindow = ({ align }: Sizes) => Float32Array.from(hann(align));

/** Workspaces over this longest transform are not kept: they hold hundreds of megabytes. */
const LONGEST_KEPT = 2 ** 21;
const SHORTEST = 2 ** 16;
const kept = new Map<PesqRate, Workspace>();

/**
 * Runs `work` in a workspace for signals of `length` samples with their guard zones. The workspace
 * is kept for the next call unless it is very large; results do not depend on that.
 */
export function withWorkspace<T>(
  sampleRate: PesqRate,
  length: number,
  work: (ws: Workspace) => T,
): T {
  const longest = Math.max(SHORTEST, pow2(length + SIZES[sampleRate].tail));
  let ws = kept.get(sampleRate);
  if (!ws || ws.longest < longest) ws = new Workspace(sampleRate, longest);
  if (longest <= LONGEST_KEPT) kept.set(sampleRate, ws);
  try {
    return ws.scoped(() => work(ws));
  } catch (error) {
    // An error that says nothing of the signals may have left anything behind.
    if (!(error instanceof PesqError)) kept.delete(sampleRate);
    throw error;
  }
}
