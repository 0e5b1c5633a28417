import { SqlError, tooComplex, UnsupportedError } from "../sql/error.ts";

/** An error as the REST API answers it. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: number;
  readonly reason: string;
  readonly location: string | undefined;

  constructor(code: number, reason: string, message: string, location?: string) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.location = location;
  }
}

export const notFound = (kind: string, name: string): ApiError =>
  new ApiError(404, "notFound", `Not found: ${kind} ${name}`);
export const duplicate = (kind: string, name: string): ApiError =>
  new ApiError(409, "duplicate", `Already Exists: ${kind} ${name}`);
export const invalid = (message: string, location?: string): ApiError =>
  new ApiError(400, "invalid", message, location);

export interface ErrorProto {
  readonly reason: string;
  readonly message: string;
  readonly location?: string;
}

/** The error of a statement as a job shows it. */
export function errorProto(error: unknown): ErrorProto {
  if (error instanceof ApiError)
    return error.location === undefined
      ? { reason: error.reason, message: error.message }
      : { reason: error.reason, message: error.message, location: error.location };
  if (error instanceof UnsupportedError)
    return { reason: "notImplemented", location: "query", message: error.message };
  if (error instanceof SqlError)
    return { reason: error.reason, location: "query", message: error.message };
  if (error instanceof RangeError && error.message.includes("call stack"))
    return errorProto(tooComplex());
  return {
    reason: "internalError",
    message: error instanceof Error ? error.message : String(error),
  };
}

const codes: Readonly<Record<string, number>> = {
  notFound: 404,
  duplicate: 409,
  accessDenied: 403,
  notImplemented: 501,
  internalError: 500,
  backendError: 503,
  rateLimitExceeded: 403,
  quotaExceeded: 403,
  stopped: 200,
};

export const codeOf = (reason: string): number => codes[reason] ?? 400;

/** The body of an error answer. */
export function errorBody(error: unknown): { code: number; body: unknown } {
  const proto = errorProto(error);
  const code = error instanceof ApiError ? error.code : codeOf(proto.reason);
  const entry = { domain: "global", ...proto };
  const status =
    {
      400: "INVALID_ARGUMENT",
      403: "PERMISSION_DENIED",
      404: "NOT_FOUND",
      409: "ALREADY_EXISTS",
      501: "UNIMPLEMENTED",
    }[code] ?? "INTERNAL";
  return { code, body: { error: { code, message: proto.message, errors: [entry], status } } };
}
