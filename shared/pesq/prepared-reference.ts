import { type PesqSamples, type PreparedSide, prepareSide } from "./front-end.ts";
import type { PesqMode } from "./score.ts";
import type { PesqRate } from "./sizes.ts";
import type { Workspace } from "./workspace.ts";

/** A reference with its part of the work, as `prepareReference` makes it. */
export class PreparedReference {
  readonly samples: PesqSamples;
  readonly sampleRate: PesqRate;
  readonly mode: PesqMode;
  /** Largest magnitude of the samples. */
  readonly peak: number;
  private kept: Kept | undefined;

  constructor(samples: PesqSamples, peak: number, sampleRate: PesqRate, mode: PesqMode) {
    this.samples = samples;
    this.peak = peak;
    this.sampleRate = sampleRate;
    this.mode = mode;
  }

  /**
   * The reference in a workspace. Its rounding depends on the pair's peak and on the length of the
   * longer signal: where these are those of the pair before, nothing is computed again.
   */
  into(ws: Workspace, peak: number, longest: number): PreparedSide {
    const { kept } = this;
    if (kept?.peak === peak && kept.longest === longest) {
      const model = ws.put(kept.model);
      return { ...kept.side, model, filtered: ws.put(kept.filtered) };
    }
    const side = prepareSide(ws, "reference", this.samples, peak, longest, this.mode);
    this.kept = {
      peak,
      longest,
      side,
      model: ws.floats(side.model, longest + ws.sizes.tail).slice(),
      filtered: ws.floats(side.filtered, side.length + ws.sizes.tail).slice(),
    };
    return side;
  }
}

interface Kept {
  readonly peak: number;
  readonly longest: number;
  readonly side: PreparedSide;
  readonly model: Float32Array;
  readonly filtered: Float32Array;
}
