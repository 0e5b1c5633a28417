import type { Pointer } from "./kernels.ts";
import type { Workspace } from "./workspace.ts";

/** Least `match` of a proved pair; see README.md for what it was chosen on. */
export const MATCH_THRESHOLD = 0.45;

/**
 * Sums over aligned frames that tell how far two signals move together. Frames in which the
 * reference is silent must stay out: that two signals pause at the same time proves nothing.
 */
export class MatchSums {
  private readonly ws: Workspace;
  private readonly lanes: number;
  private readonly sums: Pointer;
  private frames = 0;

  constructor(ws: Workspace, lanes: number) {
    this.ws = ws;
    this.lanes = lanes;
    this.sums = ws.zeros(5 * lanes);
  }

  /** Takes in the band powers of a frame. */
  add(ref: Pointer, deg: Pointer): void {
    this.ws.kernels.addMatch(ref, deg, this.lanes, this.sums);
    this.frames++;
  }

  /** Correlation over time of the fourth roots of band power, all bands together. */
  correlation(): number {
    const { lanes, frames } = this;
    if (frames === 0) return 0;
    const [r, d, rr, dd, rd] = [0, 1, 2, 3, 4].map((k) =>
      this.ws.floats(this.sums + 4 * lanes * k, lanes),
    );
    let covariance = 0;
    let refVariance = 0;
    let degVariance = 0;
    for (let b = 0; b < lanes; b++) {
      covariance += rd[b] - (r[b] * d[b]) / frames;
      refVariance += rr[b] - (r[b] * r[b]) / frames;
      degVariance += dd[b] - (d[b] * d[b]) / frames;
    }
    const norm = Math.sqrt(refVariance * degVariance);
    return norm > 0 ? covariance / norm : 0;
  }
}
