import { describe, expect, test } from "vitest";
import { pubsubTargets } from "./google-targets.ts";
import { eventually, refused, texts, usePubsub } from "./pubsub-target.ts";

/** `ms` from now. */
const fromNow = (ms: number) => {
  const time = Date.now() + ms;
  return { seconds: Math.floor(time / 1000), nanos: (time % 1000) * 1_000_000 };
};

describe.each(pubsubTargets)("seek and snapshots on $name", (target) => {
  const ps = usePubsub(target);
  const seek = (subscription: string, to: object) => ps.subscriber.seek({ subscription, ...to });

  /** A new pair whose two messages were acknowledged. */
  const acknowledged = async (options: object = {}) => {
    const pair = await ps.newPair(options);
    await ps.publish(pair.topic, ["1", "2"]);
    await ps.ack(pair.subscription, await ps.pullUntil(pair.subscription, 2));
    return pair;
  };

  const takeSnapshot = async (subscription: string) => {
    const name = ps.snapshotName();
    await ps.subscriber.createSnapshot({ name, subscription });
    return name;
  };

  describe("to a time", () => {
    test("to the future drops the backlog", async () => {
      const { topic, subscription } = await ps.newPair();
      await ps.publish(topic, ["1", "2"]);
      await seek(subscription, { time: fromNow(60_000) });
      expect(await ps.pull(subscription)).toEqual([]);
    });

    test("to the past brings retained acknowledged messages back", async () => {
      const { subscription } = await acknowledged({ retainAckedMessages: true });
      expect(await ps.pull(subscription)).toEqual([]);
      await seek(subscription, { time: fromNow(-60_000) });
      expect(texts(await ps.pullUntil(subscription, 2)).toSorted()).toEqual(["1", "2"]);
    });

    test("to the past brings nothing back that was not retained", async () => {
      const { subscription } = await acknowledged();
      await seek(subscription, { time: fromNow(-60_000) });
      expect(await ps.pull(subscription)).toEqual([]);
    });

    test("between two messages separates them", async () => {
      const { topic, subscription } = await ps.newPair({ retainAckedMessages: true });
      await ps.publish(topic, ["before"]);
      const [before] =
        (await ps.subscriber.pull({ subscription, maxMessages: 1 }))[0].receivedMessages ?? [];
      const time = before?.message?.publishTime;
      const later = { seconds: Number(time?.seconds), nanos: Number(time?.nanos) + 1_000_000 };
      if (later.nanos >= 1e9) Object.assign(later, { seconds: later.seconds + 1, nanos: 0 });
      const laterMs = later.seconds * 1000 + later.nanos / 1e6;
      await eventually(() => expect(Date.now()).toBeGreaterThan(laterMs + 1));
      await ps.publish(topic, ["after"]);
      await seek(subscription, { time: later });
      expect(texts(await ps.pullUntil(subscription, 1))).toEqual(["after"]);
    });
  });

  describe("to a snapshot", () => {
    test("what was unacknowledged then is so again, with what came after", async () => {
      const { topic, subscription } = await ps.newPair();
      await ps.publish(topic, ["acked"]);
      await ps.ack(subscription, await ps.pullUntil(subscription, 1));
      await ps.publish(topic, ["kept"]);
      const snapshot = await takeSnapshot(subscription);
      await ps.publish(topic, ["later"]);
      await ps.ack(subscription, await ps.pullUntil(subscription, 2));
      expect(await ps.pull(subscription)).toEqual([]);
      await seek(subscription, { snapshot });
      expect(texts(await ps.pullUntil(subscription, 2)).toSorted()).toEqual(["kept", "later"]);
    });

    test("leases end", async () => {
      const { topic, subscription } = await ps.newPair();
      await ps.publish(topic, ["out"]);
      const snapshot = await takeSnapshot(subscription);
      await ps.pullUntil(subscription, 1);
      await seek(subscription, { snapshot });
      expect(texts(await ps.pullUntil(subscription, 1))).toEqual(["out"]);
    });

    test("another subscription of the topic can seek to it", async () => {
      const { topic, subscription } = await ps.newPair();
      const other = await ps.subscribe(topic);
      await ps.publish(topic, ["1"]);
      const snapshot = await takeSnapshot(subscription);
      await ps.ack(other, await ps.pullUntil(other, 1));
      await seek(other, { snapshot });
      expect(texts(await ps.pullUntil(other, 1))).toEqual(["1"]);
    });

    test("the snapshot of another topic is refused", async () => {
      const snapshot = await takeSnapshot((await ps.newPair()).subscription);
      const { subscription } = await ps.newPair();
      await expect(seek(subscription, { snapshot })).rejects.toMatchObject(
        refused.failedPrecondition,
      );
    });

    test("a missing snapshot is not found, and a target is needed", async () => {
      const { subscription } = await ps.newPair();
      await expect(seek(subscription, { snapshot: ps.snapshotName() })).rejects.toMatchObject(
        refused.notFound,
      );
      await expect(seek(subscription, {})).rejects.toMatchObject(refused.invalidArgument);
    });
  });

  describe("snapshots", () => {
    test("are made, listed and deleted", async () => {
      const { topic, subscription } = await ps.newPair();
      const snapshot = await takeSnapshot(subscription);
      expect((await ps.publisher.listTopicSnapshots({ topic }))[0]).toEqual([snapshot]);
      const [listed] = await ps.subscriber.listSnapshots({ project: ps.project });
      const found = listed.find(({ name }) => name === snapshot);
      expect(found?.topic).toBe(topic);
      const days = (Number(found?.expireTime?.seconds) - Date.now() / 1000) / 86_400;
      expect(days).toBeCloseTo(7, 2);
      await ps.subscriber.deleteSnapshot({ snapshot });
      await expect(ps.subscriber.deleteSnapshot({ snapshot })).rejects.toMatchObject(
        refused.notFound,
      );
      expect((await ps.publisher.listTopicSnapshots({ topic }))[0]).toEqual([]);
    });

    test("have a name of their own and an existing subscription", async () => {
      const { subscription } = await ps.newPair();
      const name = await takeSnapshot(subscription);
      await expect(ps.subscriber.createSnapshot({ name, subscription })).rejects.toMatchObject(
        refused.alreadyExists,
      );
      await expect(takeSnapshot(ps.subscriptionName())).rejects.toMatchObject(refused.notFound);
    });

    test("the client's snapshot works", async () => {
      const { subscription } = await acknowledged();
      const client = ps.pubsub.subscription(subscription);
      const [snapshot] = await client.createSnapshot(ps.snapshotName());
      await snapshot.seek();
      expect(await ps.pull(subscription)).toEqual([]);
      await snapshot.delete();
    });
  });
});
