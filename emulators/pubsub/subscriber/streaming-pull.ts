import type { ServerDuplexStream } from "@grpc/grpc-js";
import type { Holder } from "../delivery/entry.ts";
import type { Failures } from "../rpc/failures.ts";
import { invalidArgument, toServiceError } from "../rpc/status.ts";
import type { PubsubStore, StoredSubscription } from "../store.ts";
import { checkDeadline, checkForm } from "./acknowledge.ts";
import { checkPullable, responseBytes } from "./pull.ts";

interface StreamingPullRequest {
  readonly subscription: string;
  readonly ackIds: readonly string[];
  readonly modifyDeadlineSeconds: readonly number[];
  readonly modifyDeadlineAckIds: readonly string[];
  readonly streamAckDeadlineSeconds: number;
  readonly maxOutstandingMessages: number;
  readonly maxOutstandingBytes: number;
}

type Call = ServerDuplexStream<StreamingPullRequest, object>;

/** Messages in one response: streams of one subscription take turns after as many. */
const messagesPerResponse = 100;

/** `StreamingPull`: one stream per call; a refusal ends it with its status. */
export const streamingPull = (store: PubsubStore, failures: Failures) => (call: Call) => {
  let stream: Stream | undefined;
  const leave = () => {
    stream?.leave();
    stream = undefined;
  };
  const fail = (error: unknown) => {
    leave();
    call.emit("error", toServiceError(error));
  };
  call.on("data", (request: StreamingPullRequest) => {
    try {
      if (stream) {
        stream.follow(request);
      } else {
        failures.check("streamingPull");
        stream = openStream(store, call, request, fail);
      }
    } catch (error) {
      fail(error);
    }
  });
  call.on("cancelled", leave);
  call.on("end", () => {
    leave();
    call.end();
  });
};

function openStream(
  store: PubsubStore,
  call: Call,
  first: StreamingPullRequest,
  fail: (error: unknown) => void,
): Stream {
  if (first.subscription === "") throw invalidArgument("first message must set subscription");
  const subscription = store.subscription(first.subscription);
  checkPullable(subscription);
  if (first.streamAckDeadlineSeconds === 0) {
    throw invalidArgument("first message must set stream_ack_deadline_seconds");
  }
  return new Stream(call, subscription, first, fail);
}

class Stream {
  readonly #call: Call;
  readonly #subscription: StoredSubscription;
  readonly #fail: (error: unknown) => void;
  readonly #holder: Holder = { messages: 0, bytes: 0 };
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  readonly #leaveConsumers: () => void;
  #leaseMs = 0;

  constructor(
    call: Call,
    subscription: StoredSubscription,
    first: StreamingPullRequest,
    fail: (error: unknown) => void,
  ) {
    this.#call = call;
    this.#subscription = subscription;
    this.#fail = fail;
    this.#maxMessages = first.maxOutstandingMessages > 0 ? first.maxOutstandingMessages : Infinity;
    this.#maxBytes = first.maxOutstandingBytes > 0 ? first.maxOutstandingBytes : Infinity;
    this.#apply(first);
    this.#respond({});
    subscription.ends.add(fail);
    this.#leaveConsumers = subscription.backlog.consumers.add(() => this.#send());
  }

  /** A request after the first: acks, deadlines, or nothing, which asks for a sign of life. */
  follow(request: StreamingPullRequest): void {
    if (request.subscription !== "") {
      throw invalidArgument("subscription may only be set in first message");
    }
    if (request.maxOutstandingMessages !== 0 || request.maxOutstandingBytes !== 0) {
      throw invalidArgument("flow control settings may only be set in first message");
    }
    this.#apply(request);
    this.#respond({});
  }

  leave(): void {
    this.#subscription.ends.delete(this.#fail);
    this.#leaveConsumers();
  }

  #apply(request: StreamingPullRequest): void {
    const { ackIds, modifyDeadlineAckIds, modifyDeadlineSeconds } = request;
    const { backlog } = this.#subscription;
    this.#setLease(request.streamAckDeadlineSeconds);
    if (modifyDeadlineAckIds.length !== modifyDeadlineSeconds.length) {
      throw invalidArgument("ack IDs and deadlines must have the same size");
    }
    checkForm(this.#subscription, [...ackIds, ...modifyDeadlineAckIds]);
    for (const seconds of modifyDeadlineSeconds) checkDeadline(seconds);
    const invalidAckIds = ackIds.length > 0 ? backlog.acknowledge(ackIds) : [];
    const invalidModifications = modifyDeadlineAckIds.flatMap((id, index) =>
      backlog.modifyDeadline([id], modifyDeadlineSeconds[index] ?? 0),
    );
    if (!this.#subscription.config.enableExactlyOnceDelivery) return;
    if (ackIds.length > 0) {
      this.#respond({ acknowledgeConfirmation: confirm(ackIds, invalidAckIds) });
    }
    if (modifyDeadlineAckIds.length > 0) {
      const confirmation = confirm(modifyDeadlineAckIds, invalidModifications);
      this.#respond({ modifyAckDeadlineConfirmation: confirmation });
    }
  }

  #setLease(seconds: number): void {
    if (seconds === 0) return;
    if (seconds < 10 || seconds > 600) {
      throw invalidArgument("stream_ack_deadline_seconds must be between 10 and 600 seconds");
    }
    this.#leaseMs = seconds * 1000;
  }

  #send(): boolean {
    const receivedMessages = this.#subscription.backlog.take({
      holder: this.#holder,
      messages: Math.min(messagesPerResponse, this.#maxMessages - this.#holder.messages),
      bytes: Math.min(responseBytes, this.#maxBytes - this.#holder.bytes),
      leaseMs: this.#leaseMs,
    });
    if (receivedMessages.length > 0) this.#respond({ receivedMessages });
    return receivedMessages.length > 0;
  }

  #respond(response: object): void {
    const { enableExactlyOnceDelivery, enableMessageOrdering } = this.#subscription.config;
    this.#call.write({
      ...response,
      subscriptionProperties: {
        exactlyOnceDeliveryEnabled: enableExactlyOnceDelivery,
        messageOrderingEnabled: enableMessageOrdering,
      },
    });
  }
}

const confirm = (ackIds: readonly string[], invalidAckIds: readonly string[]) => ({
  ackIds: ackIds.filter((id) => !invalidAckIds.includes(id)),
  invalidAckIds,
});
