import { MATCH_THRESHOLD } from "./match.ts";
import type { Perceived } from "./model.ts";
import { type PesqMode, toMosLqo } from "./score.ts";
import { GUARD_WINDOWS, type Sizes } from "./sizes.ts";
import type { Utterance } from "./utterance.ts";

/**
 * A part of the reference with its delay. Times are in seconds from the start of the reference.
 *
 * @public
 */
export interface PesqUtterance {
  readonly start: number;
  readonly end: number;
  /** By how much the degraded signal is late. */
  readonly delay: number;
  /** How sure the alignment is, 0 … 1. */
  readonly confidence: number;
}

/**
 * A part that was aligned again because it sounded bad. In seconds, as an utterance.
 *
 * @public
 */
export interface PesqBadInterval {
  readonly start: number;
  readonly end: number;
  /** Delay on top of that of the utterance; 0 where no better one was found. */
  readonly delay: number;
}

/** The score of a pair and what it rests on. */
export interface PesqResult {
  /** Mean opinion score, listening quality, objective: 1.0 to 4.55 narrowband, to 4.64 wideband. */
  readonly mosLqo: number;
  /** The score of P.862 before the mapping, −0.5 to 4.5 for most material. */
  readonly raw: number;
  /** By how much the degraded signal is late: the delay at the middle of the aligned time. */
  readonly delaySeconds: number;
  readonly utterances: readonly PesqUtterance[];
  readonly badIntervals: readonly PesqBadInterval[];
  readonly match: PesqMatch;
}

/**
 * How well the two signals prove to be a pair.
 *
 * @public
 */
export interface PesqMatch {
  /** Correlation of the band envelopes after alignment, over the reference's speech, −1 … 1. */
  readonly correlation: number;
  /** Whether that is above `MATCH_THRESHOLD`. */
  readonly isPair: boolean;
}

export function toResult(
  raw: number,
  mode: PesqMode,
  utterances: readonly Utterance[],
  { badIntervals, match }: Perceived,
  { window, sampleRate, hop }: Sizes,
): PesqResult {
  const windowSeconds = window / sampleRate;
  const frameSeconds = hop / sampleRate;
  const timed = utterances.map(({ start, end, delay, confidence }) => ({
    start: (start - GUARD_WINDOWS) * windowSeconds,
    end: (end - GUARD_WINDOWS) * windowSeconds,
    delay: delay / sampleRate,
    confidence,
  }));
  return {
    mosLqo: toMosLqo(raw, mode),
    raw,
    delaySeconds: medianDelay(timed),
    utterances: timed,
    badIntervals: badIntervals.map(({ start, end, delay }) => ({
      start: start * frameSeconds,
      end: end * frameSeconds,
      delay: delay / sampleRate,
    })),
    match: { correlation: match, isPair: match >= MATCH_THRESHOLD },
  };
}

/** Median of the delays, each weighing as long as its utterance. */
function medianDelay(utterances: readonly PesqUtterance[]): number {
  const sorted = utterances.toSorted((a, b) => a.delay - b.delay);
  let left = sorted.reduce((sum, { start, end }) => sum + end - start, 0) / 2;
  for (const { start, end, delay } of sorted) {
    left -= end - start;
    if (left <= 0) return delay;
  }
  return sorted[sorted.length - 1].delay;
}
