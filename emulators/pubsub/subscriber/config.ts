import { status } from "@grpc/grpc-js";
import { FilterError } from "../filter/tokens.ts";
import { parseFilter } from "../filter/parse.ts";
import { checkBounds, checkRetention } from "../rpc/bounds.ts";
import { invalidArgument, notFound, StatusError, unimplemented } from "../rpc/status.ts";
import { secondsOf, type ProtoTime } from "../time.ts";
import type { PubsubStore } from "../store.ts";
import type { DeadLetterPolicy, RetryPolicy, Subscription } from "../types.ts";

const day = 24 * 60 * 60;
const seconds = (value: number): ProtoTime => ({ seconds: value, nanos: 0 });

/**
 * A subscription as the service keeps it: checked, with the service's defaults.
 * Throws INVALID_ARGUMENT and the like on what the API refuses, UNIMPLEMENTED on what this emulator leaves out.
 */
export function toSubscription(request: Subscription, store: PubsubStore): Subscription {
  refuseUnsupported(request);
  if (request.ackDeadlineSeconds !== 0) {
    checkBounds("ack_deadline_seconds", request.ackDeadlineSeconds, 10, 600);
  }
  checkRetention(request.messageRetentionDuration);
  const ttl = request.expirationPolicy?.ttl;
  if (ttl) checkBounds("expiration_policy.ttl", secondsOf(ttl), day);
  checkFilter(request.filter);
  checkEndpoint(request.pushConfig?.pushEndpoint ?? "");
  if (request.enableExactlyOnceDelivery && request.pushConfig?.pushEndpoint) {
    throw invalidArgument("Exactly-once delivery is for pull subscriptions, not for push.");
  }
  return {
    ...request,
    ackDeadlineSeconds: request.ackDeadlineSeconds || 10,
    messageRetentionDuration: request.messageRetentionDuration ?? seconds(7 * day),
    expirationPolicy: request.expirationPolicy ?? { ttl: seconds(31 * day) },
    retryPolicy: toRetryPolicy(request.retryPolicy),
    deadLetterPolicy: toDeadLetterPolicy(request, store),
    state: "ACTIVE",
  };
}

function refuseUnsupported(request: Subscription): void {
  if (request.bigqueryConfig) throw unimplemented("BigQuery subscriptions (bigquery_config)");
  if (request.cloudStorageConfig) {
    throw unimplemented("Cloud Storage subscriptions (cloud_storage_config)");
  }
  if (request.bigtableConfig) throw unimplemented("Bigtable subscriptions (bigtable_config)");
  if (request.messageTransforms.length > 0) throw unimplemented("message transforms");
}

function checkFilter(filter: string): void {
  if (filter === "") return;
  try {
    parseFilter(filter);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw invalidArgument(
      `Invalid filter at position ${error.at}: ${error.message} (filter: ${filter})`,
    );
  }
}

/** Throws INVALID_ARGUMENT unless `endpoint` is empty or an HTTP URL. */
function checkEndpoint(endpoint: string): void {
  if (endpoint === "") return;
  const protocol = URL.parse(endpoint)?.protocol;
  if (protocol !== "http:" && protocol !== "https:") {
    throw invalidArgument(`Unsupported push_endpoint ${endpoint}: expected an http or https URL`);
  }
}

function toRetryPolicy(policy: Partial<RetryPolicy> | null): RetryPolicy | null {
  if (!policy) return null;
  const minimumBackoff = policy.minimumBackoff ?? seconds(10);
  const maximumBackoff = policy.maximumBackoff ?? seconds(600);
  checkBounds("minimum_backoff", secondsOf(minimumBackoff), 0, 600);
  checkBounds("maximum_backoff", secondsOf(maximumBackoff), 0, 600);
  if (secondsOf(maximumBackoff) < secondsOf(minimumBackoff)) {
    throw invalidArgument(
      `The value for maximum_backoff is too small. You passed ${secondsOf(maximumBackoff)}s in the request, ` +
        `but the minimum value is ${secondsOf(minimumBackoff)}s.`,
    );
  }
  return { minimumBackoff, maximumBackoff };
}

function toDeadLetterPolicy(
  { name, deadLetterPolicy: policy }: Subscription,
  store: PubsubStore,
): DeadLetterPolicy | null {
  if (!policy) return null;
  const maxDeliveryAttempts = policy.maxDeliveryAttempts || 5;
  if (maxDeliveryAttempts < 5 || maxDeliveryAttempts > 100) {
    throw new StatusError(
      status.OUT_OF_RANGE,
      `The value for max_delivery_attempts is out of bounds. You passed ${maxDeliveryAttempts} in the request, ` +
        "but the value must be between 5 and 100.",
    );
  }
  const { deadLetterTopic } = policy;
  // A topic deleted since must not stop an update of something else.
  const before = store.subscriptions.get(name)?.config.deadLetterPolicy?.deadLetterTopic;
  if (deadLetterTopic !== before && !store.topics.has(deadLetterTopic)) {
    throw notFound(deadLetterTopic);
  }
  return { deadLetterTopic, maxDeliveryAttempts };
}
