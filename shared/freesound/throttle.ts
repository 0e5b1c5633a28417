import { PermanentError } from "#shared/errors.ts";
import { parseRetryAfter } from "#shared/web/retry-after.ts";

/** Rates that a key may use the API at. */
export interface Rates {
  readonly perMinute: number;
  readonly perDay: number;
}

/** Freesound answered with an error status that may pass. */
export class FreesoundError extends Error {
  override readonly name = "FreesoundError";
  readonly status: number;
  /** How long the answer itself asks to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, detail: string, retryAfterMs: number | undefined) {
    super(`Freesound answered ${status}: ${detail}`);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A 429: the key's rate is used up, whoever used it. */
export class ThrottledError extends FreesoundError {
  /** The rate that Freesound named, or null when it named none. */
  readonly rate: { readonly limit: number; readonly unit: Unit } | null;

  constructor(detail: string, retryAfterMs: number, rate: ThrottledError["rate"]) {
    super(429, detail, retryAfterMs);
    this.rate = rate;
  }
}

/** A 400 or another status that says that the request itself is wrong. */
export class BadRequestError extends PermanentError {
  override readonly name = "BadRequestError";
  /** Freesound's words. */
  readonly detail: string;

  constructor(status: number, detail: string) {
    super("bad-request", `Freesound answered ${status}: ${detail}`);
    this.detail = detail;
  }
}

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
export type Unit = keyof typeof unitMs;
const isUnit = (text: string): text is Unit => Object.hasOwn(unitMs, text);

/**
 * How long to leave the key alone after the day's rate is used up. Freesound counts the 24 hours before each
 * request, so that calls come free again one by one; asking once an hour finds them, and a 429 costs nothing.
 */
const dayPauseMs = unitMs.hour;

/**
 * What an error answer means: a wrong key or a bad request cannot be waited out (`PermanentError`); a rate,
 * overload and other server errors can.
 */
export function toError(
  status: number,
  detail: string,
  retryAfter: string | undefined,
  now = Date.now(),
): Error {
  const askedMs = parseRetryAfter(retryAfter, now);
  if (status === 429) {
    // The rate stands in the text: "… request limit rate (60/minute)".
    const [, limit, unit = ""] = /\((\d+)\/(\w+)\)/.exec(detail) ?? [];
    const rate = isUnit(unit) ? { limit: Number(limit), unit } : null;
    const waitMs = rate?.unit === "day" ? dayPauseMs : unitMs[rate?.unit ?? "minute"];
    return new ThrottledError(detail, askedMs ?? waitMs, rate);
  }
  if (status === 401 || status === 403)
    return new PermanentError(
      "bad-key",
      `Freesound refused the credentials (${detail}): check FREESOUND_API_KEY, and for originals FREESOUND_REFRESH_TOKEN`,
    );
  if (status === 404) return new PermanentError("not-found", `Freesound answered 404: ${detail}`);
  if (status >= 400 && status < 500 && status !== 408) return new BadRequestError(status, detail);
  return new FreesoundError(status, detail, askedMs);
}
