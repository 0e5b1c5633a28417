import { FrameSpectra } from "./frame-spectra.ts";
import type { Pointer } from "./kernels.ts";
import type { Workspace } from "./workspace.ts";

const f = Math.fround;

/** A delay found by votes. */
export interface VotedDelay {
  /** In samples, relative to the delay of the frames. */
  readonly lag: number;
  /** Share of the votes that agree, 0 … 1. */
  readonly confidence: number;
}

const NONE: VotedDelay = { lag: 0, confidence: 0 };

/** Correlates frames of the reference with frames of the degraded signal. */
export class FrameCorrelator {
  private readonly ref: FrameSpectra;
  private readonly deg: FrameSpectra;
  private readonly ws: Workspace;
  private readonly re: Pointer;
  private readonly im: Pointer;

  /** `window`: `align` floats, which must not change any more. */
  constructor(ws: Workspace, ref: Pointer, deg: Pointer, window: Pointer) {
    this.ws = ws;
    this.ref = new FrameSpectra(ws, ref, window, 1024);
    this.deg = new FrameSpectra(ws, deg, window, 1024);
    this.re = ws.allocate(4 * ws.sizes.align);
    this.im = ws.allocate(4 * ws.sizes.align + 64);
  }

  /** Largest magnitude of the correlation of the frames at `i` and `j`, left at `magnitudes`. */
  peak(i: number, j: number): number {
    const { align } = this.ws.sizes;
    const a = this.ref.at(i);
    const b = a && this.deg.at(j);
    if (!a || !b) return 0;
    const half = 2 * align;
    return this.ws.kernels.correlatePeak(a, a + half, b, b + half, this.re, this.im, align);
  }

  get magnitudes(): Pointer {
    return this.re;
  }
}

/** Votes for single lags, smoothed by a transform in the end: for the utterances. */
export class LagVotes {
  private readonly ws: Workspace;
  private readonly counts: Pointer;

  constructor(ws: Workspace) {
    this.ws = ws;
    this.counts = ws.zeros(ws.sizes.align);
  }

  add(correlator: FrameCorrelator, i: number, j: number): void {
    const peak = correlator.peak(i, j);
    if (peak > 0)
      this.ws.kernels.voteLags(correlator.magnitudes, this.ws.sizes.align, peak, this.counts);
  }

  best(): VotedDelay {
    const { ws } = this;
    const { align, kernel } = ws.sizes;
    const sum = ws.kernels.sum(this.counts, align);
    if (sum === 0) return NONE;
    return ws.scoped(() => {
      const [re, im, kernelRe, kernelIm, toRe, toIm] = Array.from({ length: 6 }, () =>
        ws.zeros(align),
      );
      const smooth = ws.floats(kernelRe, align);
      for (let k = 0; k < kernel; k++) {
        smooth[k] = 1 - k / kernel;
        smooth[(align - k) % align] = 1 - k / kernel;
      }
      ws.floats(re, align).set(ws.floats(this.counts, align));
      ws.kernels.convolve(re, im, kernelRe, kernelIm, toRe, toIm, align);
      const z = ws.floats(toRe, align);
      for (let m = 0; m < align; m++) z[m] = Math.abs(z[m]) / sum;
      return voted(ws, toRe);
    });
  }
}

/** Votes for triangles of lags, of which the best is asked again and again: for the splitting. */
export class TriangleVotes {
  private readonly ws: Workspace;
  private readonly counts: Pointer;
  private total = 0;

  constructor(ws: Workspace) {
    this.ws = ws;
    this.counts = ws.zeros(ws.sizes.align);
  }

  add(correlator: FrameCorrelator, i: number, j: number): void {
    const { align, kernel } = this.ws.sizes;
    const peak = correlator.peak(i, j);
    if (peak > 0)
      this.total = this.ws.kernels.voteTriangles(
        correlator.magnitudes,
        align,
        peak,
        this.counts,
        kernel,
        this.total,
      );
  }

  best(): VotedDelay {
    if (this.total === 0) return NONE;
    const { lag, confidence } = voted(this.ws, this.counts);
    return { lag, confidence: f(confidence / this.total) };
  }
}

function voted(ws: Workspace, values: Pointer): VotedDelay {
  const { align } = ws.sizes;
  const at = ws.kernels.argmax(values, align, 0);
  return { lag: at >= align / 2 ? at - align : at, confidence: ws.floats(values, align)[at] };
}
