import { secondsOf, type ProtoTime } from "../time.ts";
import { invalidArgument } from "./status.ts";

const day = 24 * 60 * 60;

/** Throws unless an absent or 10-minute to 31-day retention is given. */
export function checkRetention(duration: ProtoTime | null): void {
  if (duration) checkBounds("message_retention_duration", secondsOf(duration), 600, 31 * day);
}

/** Throws INVALID_ARGUMENT unless `minimum` ≤ `seconds` ≤ `maximum`. */
export function checkBounds(
  field: string,
  seconds: number,
  minimum: number,
  maximum = Infinity,
): void {
  if (seconds >= minimum && seconds <= maximum) return;
  const range =
    maximum === Infinity ? `at least ${minimum}s` : `between ${minimum}s and ${maximum}s`;
  throw invalidArgument(
    `The value for ${field} is out of bounds. You passed ${seconds}s in the request, but the value must be ${range}.`,
  );
}
