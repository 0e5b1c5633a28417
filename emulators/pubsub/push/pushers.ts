import type { Clock } from "../clock.ts";
import type { Holder } from "../delivery/entry.ts";
import { notPullable } from "../rpc/status.ts";
import type { StoredSubscription } from "../store.ts";
import type { PushConfig, ReceivedMessage } from "../types.ts";
import { OidcTokens } from "./oidc.ts";
import { Poster } from "./post.ts";
import { toPushRequest } from "./request.ts";

/** Requests that one subscription has open at most. */
const concurrency = 100;

const userAgent = "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)";

/** Delivers the messages of push subscriptions. */
export class Pushers {
  readonly tokens = new OidcTokens();
  readonly #clock: Clock;
  readonly #poster = new Poster();
  readonly #stops = new Map<StoredSubscription, () => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Starts or stops pushing as the subscription's push config now says, and ends its pulls if it became push. */
  follow(subscription: StoredSubscription): void {
    const { pushConfig, detached } = subscription.config;
    const wanted = Boolean(pushConfig?.pushEndpoint) && !detached;
    const running = this.#stops.get(subscription);
    if (wanted && !running) this.#start(subscription);
    if (!wanted) running?.();
  }

  close(): void {
    for (const stop of this.#stops.values()) stop();
    this.#poster.close();
  }

  #start(subscription: StoredSubscription): void {
    const { backlog, ends, config } = subscription;
    for (const end of ends) end(notPullable(config.name));
    const stopped = new AbortController();
    const holder: Holder = { messages: 0, bytes: 0 };
    const leave = backlog.consumers.add(() => {
      const { ackDeadlineSeconds } = subscription.config;
      const taken = backlog.take({
        holder,
        messages: concurrency - holder.messages,
        bytes: Infinity,
        leaseMs: ackDeadlineSeconds * 1000,
        oneAtATime: true,
      });
      for (const received of taken) void this.#push(subscription, received, stopped.signal);
      return taken.length > 0;
    });
    const stop = () => {
      leave();
      stopped.abort();
      ends.delete(stop);
      this.#stops.delete(subscription);
    };
    ends.add(stop);
    this.#stops.set(subscription, stop);
  }

  /** One POST: acknowledged by its answer, or nacked by it; unanswered within the ack deadline, it expires. */
  async #push(
    { backlog, config }: StoredSubscription,
    received: ReceivedMessage,
    stopped: AbortSignal,
  ): Promise<void> {
    const { pushConfig } = config;
    if (!pushConfig) return;
    const { headers, body } = toPushRequest(config, received);
    const timeout = new AbortController();
    const stopTimer = this.#clock.after(config.ackDeadlineSeconds * 1000, () => timeout.abort());
    const acknowledged = await this.#poster.post(
      pushConfig.pushEndpoint,
      { headers: { ...headers, ...this.#senderHeaders(pushConfig) }, body },
      AbortSignal.any([stopped, timeout.signal]),
    );
    stopTimer();
    if (stopped.aborted) return;
    if (acknowledged) backlog.acknowledge([received.ackId]);
    else backlog.modifyDeadline([received.ackId], 0);
  }

  #senderHeaders({ oidcToken, pushEndpoint }: PushConfig): Record<string, string> {
    const sender = { from: "noreply@google.com", "user-agent": userAgent };
    if (!oidcToken) return sender;
    const token = this.tokens.create(oidcToken, pushEndpoint, this.#clock.now());
    return { ...sender, authorization: `Bearer ${token}` };
  }
}
