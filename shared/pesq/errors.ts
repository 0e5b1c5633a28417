/** What kept a pair from being scored. */
export type PesqErrorCode =
  | "invalid-argument"
  | "too-short"
  | "too-long"
  | "not-finite"
  | "no-speech"
  | "silent-degraded";

/** A pair that cannot be scored: `code` says why, the message says it in words. */
export class PesqError extends Error {
  override readonly name: string = "PesqError";
  readonly code: PesqErrorCode;

  constructor(code: PesqErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Samples of another type than can be scored, or a sample rate or mode that P.862 does not define. */
export class PesqArgumentError extends PesqError {
  override readonly name = "PesqArgumentError";
  constructor(message: string) {
    super("invalid-argument", message);
  }
}

/** A signal under a quarter of a second. */
export class SignalTooShortError extends PesqError {
  override readonly name = "SignalTooShortError";
  constructor(side: Side, samples: number, minimum: number, sampleRate: number) {
    super(
      "too-short",
      `the ${side} signal is too short: ${samples} samples, and PESQ needs at least ${minimum} (${minimum / sampleRate} s at ${sampleRate} Hz)`,
    );
  }
}

/** A signal that would need more memory than a score may take. */
export class SignalTooLongError extends PesqError {
  override readonly name = "SignalTooLongError";
  constructor(side: Side, seconds: number, limitSeconds: number) {
    super(
      "too-long",
      `the ${side} signal is too long: ${seconds.toFixed(1)} s; score parts of at most ${Math.floor(limitSeconds)} s (P.862 is meant for 8 to 20 s)`,
    );
  }
}

/** A sample that is infinite or not a number. */
export class NonFiniteSampleError extends PesqError {
  override readonly name = "NonFiniteSampleError";
  constructor(side: Side, index: number) {
    super("not-finite", `sample ${index} of the ${side} signal is not a finite number`);
  }
}

/** A reference in which no utterance is found: silence, or bursts under 200 ms. */
export class NoSpeechError extends PesqError {
  override readonly name = "NoSpeechError";
  constructor() {
    super(
      "no-speech",
      "the reference signal has no utterance: PESQ needs at least 200 ms of speech in it",
    );
  }
}

/** A degraded signal without any sound, which has no score. */
export class SilentDegradedError extends PesqError {
  override readonly name = "SilentDegradedError";
  constructor() {
    super("silent-degraded", "the degraded signal is silent: there is nothing to score");
  }
}

/** Which of the two signals an error is about. */
export type Side = "reference" | "degraded";
