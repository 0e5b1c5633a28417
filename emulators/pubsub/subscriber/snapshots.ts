import type { Methods } from "../rpc/methods.ts";
import { checkName, checkProject } from "../rpc/names.ts";
import { page, type PageRequest } from "../rpc/paging.ts";
import { alreadyExists, failedPrecondition, invalidArgument } from "../rpc/status.ts";
import { applyUpdate, type Mutability } from "../rpc/update-mask.ts";
import type { PubsubStore } from "../store.ts";
import { toMs, toProtoTime, type ProtoTime } from "../time.ts";
import type { Snapshot } from "../types.ts";

const hourMs = 60 * 60 * 1000;
const lifetimeMs = 7 * 24 * hourMs;

const mutability: Mutability = {
  resource: "Snapshot",
  mutable: ["labels", "expire_time"],
  immutable: ["name", "topic"],
};

/** The snapshot resource of the Subscriber service, and `Seek`. */
export const snapshotMethods = (store: PubsubStore): Methods => ({
  createSnapshot(request: { name: string; subscription: string; labels: Record<string, string> }) {
    checkName("snapshots", request.name);
    const { topic, backlog, config } = store.subscription(request.subscription);
    if (store.snapshots.has(request.name)) throw alreadyExists(request.name);
    if (!topic) throw failedPrecondition(`Subscription ${config.name} has no topic.`);
    const messages = backlog.unacked;
    const oldest = messages[0] ? toMs(messages[0].publishTime) : store.clock.now();
    const expireMs = oldest + lifetimeMs;
    if (expireMs < store.clock.now() + hourMs) {
      throw failedPrecondition("The backlog is too old: the snapshot would expire within an hour.");
    }
    const snapshot: Snapshot = {
      name: request.name,
      topic: topic.config.name,
      expireTime: toProtoTime(expireMs),
      labels: request.labels,
    };
    const stored = { config: snapshot, topic, messages };
    store.snapshots.set(request.name, stored);
    topic.snapshots.add(stored);
    return snapshot;
  },

  getSnapshot: ({ snapshot }: { snapshot: string }) => store.snapshot(snapshot).config,

  listSnapshots({ project, ...paging }: PageRequest & { project: string }) {
    checkProject(project);
    const names = [...store.snapshots.keys()].filter((name) => name.startsWith(`${project}/`));
    const listed = page(names, paging);
    const snapshots = listed.names.map((name) => store.snapshot(name).config);
    return { snapshots, nextPageToken: listed.nextPageToken };
  },

  updateSnapshot(request: { snapshot: Snapshot | null; updateMask: { paths: string[] } | null }) {
    const snapshot = store.snapshot(request.snapshot?.name ?? "");
    snapshot.config = applyUpdate(
      snapshot.config,
      request.snapshot,
      request.updateMask,
      mutability,
    );
    return snapshot.config;
  },

  deleteSnapshot({ snapshot }: { snapshot: string }) {
    store.deleteSnapshot(store.snapshot(snapshot));
    return {};
  },

  seek(request: { subscription: string; time?: ProtoTime | null; snapshot?: string }) {
    const { backlog, config, topic } = store.subscription(request.subscription);
    if (request.time) {
      const from = toMs(request.time);
      const retained = topic?.config.messageRetentionDuration ? topic.messages : [];
      const known = [...retained, ...backlog.acked, ...backlog.unacked];
      const unique = new Map(known.map((message) => [message.messageId, message]));
      backlog.restore([...unique.values()].filter((m) => toMs(m.publishTime) >= from));
    } else if (request.snapshot) {
      const snapshot = store.snapshot(request.snapshot);
      if (!topic || snapshot.topic !== topic) {
        throw failedPrecondition(
          `The subscription's topic ${config.topic} is different from that of the snapshot ${snapshot.config.topic}.`,
        );
      }
      backlog.restore(snapshot.messages);
    } else {
      throw invalidArgument("No target was specified: seek takes either a time or a snapshot");
    }
    return {};
  },
});
