import { FrameSpectra } from "./frame-spectra.ts";
import type { Pointer } from "./kernels.ts";
import type { Workspace } from "./workspace.ts";

/** Pairs of frames whose lags are kept; room for each: 8 bytes and 28 lags, more than most have. */
const KEPT = 4096;
const ROOM = 64;
const KEPT_LAGS = (ROOM - 8) / 2;

/**
 * Correlates frames of the reference with frames of the degraded signal. Splitting asks for the
 * same frames again and again: what came out is kept.
 */
export class FrameCorrelator {
  private readonly ws: Workspace;
  private readonly ref: FrameSpectra;
  private readonly deg: FrameSpectra;
  private readonly re: Pointer;
  private readonly im: Pointer;
  private readonly noted: Pointer;
  private readonly slots: Pointer;
  private readonly refStarts = new Int32Array(KEPT).fill(-1);
  private readonly degStarts = new Int32Array(KEPT);

  /** `window`: `align` floats, which must not change any more. */
  constructor(ws: Workspace, ref: Pointer, deg: Pointer, window: Pointer) {
    const { align } = ws.sizes;
    this.ws = ws;
    this.ref = new FrameSpectra(ws, ref, window, 64);
    this.deg = new FrameSpectra(ws, deg, window, 256);
    this.re = ws.allocate(4 * align);
    this.im = ws.allocate(4 * align + 64); // keeps the two parts off the same cache sets
    this.noted = ws.allocate(8 + 2 * align);
    this.slots = ws.allocate(KEPT * ROOM);
  }

  /**
   * The lags at which the frames at `i` and `j` correlate nearly as well as at the best one, for
   * the voting kernels; 0 when one of the frames is silent. Valid until the next call.
   */
  nearLags(i: number, j: number): Pointer {
    const slot = (Math.imul(i, 0x9e3779b1) ^ Math.imul(j, 0x85ebca6b)) >>> 20;
    const kept = this.slots + ROOM * slot;
    if (this.refStarts[slot] === i && this.degStarts[slot] === j) return kept;
    const a = this.ref.at(i);
    const b = a && this.deg.at(j);
    if (!a || !b) return 0;
    const { kernels, sizes } = this.ws;
    const half = 2 * sizes.align;
    const count = kernels.correlateLags(
      a,
      a + half,
      b,
      b + half,
      this.re,
      this.im,
      sizes.align,
      this.noted,
    );
    if (count > KEPT_LAGS) return this.noted;
    this.ws.bytes(kept, ROOM).set(this.ws.bytes(this.noted, 8 + 2 * count));
    this.refStarts[slot] = i;
    this.degStarts[slot] = j;
    return kept;
  }
}
