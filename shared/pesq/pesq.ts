import { align } from "./alignment.ts";
import {
  NoSpeechError,
  PesqArgumentError,
  type Side,
  SignalTooLongError,
  SignalTooShortError,
} from "./errors.ts";
import { type PesqSamples, type PreparedSide, findPeak, prepareSide } from "./front-end.ts";
import { perceive } from "./model.ts";
import { PreparedReference } from "./prepared-reference.ts";
import { type PesqResult, toResult } from "./result.ts";
import { type PesqMode, rawScore } from "./score.ts";
import { type PesqRate, SIZES, type Sizes } from "./sizes.ts";
import { type Workspace, withWorkspace } from "./workspace.ts";

/** How a pair is to be scored. */
export interface PesqOptions {
  /** Of both signals, in hertz. */
  readonly sampleRate: PesqRate;
  /** Narrowband (P.862.1), or wideband (P.862.2), which needs 16 kHz. */
  readonly mode: PesqMode;
}

/** Longest transform that a score may need: about 8.7 minutes at 16 kHz, 17 at 8 kHz. */
const LONGEST_SPAN = 2 ** 23;

/**
 * Perceptual quality of a degraded speech signal against its reference (ITU-T P.862, P.862.1,
 * P.862.2). The signals may differ in length and in scale; neither is changed.
 *
 * @throws {PesqError} when the pair has no score; its `code` says why.
 */
export function pesq(
  reference: PesqSamples | PreparedReference,
  degraded: PesqSamples,
  options: PesqOptions,
): PesqResult {
  const sizes = sizesFor(options);
  const { mode } = options;
  const samples = reference instanceof PreparedReference ? reference.samples : reference;
  const prepared = reference instanceof PreparedReference ? reference : undefined;
  if (prepared && (prepared.sampleRate !== options.sampleRate || prepared.mode !== mode))
    throw new PesqArgumentError(
      `the reference was prepared for ${prepared.mode} at ${prepared.sampleRate} Hz, not for ${mode} at ${options.sampleRate} Hz`,
    );
  checkLength("reference", samples, sizes);
  checkLength("degraded", degraded, sizes);
  const longest = Math.max(samples.length, degraded.length) + 2 * sizes.guard;
  return withWorkspace(options.sampleRate, longest, (ws) => {
    const refPeak = prepared?.peak ?? findPeak(ws, "reference", samples);
    const peak = Math.max(refPeak, findPeak(ws, "degraded", degraded));
    if (refPeak === 0) throw new NoSpeechError();
    const ref = prepared
      ? prepared.into(ws, peak, longest)
      : prepareSide(ws, "reference", samples, peak, longest, mode);
    const deg = prepareSide(ws, "degraded", degraded, peak, longest, mode);
    return score(ws, ref, deg, mode);
  });
}

/**
 * A reference whose part of the work is done once, for many degraded signals. The scores are the
 * same as without. The samples must not change while it is in use.
 *
 * @throws {PesqError} when the reference cannot be scored against anything.
 */
export function prepareReference(reference: PesqSamples, options: PesqOptions): PreparedReference {
  const { sampleRate, mode } = options;
  const sizes = sizesFor(options);
  checkLength("reference", reference, sizes);
  return withWorkspace(sampleRate, reference.length + 2 * sizes.guard, (ws) => {
    const peak = findPeak(ws, "reference", reference);
    if (peak === 0) throw new NoSpeechError();
    return new PreparedReference(reference, peak, sampleRate, mode);
  });
}

function score(ws: Workspace, ref: PreparedSide, deg: PreparedSide, mode: PesqMode): PesqResult {
  const utterances = align(ws, ref, deg);
  if (utterances.length === 0) throw new NoSpeechError();
  const perceived = perceive(ws, ref, deg, utterances);
  const raw = rawScore(perceived, Math.max(ref.length, deg.length), ws.sizes);
  return toResult(raw, mode, utterances, perceived, ws.sizes);
}

function sizesFor({ sampleRate, mode }: PesqOptions): Sizes {
  const rate: unknown = sampleRate;
  if (rate !== 8000 && rate !== 16000)
    throw new PesqArgumentError(
      `PESQ is defined at 8000 and 16000 Hz, not at ${String(rate)}: resample both signals first`,
    );
  if (mode !== "nb" && mode !== "wb")
    throw new PesqArgumentError(`the mode is "nb" or "wb", not ${JSON.stringify(mode)}`);
  if (mode === "wb" && rate === 8000)
    throw new PesqArgumentError(`wideband PESQ needs 16000 Hz: use mode "nb" at 8000 Hz`);
  return SIZES[rate];
}

function checkLength(side: Side, { length }: PesqSamples, sizes: Sizes): void {
  const { sampleRate, minimum, tail } = sizes;
  if (length < minimum) throw new SignalTooShortError(side, length / sampleRate);
  if (length + tail > LONGEST_SPAN)
    throw new SignalTooLongError(side, length / sampleRate, (LONGEST_SPAN - tail) / sampleRate);
}
