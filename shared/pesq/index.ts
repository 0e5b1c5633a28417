/** PESQ (ITU-T P.862, P.862.1, P.862.2) of two speech signals. See README.md. */
export { type PesqOptions, pesq, prepareReference } from "./pesq.ts";
export type { PreparedReference } from "./prepared-reference.ts";
export type { PesqBadInterval, PesqMatch, PesqResult, PesqUtterance } from "./result.ts";
export type { PesqSamples } from "./front-end.ts";
export type { PesqMode } from "./score.ts";
export type { PesqRate } from "./sizes.ts";
export { MATCH_THRESHOLD } from "./match.ts";
export {
  NoSpeechError,
  NonFiniteSampleError,
  PesqArgumentError,
  PesqError,
  type PesqErrorCode,
  SignalTooLongError,
  SignalTooShortError,
  SilentDegradedError,
} from "./errors.ts";
