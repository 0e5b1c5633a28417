import type { Methods } from "../rpc/methods.ts";
import { checkName, checkProject } from "../rpc/names.ts";
import { page, type PageRequest } from "../rpc/paging.ts";
import { alreadyExists, failedPrecondition, unimplemented } from "../rpc/status.ts";
import { checkRetention } from "../rpc/bounds.ts";
import { applyUpdate, type Mutability } from "../rpc/update-mask.ts";
import type { PubsubStore } from "../store.ts";
import type { Topic } from "../types.ts";

const mutability: Mutability = {
  resource: "Topic",
  mutable: [
    "labels",
    "message_storage_policy",
    "kms_key_name",
    "schema_settings",
    "message_retention_duration",
    "ingestion_data_source_settings",
    "message_transforms",
  ],
  immutable: ["name", "satisfies_pzs", "state", "tags"],
};

/** The topic resource of the Publisher service. */
export const topicMethods = (store: PubsubStore): Methods => ({
  createTopic(request: Topic) {
    checkName("topics", request.name);
    checkTopic(request);
    if (store.topics.has(request.name)) throw alreadyExists(request.name);
    const config = { ...request, state: "ACTIVE" };
    store.topics.set(config.name, {
      config,
      messages: [],
      subscriptions: new Set(),
      snapshots: new Set(),
    });
    return config;
  },

  getTopic: ({ topic }: { topic: string }) => store.topic(topic).config,

  listTopics({ project, ...paging }: PageRequest & { project: string }) {
    checkProject(project);
    const names = [...store.topics.keys()].filter((name) => name.startsWith(`${project}/`));
    const listed = page(names, paging);
    const topics = listed.names.map((name) => store.topic(name).config);
    return { topics, nextPageToken: listed.nextPageToken };
  },

  updateTopic(request: { topic: Topic | null; updateMask: { paths: string[] } | null }) {
    const topic = store.topic(request.topic?.name ?? "");
    const config = applyUpdate(topic.config, request.topic, request.updateMask, mutability);
    checkTopic(config);
    topic.config = config;
    for (const subscription of topic.subscriptions) {
      const topicMessageRetentionDuration = config.messageRetentionDuration;
      subscription.config = { ...subscription.config, topicMessageRetentionDuration };
    }
    return config;
  },

  deleteTopic({ topic }: { topic: string }) {
    store.deleteTopic(store.topic(topic));
    return {};
  },

  listTopicSubscriptions({ topic, ...paging }: PageRequest & { topic: string }) {
    // Of a missing topic the list is empty, as Google's emulator has it.
    const attached = [...(store.topics.get(topic)?.subscriptions ?? [])].map((s) => s.config.name);
    const { names, nextPageToken } = page(attached, paging);
    return { subscriptions: names, nextPageToken };
  },

  listTopicSnapshots({ topic, ...paging }: PageRequest & { topic: string }) {
    const taken = [...(store.topics.get(topic)?.snapshots ?? [])].map((s) => s.config.name);
    const { names, nextPageToken } = page(taken, paging);
    return { snapshots: names, nextPageToken };
  },

  detachSubscription({ subscription: name }: { subscription: string }) {
    const subscription = store.subscription(name);
    subscription.config = { ...subscription.config, detached: true };
    store.detach(subscription, failedPrecondition(`Subscription ${name} is detached.`));
    return {};
  },
});

function checkTopic(topic: Topic): void {
  if (topic.schemaSettings) throw unimplemented("schema validation (schema_settings)");
  if (topic.ingestionDataSourceSettings) throw unimplemented("import topics");
  if (topic.messageTransforms.length > 0) throw unimplemented("message transforms");
  checkRetention(topic.messageRetentionDuration);
}
