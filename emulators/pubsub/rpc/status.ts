import { Metadata, status, type ServiceError } from "@grpc/grpc-js";
import { encodeErrorInfo } from "./error-info.ts";

/** A refusal with a gRPC status code, which reaches the caller as it is. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  readonly code: status;
  readonly metadata: Metadata;

  constructor(code: status, message: string, metadata = new Metadata()) {
    super(message);
    this.code = code;
    this.metadata = metadata;
  }
}

export const invalidArgument = (message: string) =>
  new StatusError(status.INVALID_ARGUMENT, message);

export const failedPrecondition = (message: string) =>
  new StatusError(status.FAILED_PRECONDITION, message);

export const notFound = (resource: string) =>
  new StatusError(status.NOT_FOUND, `Resource not found (resource=${shortName(resource)}).`);

export const alreadyExists = (resource: string) =>
  new StatusError(
    status.ALREADY_EXISTS,
    `Resource already exists in the project (resource=${shortName(resource)}).`,
  );

export const notPullable = (subscription: string) =>
  failedPrecondition(`Subscription is a push subscription: (resource=${subscription})`);

/** What the emulator leaves out is refused rather than accepted and ignored. */
export const unimplemented = (what: string) =>
  new StatusError(
    status.UNIMPLEMENTED,
    `the local Pub/Sub emulator has no ${what}: see its README for what it supports`,
  );

/** The answer of an exactly-once subscription to ack ids that no longer hold a lease. */
export function invalidAckIds(ackIds: readonly string[]): StatusError {
  const message =
    "Some acknowledgement ids in the request were invalid: their leases ended, or they were used before.";
  const metadata = new Metadata();
  const reasons = ackIds.map((id) => [id, "PERMANENT_FAILURE_INVALID_ACK_ID"] as const);
  metadata.set(
    "grpc-status-details-bin",
    encodeErrorInfo(status.INVALID_ARGUMENT, message, {
      reason: "EXACTLY_ONCE_ACKID_FAILURE",
      domain: "pubsub.googleapis.com",
      metadata: Object.fromEntries(reasons),
    }),
  );
  return new StatusError(status.INVALID_ARGUMENT, message, metadata);
}

/** The error as grpc-js sends it; one that is no refusal is a bug here and says so. */
export function toServiceError(
  error: unknown,
): Pick<ServiceError, "code" | "details" | "metadata"> & { name: string; message: string } {
  const known =
    error instanceof StatusError
      ? error
      : new StatusError(status.INTERNAL, `pubsub emulator: ${String(error)}`);
  const { code, metadata, message, name } = known;
  return { code, metadata, message, name, details: message };
}

const shortName = (resource: string) => resource.slice(resource.lastIndexOf("/") + 1);
