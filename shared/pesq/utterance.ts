/** A part of the reference that has one delay. */
export interface Utterance {
  /** First window of the activity envelope, counted from the start of the guard zone. */
  start: number;
  end: number;
  /** Delay in samples by the envelopes: a multiple of the window. */
  readonly coarse: number;
  /** Delay in samples by the waveform. */
  readonly delay: number;
  /** Share of the waveform's votes that agree, 0 … 1. */
  readonly confidence: number;
}

/** The delay at a sample of the reference (counted from the start of the guard zone). */
export function delayAt(utterances: readonly Utterance[], window: number, sample: number): number {
  const found = utterances.findLast(({ start }) => start * window <= sample);
  return (found ?? utterances[0]).delay;
}
