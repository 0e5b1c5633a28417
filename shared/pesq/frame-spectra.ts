import type { Pointer } from "./kernels.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Half spectra of windowed frames of one signal, the latest of them kept: a spectrum depends on
 * nothing but where its frame starts.
 */
export class FrameSpectra {
  private readonly ws: Workspace;
  private readonly samples: Pointer;
  private readonly window: Pointer;
  private readonly slots: Pointer;
  private readonly re: Pointer;
  private readonly im: Pointer;
  private readonly starts: Int32Array;
  private readonly silent: Uint8Array;

  /** `kept`, a power of two: how many spectra to keep. */
  constructor(ws: Workspace, samples: Pointer, window: Pointer, kept: number) {
    const { align } = ws.sizes;
    this.ws = ws;
    this.samples = samples;
    this.window = window;
    this.re = ws.allocate(4 * align);
    this.im = ws.allocate(4 * align + 64);
    this.slots = ws.allocate(4 * align * kept);
    this.starts = new Int32Array(kept).fill(-1);
    this.silent = new Uint8Array(kept);
  }

  /** Real parts, then imaginary parts, of the frame at `start`; 0 when it is silent. */
  at(start: number): Pointer {
    const { align, window } = this.ws.sizes;
    const slot = Math.trunc(start / window) & (this.starts.length - 1);
    const to = this.slots + 4 * align * slot;
    if (this.starts[slot] !== start) {
      this.starts[slot] = start;
      const heard = this.ws.kernels.frameSpectrum(
        this.samples + 4 * start,
        this.window,
        this.re,
        this.im,
        align,
        to,
        to + 2 * align,
      );
      this.silent[slot] = heard ? 0 : 1;
    }
    return this.silent[slot] ? 0 : to;
  }
}
