/**
 * A refusal with the status, reason and message that Cloud Storage's JSON API gives.
 * https://cloud.google.com/storage/docs/json_api/v1/status-codes
 */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly reason: string;
  readonly location: string | undefined;

  constructor(status: number, reason: string, message: string, location?: string) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.location = location;
  }
}

/** The JSON body of an error answer; `location` names the header or parameter at fault. */
export function toErrorBody({ status, reason, message, location }: ApiError) {
  const where = location === undefined ? {} : { locationType: locationType(location), location };
  return {
    error: {
      code: status,
      message,
      errors: [{ message, domain: "global", reason, ...where }],
    },
  };
}

export const invalid = (message: string, location?: string) =>
  new ApiError(400, "invalid", message, location);

export const required = (message: string) => new ApiError(400, "required", message);

export const noSuchBucket = () =>
  new ApiError(404, "notFound", "The specified bucket does not exist.");

export const noSuchObject = (bucket: string, name: string) =>
  new ApiError(404, "notFound", `No such object: ${bucket}/${name}`);

export const conditionNotMet = () =>
  new ApiError(
    412,
    "conditionNotMet",
    "At least one of the pre-conditions you specified did not hold.",
    "If-Match",
  );

/** A read whose `…NotMatch` condition failed: 304 without a body. */
export const notModified = () => new ApiError(304, "notModified", "Not Modified", "If-None-Match");

export const conflict = (message: string) => new ApiError(409, "conflict", message);

/** What the real service can do and this one cannot: said aloud, never answered wrongly. */
export const notImplemented = (what: string) =>
  new ApiError(501, "notImplemented", `The storage emulator does not implement ${what}.`);

const locationType = (location: string) => (/^[A-Z]/.test(location) ? "header" : "parameter");
