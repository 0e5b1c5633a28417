import { hann } from "#shared/dsp/windows.ts";
import type { Pointer } from "./kernels.ts";
import {
  BAND_BINS,
  CENTRE_BARK,
  HEARING_THRESHOLD,
  LOUDNESS_CALIBRATION,
  POWER_CALIBRATION,
  POWER_CORRECTION,
  WIDTH_BARK,
} from "./tables.ts";
import type { Workspace } from "./workspace.ts";

/** Tables of the perceptual model in the kernels' memory, and the frames' way through them. */
export class BarkModel {
  /** Bands rounded up to whole vectors. */
  readonly lanes: number;
  private readonly ws: Workspace;
  private readonly window: Pointer;
  private readonly order: Pointer;
  private readonly bins: Pointer;
  private readonly scale: Pointer;
  /** Threshold, 0.5/threshold, exponent, factor, width. Band 0 and the padding are never heard. */
  private readonly tables: Pointer;
  private readonly re: Pointer;
  private readonly im: Pointer;
  private readonly totalWidth: number;

  constructor(ws: Workspace) {
    const { frame, bands, sampleRate } = ws.sizes;
    const lanes = Math.ceil(bands / 4) * 4;
    this.ws = ws;
    this.lanes = lanes;
    this.window = ws.put(Float32Array.from(hann(frame)));
    this.order = ws.put(Uint16Array.from({ length: frame / 2 }, (_, q) => ws.slot(q, frame)));
    this.bins = ws.put(Uint8Array.from(BAND_BINS[sampleRate]));
    this.scale = ws.put(
      Float64Array.from(POWER_CORRECTION[sampleRate], (c) => c * POWER_CALIBRATION[sampleRate]),
    );
    const table = (value: (band: number) => number, otherwise: number) =>
      Array.from({ length: lanes }, (_, b) => (b > 0 && b < bands ? value(b) : otherwise));
    this.tables = ws.put(
      Float32Array.from([
        ...table((b) => HEARING_THRESHOLD[b], Infinity),
        ...table((b) => 0.5 / HEARING_THRESHOLD[b], 0),
        ...table(loudnessExponent, 1),
        ...table(
          (b) => LOUDNESS_CALIBRATION * (HEARING_THRESHOLD[b] / 0.5) ** loudnessExponent(b),
          0,
        ),
        ...table((b) => WIDTH_BARK[b], 0),
      ]),
    );
    this.re = ws.allocate(4 * frame);
    this.im = ws.allocate(4 * frame + 64);
    this.totalWidth = WIDTH_BARK.slice(1, bands).reduce((a, b) => a + b, 0);
  }

  /** Band powers of the frame at `samples` (P.862, clause 10.2.2); zero where it is silent. */
  powers(samples: Pointer, to: Pointer): void {
    const { frame, bands } = this.ws.sizes;
    const { kernels } = this.ws;
    if (kernels.frameSpectrum(samples, this.window, this.re, this.im, frame, this.re, this.im))
      kernels.barkPowers(this.re, this.im, this.order, this.bins, this.scale, bands, to);
    else this.ws.floats(to, this.lanes).fill(0);
  }

  /** Power in the bands that are over `factor` times the threshold of hearing. */
  audible(powers: Pointer, factor: number): number {
    return this.ws.kernels.audiblePower(powers, this.tables, this.lanes, factor);
  }

  /** Adds the powers over 100 times the threshold to `lanes` doubles. */
  addAudible(powers: Pointer, sums: Pointer): void {
    this.ws.kernels.addAudible(powers, this.tables, this.lanes, 100, sums);
  }

  /** Symmetric and asymmetric disturbance after scaling the degraded powers (clauses 10.2.6–10.2.10). */
  disturbance(ref: Pointer, deg: Pointer, gain: number): [symmetric: number, asymmetric: number] {
    const { kernels } = this.ws;
    const squares = kernels.disturbance(ref, deg, this.lanes, this.tables, gain);
    return [this.totalWidth * Math.sqrt(squares / this.totalWidth), kernels.asymmetric.value];
  }
}

/** Zwicker's exponent, raised below 4 Bark. */
function loudnessExponent(band: number): number {
  const z = CENTRE_BARK[band];
  return 0.23 * (z < 4 ? Math.min(2, 6 / (z + 2)) : 1) ** 0.15;
}
