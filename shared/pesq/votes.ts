import type { FrameCorrelator } from "./frame-correlator.ts";
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

/** Votes for single lags, smoothed by a transform in the end: for the utterances. */
export class LagVotes {
  private readonly ws: Workspace;
  private readonly counts: Pointer;

  constructor(ws: Workspace) {
    this.ws = ws;
    this.counts = ws.zeros(ws.sizes.align);
  }

  add(correlator: FrameCorrelator, i: number, j: number): void {
    const noted = correlator.nearLags(i, j);
    if (noted) this.ws.kernels.voteLags(noted, this.counts);
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
    const noted = correlator.nearLags(i, j);
    if (noted)
      this.total = this.ws.kernels.voteTriangles(noted, align, this.counts, kernel, this.total);
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
