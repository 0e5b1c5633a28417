import type { Methods, UnaryCall } from "../rpc/methods.ts";
import { failedPrecondition, invalidArgument, notPullable } from "../rpc/status.ts";
import type { PubsubStore, StoredSubscription } from "../store.ts";
import type { ReceivedMessage } from "../types.ts";

/** How long a pull waits for a first message at most, as Google's emulator does. */
const longestWaitMs = 59_000;

/** Before the caller's deadline, so that an empty answer still reaches it. */
const marginMs = 50;

/** Bytes of messages in one response: under the limit of a gRPC client. */
export const responseBytes = 10_000_000;

interface PullRequest {
  readonly subscription: string;
  readonly maxMessages: number;
  readonly returnImmediately: boolean;
}

/** `Pull`: waits for a first message unless told to return at once. */
export const pullMethods = (store: PubsubStore): Methods => ({
  async pull(request: PullRequest, call: UnaryCall) {
    const subscription = store.subscription(request.subscription);
    checkPullable(subscription);
    if (request.maxMessages <= 0) {
      throw invalidArgument(`max_messages is ${request.maxMessages}: it must be positive`);
    }
    const take = () =>
      subscription.backlog.take({
        holder: { messages: 0, bytes: 0 },
        messages: request.maxMessages,
        bytes: responseBytes,
        leaseMs: subscription.config.ackDeadlineSeconds * 1000,
      });
    const receivedMessages = request.returnImmediately
      ? take()
      : await firstMessages(store, subscription, call, take);
    return { receivedMessages };
  },
});

/** Throws FAILED_PRECONDITION for what cannot be pulled from. */
export function checkPullable({ config }: StoredSubscription): void {
  if (config.detached) throw failedPrecondition(`Subscription ${config.name} is detached.`);
  if (config.pushConfig?.pushEndpoint) throw notPullable(config.name);
}

function firstMessages(
  { clock }: PubsubStore,
  { backlog, ends }: StoredSubscription,
  call: UnaryCall,
  take: () => ReceivedMessage[],
): Promise<ReceivedMessage[]> {
  const { promise, resolve, reject } = Promise.withResolvers<ReceivedMessage[]>();
  let waiting = true;
  const stop = () => void (waiting = false);
  const leave = backlog.consumers.add(() => {
    const messages = waiting ? take() : [];
    if (messages.length === 0) return false;
    stop();
    resolve(messages);
    return true;
  });
  const callerWaitsMs = Number(call.getDeadline()) - Date.now() - marginMs;
  const waitMs = Math.max(0, Math.min(longestWaitMs, callerWaitsMs));
  const cancelTimer = clock.after(waitMs, () => resolve([]));
  ends.add(reject);
  // Nobody would get what a cancelled call takes.
  call.once("cancelled", () => resolve([]));
  return promise.finally(() => {
    stop();
    leave();
    cancelTimer();
    ends.delete(reject);
  });
}
