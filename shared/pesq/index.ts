/** PESQ (ITU-T P.862, P.862.1, P.862.2) of two speech signals. See README.md. */
export type { PesqOptions } from "./arguments.ts";
export { pesq, prepareReference } from "./pesq.ts";
export {
  /** @public */
  type PreparedReference,
} from "./prepared-reference.ts";
export {
  /** @public */
  type PesqBadInterval,
  /** @public */
  type PesqMatch,
  type PesqResult,
  /** @public */
  type PesqUtterance,
} from "./result.ts";
export type { PesqSamples } from "./front-end.ts";
export type { PesqMode } from "./score.ts";
export type { PesqRate } from "./sizes.ts";
export { MATCH_THRESHOLD } from "./match.ts";
export {
  NoSpeechError,
  NonFiniteSampleError,
  PesqArgumentError,
  PesqError,
  /** @public */
  type PesqErrorCode,
  SignalTooLongError,
  SignalTooShortError,
  SilentDegradedError,
} from "./errors.ts";
