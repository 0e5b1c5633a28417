import { PesqArgumentError, type Side, SignalTooLongError, SignalTooShortError } from "./errors.ts";
import type { PesqSamples } from "./front-end.ts";
import { PreparedReference } from "./prepared-reference.ts";
import type { PesqMode } from "./score.ts";
import { type PesqRate, SIZES, type Sizes } from "./sizes.ts";

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
 * What the options come to. Callers may have no type checker, so nothing is taken for granted.
 *
 * @throws {PesqArgumentError}
 */
export function checkOptions(options: PesqOptions): Sizes {
  const given: unknown = options;
  if (typeof given !== "object" || given === null)
    throw new PesqArgumentError(`the options are { sampleRate, mode }, not ${describe(given)}`);
  const { sampleRate, mode } = options;
  if (sampleRate !== 8000 && sampleRate !== 16000)
    throw new PesqArgumentError(
      `PESQ is defined at 8000 and 16000 Hz, not at ${describe(sampleRate)}: resample both signals first`,
    );
  if (mode !== "nb" && mode !== "wb")
    throw new PesqArgumentError(`the mode is "nb" or "wb", not ${describe(mode)}`);
  if (mode === "wb" && sampleRate === 8000)
    throw new PesqArgumentError(`wideband PESQ needs 16000 Hz: use mode "nb" at 8000 Hz`);
  return SIZES[sampleRate];
}

/**
 * Samples of a type and length that can be scored.
 *
 * @throws {PesqError}
 */
export function checkSamples(side: Side, samples: PesqSamples, sizes: Sizes): void {
  refuseByType(side, samples);
  const { sampleRate, minimum, tail } = sizes;
  const { length } = samples;
  if (length < minimum) throw new SignalTooShortError(side, length, minimum, sampleRate);
  if (length + tail > LONGEST_SPAN)
    throw new SignalTooLongError(side, length / sampleRate, (LONGEST_SPAN - tail) / sampleRate);
}

function refuseByType(side: Side, samples: unknown): void {
  if (samples instanceof PreparedReference)
    throw new PesqArgumentError(
      side === "reference"
        ? "the reference signal is prepared already: hand over its samples"
        : "the degraded signal is a prepared reference: only a reference can be prepared, hand over samples",
    );
  // By its tag and not by its class, which another realm (a frame, a test runner) has of its own.
  const type = ArrayBuffer.isView(samples) ? Object.prototype.toString.call(samples) : "";
  if (type === "[object Float32Array]" || type === "[object Int16Array]") return;
  const numbers = Array.isArray(samples) || type === "[object Float64Array]";
  throw new PesqArgumentError(
    `the ${side} signal is a Float32Array or an Int16Array of samples, not ${describe(samples)}${numbers ? ": convert it by Float32Array.from" : ""}`,
  );
}

/** A value in a few words. */
function describe(value: unknown): string {
  if (typeof value === "string")
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  const name: unknown = value.constructor?.name;
  if (typeof name !== "string" || name === "") return "an object";
  return `${/^[AEIOU]/.test(name) && !/^U[a-z]/.test(name) ? "an" : "a"} ${name}`;
}
