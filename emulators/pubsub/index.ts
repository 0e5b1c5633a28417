import type { KeyObject } from "node:crypto";
import { status } from "@grpc/grpc-js";
import type { Emulator, ListenOptions } from "../emulator.ts";
import { listenGrpc } from "../grpc.ts";
import { type Clock, systemClock } from "./clock.ts";
import { publishMethods } from "./publisher/publish.ts";
import { topicMethods } from "./publisher/topics.ts";
import { Pushers } from "./push/pushers.ts";
import { Failures } from "./rpc/failures.ts";
import { toImplementation } from "./rpc/methods.ts";
import { publisherService, schemaService, subscriberService } from "./rpc/protocol.ts";
import { StatusError } from "./rpc/status.ts";
import { schemaMethods } from "./schema.ts";
import { PubsubStore } from "./store.ts";
import { acknowledgeMethods } from "./subscriber/acknowledge.ts";
import { pullMethods } from "./subscriber/pull.ts";
import { snapshotMethods } from "./subscriber/snapshots.ts";
import { streamingPull } from "./subscriber/streaming-pull.ts";
import { subscriptionMethods } from "./subscriber/subscriptions.ts";

export interface PubsubOptions extends ListenOptions {
  /** Time for deadlines, backoff, retention and message times; the system's by default. */
  readonly clock?: Clock;
}

/** A local Pub/Sub; `url` is `127.0.0.1:PORT`, the value of PUBSUB_EMULATOR_HOST. */
export interface PubsubEmulator extends Emulator {
  /** Topics with their messages, subscriptions with their backlogs, snapshots, by full name. */
  readonly store: PubsubStore;
  /** Verifies the tokens of authenticated push. */
  readonly oidcPublicKey: KeyObject;
  /** The next call, or the next call of `method` (`publish`, `streamingPull`, …), fails with a gRPC code. */
  failNext(code: status, method?: string): void;
}

/** Starts a Pub/Sub emulator on 127.0.0.1. Rejects with `PortTakenError` when the port is in use. */
export async function startPubsubEmulator({
  port = 0,
  clock = systemClock,
}: PubsubOptions = {}): Promise<PubsubEmulator> {
  const store = new PubsubStore(clock);
  const failures = new Failures();
  const pushers = new Pushers(clock);
  const subscriber = {
    ...subscriptionMethods(store, pushers),
    ...pullMethods(store),
    ...acknowledgeMethods(store),
    ...snapshotMethods(store),
  };
  const server = await listenGrpc(
    [
      {
        definition: publisherService,
        implementation: toImplementation(
          { ...topicMethods(store), ...publishMethods(store) },
          failures,
        ),
      },
      {
        definition: subscriberService,
        implementation: {
          ...toImplementation(subscriber, failures),
          streamingPull: streamingPull(store, failures),
        },
      },
      {
        definition: schemaService,
        implementation: toImplementation(schemaMethods, failures),
      },
    ],
    { port },
  );
  const close = async () => {
    pushers.close();
    const closing = new StatusError(status.UNAVAILABLE, "the Pub/Sub emulator was closed");
    for (const subscription of store.subscriptions.values()) store.detach(subscription, closing);
    await server.close();
  };
  return {
    url: server.url,
    port: server.port,
    close,
    store,
    get oidcPublicKey() {
      return pushers.tokens.publicKey;
    },
    failNext: (code, method) => failures.failNext(code, method),
  };
}
