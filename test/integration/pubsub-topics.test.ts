import { describe, expect, test } from "vitest";
import { pubsubTargets } from "./google-targets.ts";
import { googleLacks, refused, texts, usePubsub } from "./pubsub-target.ts";

const hello = { data: Buffer.from("hello") };
const text = (length: number) => "k".repeat(length);

describe.each(pubsubTargets)("topics and publishing on $name", (target) => {
  const ps = usePubsub(target);

  describe("topics", () => {
    test("a created topic can be read", async () => {
      const topic = await ps.newTopic({ labels: { team: "speech" } });
      const [found] = await ps.publisher.getTopic({ topic });
      expect(found).toMatchObject({ name: topic, labels: { team: "speech" } });
    });

    test("the client creates, finds and deletes a topic", async () => {
      const topic = ps.pubsub.topic(ps.topicName());
      expect(await topic.exists()).toEqual([false]);
      await topic.create();
      expect(await topic.exists()).toEqual([true]);
      await topic.delete();
      expect(await topic.exists()).toEqual([false]);
    });

    test("a name is taken once", async () => {
      const name = await ps.newTopic();
      await expect(ps.publisher.createTopic({ name })).rejects.toMatchObject(refused.alreadyExists);
    });

    test.each(["projects/p/topics/1x", "projects/p/topics/googx", "projects/p/topics/ab", "nope"])(
      "the name %s is refused",
      (name) =>
        expect(ps.publisher.createTopic({ name })).rejects.toMatchObject(refused.invalidArgument),
    );

    test("a missing topic is not found", async () => {
      const topic = ps.topicName();
      await expect(ps.publisher.getTopic({ topic })).rejects.toMatchObject(refused.notFound);
      await expect(ps.publisher.deleteTopic({ topic })).rejects.toMatchObject(refused.notFound);
      expect((await ps.publisher.listTopicSubscriptions({ topic }))[0]).toEqual([]);
    });

    test("topics are listed in pages by name", async () => {
      const made = [await ps.newTopic(), await ps.newTopic(), await ps.newTopic()];
      const request = { project: ps.project, pageSize: 2 };
      const [first, , { nextPageToken }] = await ps.publisher.listTopics(request, {
        autoPaginate: false,
      });
      expect(first).toHaveLength(2);
      expect(nextPageToken).not.toBe("");
      const [all] = await ps.publisher.listTopics(request);
      const names = all.map(({ name }) => String(name));
      expect(names).toEqual(expect.arrayContaining(made));
      expect(names).toEqual(names.toSorted());
    });

    test("the topics of another project are not listed", async () => {
      await ps.newTopic();
      expect((await ps.publisher.listTopics({ project: "projects/other" }))[0]).toEqual([]);
    });

    test("retention can be updated", async () => {
      const name = await ps.newTopic();
      const messageRetentionDuration = { seconds: 600, nanos: 0 };
      await ps.publisher.updateTopic({
        topic: { name, messageRetentionDuration },
        updateMask: { paths: ["message_retention_duration"] },
      });
      const [found] = await ps.publisher.getTopic({ topic: name });
      expect(Number(found.messageRetentionDuration?.seconds)).toBe(600);
    });

    test.skipIf(googleLacks(target, "topicUpdate"))("labels can be updated", async () => {
      const name = await ps.newTopic({ labels: { a: "1" } });
      const [updated] = await ps.publisher.updateTopic({
        topic: { name, labels: { b: "2" } },
        updateMask: { paths: ["labels"] },
      });
      expect(updated.labels).toEqual({ b: "2" });
    });

    test("an update names known, mutable fields", async () => {
      const topic = { name: await ps.newTopic() };
      for (const updateMask of [null, { paths: ["nope"] }, { paths: ["name"] }]) {
        await expect(ps.publisher.updateTopic({ topic, updateMask })).rejects.toMatchObject(
          refused.invalidArgument,
        );
      }
    });

    test.each([5, 32 * 86_400])("a retention of %i s is refused", (seconds) =>
      expect(
        ps.publisher.createTopic({
          name: ps.topicName(),
          messageRetentionDuration: { seconds },
        }),
      ).rejects.toMatchObject(refused.invalidArgument),
    );

    test("a topic lists its subscriptions", async () => {
      const { topic, subscription } = await ps.newPair();
      const second = await ps.subscribe(topic);
      const [names] = await ps.publisher.listTopicSubscriptions({ topic });
      expect(names).toEqual([subscription, second].toSorted());
    });

    test("a deleted topic leaves its subscriptions their backlog", async () => {
      const { topic, subscription } = await ps.newPair();
      await ps.publish(topic, ["kept"]);
      await ps.publisher.deleteTopic({ topic });
      const [found] = await ps.subscriber.getSubscription({ subscription });
      expect(found.topic).toBe("_deleted-topic_");
      expect(texts(await ps.pull(subscription))).toEqual(["kept"]);
    });

    test("a topic of a deleted one's name starts anew", async () => {
      const { topic, subscription } = await ps.newPair();
      await ps.publisher.deleteTopic({ topic });
      await ps.publisher.createTopic({ name: topic });
      await ps.publish(topic, ["new"]);
      expect(await ps.pull(subscription)).toEqual([]);
    });

    test.skipIf(googleLacks(target, "detach"))(
      "a detached subscription gets nothing more",
      async () => {
        const { topic, subscription } = await ps.newPair();
        await ps.publish(topic, ["dropped"]);
        await ps.publisher.detachSubscription({ subscription });
        const [found] = await ps.subscriber.getSubscription({ subscription });
        expect(found.detached).toBe(true);
        expect((await ps.publisher.listTopicSubscriptions({ topic }))[0]).toEqual([]);
        await expect(ps.pull(subscription)).rejects.toMatchObject(refused.failedPrecondition);
      },
    );
  });

  describe("publishing", () => {
    test("every message gets an id of its own, in order", async () => {
      const { topic, subscription } = await ps.newPair();
      const ids = await ps.publish(topic, ["a", "b", "c"]);
      expect(new Set(ids).size).toBe(3);
      const pulled = await ps.pullUntil(subscription, 3);
      expect(new Map(pulled.map((m) => [m.id, m.text]))).toEqual(
        new Map([
          [ids[0], "a"],
          [ids[1], "b"],
          [ids[2], "c"],
        ]),
      );
    });

    test("a topic that does not exist is not found", () =>
      expect(
        ps.publisher.publish({ topic: ps.topicName(), messages: [hello] }),
      ).rejects.toMatchObject(refused.notFound));

    test.each([
      ["no messages", []],
      ["an empty message", [hello, {}]],
      ["1001 messages", Array.from({ length: 1001 }, () => hello)],
    ])("%s are refused", async (_, messages) => {
      const { topic, subscription } = await ps.newPair();
      await expect(ps.publisher.publish({ topic, messages })).rejects.toMatchObject(
        refused.invalidArgument,
      );
      expect(await ps.pull(subscription)).toEqual([]);
    });

    test("1000 messages are taken", async () => {
      const { topic, subscription } = await ps.newPair();
      const bodies = Array.from({ length: 1000 }, (_, index) => `message ${index}`);
      await ps.publish(topic, bodies);
      expect(texts(await ps.pullUntil(subscription, 1000)).toSorted()).toEqual(bodies.toSorted());
    });

    const withAttributes = (attributes: Record<string, string>) => ({ ...hello, attributes });
    const many = Array.from({ length: 101 }, (_, index) => [`k${index}`, "v"]);
    test.skipIf(googleLacks(target, "publishLimits")).each([
      ["10 MB of data", { data: Buffer.alloc(10_000_001) }],
      ["101 attributes", withAttributes(Object.fromEntries(many))],
      ["an attribute key of 257 bytes", withAttributes({ [text(257)]: "v" })],
      ["an attribute value of 1025 bytes", withAttributes({ key: text(1025) })],
      ["an attribute key in goog", withAttributes({ googKey: "v" })],
      ["an empty attribute key", withAttributes({ "": "v" })],
      ["an ordering key of 1025 bytes", { ...hello, orderingKey: text(1025) }],
    ])("a message over the limit of %s is refused", async (_, message) => {
      const topic = await ps.newTopic();
      await expect(ps.publisher.publish({ topic, messages: [message] })).rejects.toMatchObject(
        refused.invalidArgument,
      );
    });

    test("a message of almost 10 MB arrives whole", async () => {
      const { topic, subscription } = await ps.newPair();
      const data = Buffer.alloc(9_990_000, "speech");
      await ps.publisher.publish({ topic, messages: [{ data }] });
      const [{ receivedMessages }] = await ps.subscriber.pull({ subscription, maxMessages: 1 });
      expect(data.equals(receivedMessages?.[0]?.message?.data as Buffer)).toBe(true);
    });

    test("a message of attributes alone arrives", async () => {
      const { topic, subscription } = await ps.newPair();
      await ps.publisher.publish({ topic, messages: [{ attributes: { kind: "żółć" } }] });
      const [pulled] = await ps.pullUntil(subscription, 1);
      expect(pulled).toMatchObject({ text: "", attributes: { kind: "żółć" } });
    });

    test("every subscription gets what is published after it was made", async () => {
      const { topic, subscription } = await ps.newPair();
      await ps.publish(topic, ["early"]);
      const late = await ps.subscribe(topic);
      await ps.publish(topic, ["after"]);
      expect(texts(await ps.pullUntil(subscription, 2)).toSorted()).toEqual(["after", "early"]);
      expect(texts(await ps.pullUntil(late, 1))).toEqual(["after"]);
    });

    test("the client's batches arrive complete", async () => {
      const { topic, subscription } = await ps.newPair();
      const batching = { maxMessages: 30, maxMilliseconds: 5 };
      const client = ps.pubsub.topic(topic, { batching });
      const bodies = Array.from({ length: 100 }, (_, index) => String(index));
      const ids = await Promise.all(
        bodies.map((body) => client.publishMessage({ data: Buffer.from(body) })),
      );
      expect(new Set(ids).size).toBe(100);
      expect(texts(await ps.pullUntil(subscription, 100)).toSorted()).toEqual(bodies.toSorted());
    });
  });
});
