import { PermanentError } from "#shared/errors.ts";

/** Freesound answered with an error status. */
export class FreesoundError extends Error {
  override readonly name = "FreesoundError";
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, detail: string, retryAfterMs: number | undefined) {
    super(`Freesound answered ${status}: ${detail}`);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * What an error answer means: a daily limit, a wrong key or a bad request cannot be waited out here
 * (`PermanentError`); a limit per minute, overload and other server errors can.
 */
export function toError(status: number, detail: string, retryAfter: string | null): Error {
  if (status === 429) {
    // The rate stands in the text: "… request limit rate (60/minute)".
    const unit = /\(\d+\/(minute|day|hour)\)/.exec(detail)?.[1] ?? "minute";
    if (unit === "day")
      return new PermanentError("daily-limit", `Freesound's daily limit is used up: ${detail}`);
    const askedMs = retryAfter === null ? Number.NaN : Number(retryAfter) * 1000;
    const waitMs = Number.isFinite(askedMs) ? askedMs : unit === "hour" ? 3_600_000 : 60_000;
    return new FreesoundError(status, detail, waitMs);
  }
  if (status === 401 || status === 403)
    return new PermanentError(
      "bad-key",
      `Freesound refused the API key (${detail}): check FREESOUND_API_KEY`,
    );
  if (status >= 400 && status < 500)
    return new PermanentError("bad-request", `Freesound answered ${status}: ${detail}`);
  return new FreesoundError(status, detail, undefined);
}
