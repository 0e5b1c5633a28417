import type { Pushers } from "../push/pushers.ts";
import type { Methods } from "../rpc/methods.ts";
import { checkName, checkProject } from "../rpc/names.ts";
import { page, type PageRequest } from "../rpc/paging.ts";
import { alreadyExists } from "../rpc/status.ts";
import { applyUpdate, type Mutability } from "../rpc/update-mask.ts";
import type { PubsubStore, StoredSubscription } from "../store.ts";
import type { PushConfig, Subscription } from "../types.ts";
import { toSubscription } from "./config.ts";

const mutability: Mutability = {
  resource: "Subscription",
  mutable: [
    "ack_deadline_seconds",
    "bigquery_config",
    "cloud_storage_config",
    "dead_letter_policy",
    "enable_exactly_once_delivery",
    "expiration_policy",
    "labels",
    "message_retention_duration",
    "message_transforms",
    "push_config",
    "retain_acked_messages",
    "retry_policy",
  ],
  immutable: [
    "name",
    "topic",
    "filter",
    "enable_message_ordering",
    "detached",
    "state",
    "tags",
    "topic_message_retention_duration",
    "analytics_hub_subscription_info",
  ],
};

/** The subscription resource of the Subscriber service. */
export function subscriptionMethods(store: PubsubStore, pushers: Pushers): Methods {
  const replace = (subscription: StoredSubscription, request: Subscription) => {
    subscription.config = toSubscription(request, store);
    pushers.follow(subscription);
    return subscription.config;
  };
  return {
    createSubscription(request: Subscription) {
      checkName("subscriptions", request.name);
      checkName("topics", request.topic);
      const topic = store.topic(request.topic);
      if (store.subscriptions.has(request.name)) throw alreadyExists(request.name);
      const topicMessageRetentionDuration = topic.config.messageRetentionDuration;
      const config = toSubscription(
        { ...request, detached: false, topicMessageRetentionDuration },
        store,
      );
      pushers.follow(store.addSubscription(config, topic));
      return config;
    },

    getSubscription: ({ subscription }: { subscription: string }) =>
      store.subscription(subscription).config,

    listSubscriptions({ project, ...paging }: PageRequest & { project: string }) {
      checkProject(project);
      const names = [...store.subscriptions.keys()].filter((n) => n.startsWith(`${project}/`));
      const listed = page(names, paging);
      const subscriptions = listed.names.map((name) => store.subscription(name).config);
      return { subscriptions, nextPageToken: listed.nextPageToken };
    },

    updateSubscription(request: {
      subscription: Subscription | null;
      updateMask: { paths: string[] } | null;
    }) {
      const subscription = store.subscription(request.subscription?.name ?? "");
      const { config } = subscription;
      return replace(
        subscription,
        applyUpdate(config, request.subscription, request.updateMask, mutability),
      );
    },

    deleteSubscription({ subscription: name }: { subscription: string }) {
      store.deleteSubscription(store.subscription(name));
      return {};
    },

    modifyPushConfig(request: { subscription: string; pushConfig: PushConfig | null }) {
      const subscription = store.subscription(request.subscription);
      replace(subscription, { ...subscription.config, pushConfig: request.pushConfig });
      return {};
    },
  };
}
