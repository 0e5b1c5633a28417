import { type Activity, measureActivity } from "./activity.ts";
import { NoSpeechError, NonFiniteSampleError, SilentDegradedError, type Side } from "./errors.ts";
import { applyGainCurve } from "./gain-curve.ts";
import type { Pointer } from "./kernels.ts";
import type { PesqMode } from "./score.ts";
import {
  ALIGNMENT_FILTER,
  type BiquadRow,
  LEVEL_BAND,
  NARROWBAND_RECEIVE,
  WIDEBAND_INPUT,
} from "./tables.ts";
import type { Workspace } from "./workspace.ts";

const f = Math.fround;

/** Samples that can be scored; only their ratio to the largest one matters. */
export type PesqSamples = Float32Array | Int16Array;

/** A signal made ready for the alignment and for the perceptual model. */
export interface PreparedSide {
  /** Number of samples. */
  readonly count: number;
  /** With the guard zones, without the tail. */
  readonly length: number;
  /** Level-aligned and input-filtered samples for the model, `longest + tail` of them. */
  readonly model: Pointer;
  /** The same through the alignment filter, `length + tail` of them. */
  readonly filtered: Pointer;
  readonly activity: Activity;
  /** What the level alignment multiplied the samples by. */
  readonly gain: number;
}

/**
 * Largest magnitude of the samples.
 *
 * @throws {NonFiniteSampleError}
 */
export function findPeak(ws: Workspace, side: Side, signal: PesqSamples): number {
  const peak = ws.scoped(() => {
    const x = ws.allocate(4 * signal.length);
    ws.floats(x, signal.length).set(signal);
    return ws.kernels.peak(x, signal.length);
  });
  if (Number.isFinite(peak)) return peak;
  throw new NonFiniteSampleError(
    side,
    signal.findIndex((sample) => !Number.isFinite(sample)),
  );
}

/**
 * P.862 clauses 10.1.1–10.1.4: sets the level of a signal, filters it for the model and for the
 * alignment, and measures its activity. Samples are divided by `peak`; `longest` is the length of
 * the longer signal of the pair with its guard zones.
 */
export function prepareSide(
  ws: Workspace,
  side: Side,
  signal: PesqSamples,
  peak: number,
  longest: number,
  mode: PesqMode,
): PreparedSide {
  const { sizes } = ws;
  const count = signal.length;
  const length = count + 2 * sizes.guard;
  const model = ws.zeros(longest + sizes.tail);
  const filtered = ws.allocate(4 * (length + sizes.tail));
  ws.floats(model + 4 * sizes.guard, count).set(signal);
  ws.kernels.divide(model + 4 * sizes.guard, count, peak);
  const gain = alignLevel(ws, side, model, count, longest);
  inputFilter(ws, model, count, mode);
  ws.floats(filtered, length + sizes.tail).set(ws.floats(model, length + sizes.tail));
  alignmentFilter(ws, filtered, count);
  const activity = ws.scoped(() => {
    const windows = Math.floor(length / sizes.window);
    const powers = ws.allocate(8 * windows);
    ws.kernels.windowPowers(filtered, windows, sizes.window, powers);
    return measureActivity(ws.doubles(powers, windows).slice());
  });
  return { count, length, model, filtered, activity, gain };
}

/** Sets the mean power between 350 and 3250 Hz to 1e7; returns the gain. */
function alignLevel(
  ws: Workspace,
  side: Side,
  model: Pointer,
  count: number,
  longest: number,
): number {
  const { guard, tail } = ws.sizes;
  const start = model + 4 * guard;
  const sum = ws.scoped(() => {
    const band = ws.allocate(4 * (count + tail));
    applyGainCurve(ws, start, band, count + tail, LEVEL_BAND);
    return ws.kernels.sumSquares(band, count + tail);
  });
  // The divisor is that of the longer signal, also for the shorter one.
  const power = f(sum / (longest - 2 * guard + tail));
  const gain = f(Math.sqrt(1e7 / power));
  if (!Number.isFinite(gain))
    throw side === "reference" ? new NoSpeechError() : new SilentDegradedError();
  ws.kernels.scale(start, count, gain);
  return gain;
}

function inputFilter(ws: Workspace, model: Pointer, count: number, mode: PesqMode): void {
  const { guard, tail } = ws.sizes;
  const start = model + 4 * guard;
  if (mode === "nb") return applyGainCurve(ws, start, start, count + tail, NARROWBAND_RECEIVE);
  // The fade begins one sample before the signal, so its zero does not count.
  const x = ws.floats(start, count);
  for (let i = 1; i < 16; i++) {
    x[i - 1] *= i / 16;
    x[count - i] *= i / 16;
  }
  ws.scoped(() => ws.kernels.biquad(start, count, ws.put(Float32Array.from(WIDEBAND_INPUT))));
}

/** Most of the mean removed, ends tapered, then the band-pass over the whole buffer. */
function alignmentFilter(ws: Workspace, filtered: Pointer, count: number): void {
  const { sampleRate, guard, tail, window } = ws.sizes;
  const start = filtered + 4 * guard;
  const mean = f(ws.kernels.sum(start, count) / (count + 2 * guard));
  ws.kernels.subtract(start, count, mean);
  const x = ws.floats(start, count);
  for (let i = 0; i < window; i++) {
    x[i] *= (i + 0.5) / window;
    x[count - 1 - i] *= (i + 0.5) / window;
  }
  ws.scoped(() =>
    ws.kernels.cascade(
      filtered,
      count + 2 * guard + tail,
      ws.put(cascadeRows(ALIGNMENT_FILTER[sampleRate])),
    ),
  );
}

const CASCADE_SECTIONS = 12;

/** Coefficients as the cascade kernel wants them; sections that are not used pass all through. */
function cascadeRows(sections: readonly BiquadRow[]): Float32Array {
  const rows = new Float32Array(5 * CASCADE_SECTIONS);
  rows.fill(1, 0, CASCADE_SECTIONS);
  for (const [k, section] of sections.entries())
    for (const [i, value] of section.entries()) rows[i * CASCADE_SECTIONS + k] = value;
  return rows;
}
