/** A measure of one signal that arrives in pieces: what it keeps does not grow with the signal. */
export interface Measure<Result> {
  push(samples: Float32Array): void;
  /** Of all that was pushed so far. */
  result(): Result;
}

/** Feeds a whole signal to a measure. */
export function measureAll<Result>(measure: Measure<Result>, samples: Float32Array): Result {
  measure.push(samples);
  return measure.result();
}
