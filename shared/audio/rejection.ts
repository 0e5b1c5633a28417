import { PermanentError } from "#shared/errors.ts";
import type { AudioLimits } from "./limits.ts";

/** Why a file cannot become a recording. The words are stored: never rename one, only add. */
export type AudioRejection =
  | "empty" // no byte at all
  | "not-audio" // no known audio format was found in the bytes
  | "unsupported-container" // a known audio file format that is not read here
  | "unsupported-codec" // a known container around a codec that is not read here
  | "malformed-header" // the container contradicts itself or lacks what it needs
  | "cannot-decode" // the codec gave up
  | "no-samples" // a well-formed file that holds no sound
  | "mixed-streams" // rate or channels change inside the file
  | "too-large"
  | "too-long"
  | "too-many-channels"
  | "bad-sample-rate"
  | "non-finite-samples" // NaN or infinity among the samples
  | "implausible-samples" // decodes to numbers no recording has
  | "decode-timeout"
  | "decode-memory";

/** A `PermanentError` whose reason is one of the codes above and whose message is for a person. */
export const rejection = (reason: AudioRejection, message: string, options?: ErrorOptions) =>
  new PermanentError(reason, message, options);

/** A file of so many bytes need not be read first to be refused. */
export function refuseTooLarge(bytes: number, limits: AudioLimits): void {
  if (bytes > limits.maxBytes)
    throw rejection("too-large", `The file has ${bytes} bytes; the limit is ${limits.maxBytes}.`);
}
