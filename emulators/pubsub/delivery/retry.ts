import { toMs } from "../time.ts";
import type { Subscription } from "../types.ts";

const pushBackoffMs = { minimum: 100, maximum: 60_000 };

/**
 * Milliseconds to wait before a message is delivered again after its `failures`-th nack or expired lease:
 * the retry policy's minimum, doubled with each failure up to its maximum. Without a policy a pull
 * subscription redelivers at once and a push subscription backs off from 100 ms to 60 s
 * (cloud.google.com/pubsub/docs/handling-failures, …/docs/push#push_backoff).
 */
export function backoffMs(
  { retryPolicy, pushConfig }: Pick<Subscription, "retryPolicy" | "pushConfig">,
  failures: number,
): number {
  const doubled = (minimum: number, maximum: number) =>
    Math.min(maximum, minimum * 2 ** Math.min(failures - 1, 32));
  if (retryPolicy?.minimumBackoff && retryPolicy.maximumBackoff) {
    return doubled(toMs(retryPolicy.minimumBackoff), toMs(retryPolicy.maximumBackoff));
  }
  if (!pushConfig?.pushEndpoint) return 0;
  return doubled(pushBackoffMs.minimum, pushBackoffMs.maximum);
}
