import type { Methods } from "../rpc/methods.ts";
import { invalidAckIds, invalidArgument } from "../rpc/status.ts";
import type { PubsubStore, StoredSubscription } from "../store.ts";

const maxDeadlineSeconds = 600;

/** `Acknowledge` and `ModifyAckDeadline`. Stale ids are ignored, but for exactly-once subscriptions. */
export const acknowledgeMethods = (store: PubsubStore): Methods => ({
  acknowledge({ subscription: name, ackIds }: { subscription: string; ackIds: string[] }) {
    const subscription = store.subscription(name);
    checkAckIds(subscription, ackIds);
    report(subscription, subscription.backlog.acknowledge(ackIds));
    return {};
  },

  modifyAckDeadline(request: {
    subscription: string;
    ackIds: string[];
    ackDeadlineSeconds: number;
  }) {
    const subscription = store.subscription(request.subscription);
    const { ackIds, ackDeadlineSeconds } = request;
    checkAckIds(subscription, ackIds);
    checkDeadline(ackDeadlineSeconds);
    report(subscription, subscription.backlog.modifyDeadline(ackIds, ackDeadlineSeconds));
    return {};
  },
});

/** Throws INVALID_ARGUMENT unless there are ids and each has the form of this subscription's. */
function checkAckIds(subscription: StoredSubscription, ackIds: readonly string[]): void {
  if (ackIds.length === 0) throw invalidArgument("No ack ids specified.");
  checkForm(subscription, ackIds);
}

/** Throws INVALID_ARGUMENT on an id that this subscription never gave out. */
export function checkForm({ config }: StoredSubscription, ackIds: readonly string[]): void {
  const malformed = ackIds.find((id) => {
    const colon = id.lastIndexOf(":");
    return id.slice(0, colon) !== config.name || !/^\d+$/.test(id.slice(colon + 1));
  });
  if (malformed !== undefined) throw invalidArgument(`Invalid ack id (ack_id=${malformed})`);
}

/** Throws INVALID_ARGUMENT unless 0 ≤ `seconds` ≤ 600. */
export function checkDeadline(seconds: number): void {
  if (seconds >= 0 && seconds <= maxDeadlineSeconds) return;
  throw invalidArgument(
    `ack_deadline_seconds is ${seconds}: it must be between 0 and ${maxDeadlineSeconds}`,
  );
}

function report({ config }: StoredSubscription, stale: readonly string[]): void {
  if (config.enableExactlyOnceDelivery && stale.length > 0) throw invalidAckIds(stale);
}
