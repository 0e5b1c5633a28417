import { align, hasUtterance } from "./alignment.ts";
import { type PesqOptions, checkOptions, checkSamples } from "./arguments.ts";
import { NoSpeechError, PesqArgumentError } from "./errors.ts";
import { type PesqSamples, type PreparedSide, findPeak, prepareSide } from "./front-end.ts";
import { perceive } from "./model.ts";
import { PreparedReference } from "./prepared-reference.ts";
import { type PesqResult, toResult } from "./result.ts";
import { type PesqMode, rawScore } from "./score.ts";
import { type Workspace, withWorkspace } from "./workspace.ts";

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
  const sizes = checkOptions(options);
  const { mode } = options;
  const samples = reference instanceof PreparedReference ? reference.samples : reference;
  const prepared = reference instanceof PreparedReference ? reference : undefined;
  if (prepared && (prepared.sampleRate !== options.sampleRate || prepared.mode !== mode))
    throw new PesqArgumentError(
      `the reference was prepared for ${prepared.mode} at ${prepared.sampleRate} Hz, not for ${mode} at ${options.sampleRate} Hz`,
    );
  checkSamples("reference", samples, sizes);
  checkSamples("degraded", degraded, sizes);
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
  const sizes = checkOptions(options);
  const { sampleRate, mode } = options;
  checkSamples("reference", reference, sizes);
  const longest = reference.length + 2 * sizes.guard;
  return withWorkspace(sampleRate, longest, (ws) => {
    const peak = findPeak(ws, "reference", reference);
    if (peak === 0) throw new NoSpeechError();
    const prepared = new PreparedReference(reference, peak, sampleRate, mode);
    if (!hasUtterance(prepared.into(ws, peak, longest), sizes)) throw new NoSpeechError();
    return prepared;
  });
}

function score(ws: Workspace, ref: PreparedSide, deg: PreparedSide, mode: PesqMode): PesqResult {
  const utterances = align(ws, ref, deg);
  if (utterances.length === 0) throw new NoSpeechError();
  const perceived = perceive(ws, ref, deg, utterances);
  const raw = rawScore(perceived, Math.max(ref.length, deg.length), ws.sizes);
  return toResult(raw, mode, utterances, perceived, ws.sizes);
}
