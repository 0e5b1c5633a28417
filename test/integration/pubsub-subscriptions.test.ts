import { describe, expect, test } from "vitest";
import { pubsubTargets } from "./google-targets.ts";
import { googleLacks, refused, usePubsub } from "./pubsub-target.ts";

const day = 86_400;
const seconds = (value: number) => ({ seconds: value, nanos: 0 });
const pushConfig = { pushEndpoint: "http://127.0.0.1:9/" };

describe.each(pubsubTargets)("subscriptions on $name", (target) => {
  const ps = usePubsub(target);
  const get = async (subscription: string) =>
    (await ps.subscriber.getSubscription({ subscription }))[0];
  const make = async (options: object) => ps.subscribe(await ps.newTopic(), options);

  const update = async (subscription: object, ...paths: string[]) =>
    (await ps.subscriber.updateSubscription({ subscription, updateMask: { paths } }))[0];

  describe("creating", () => {
    test("the defaults are the service's", async () => {
      const { topic, subscription } = await ps.newPair();
      expect(await get(subscription)).toMatchObject({
        name: subscription,
        topic,
        ackDeadlineSeconds: 10,
        messageRetentionDuration: { seconds: String(7 * day) },
        enableMessageOrdering: false,
        retryPolicy: null,
        deadLetterPolicy: null,
        detached: false,
      });
    });

    test("what was set can be read", async () => {
      const options = {
        ackDeadlineSeconds: 60,
        labels: { team: "speech" },
        enableMessageOrdering: true,
        retainAckedMessages: true,
      };
      const { subscription } = await ps.newPair(options);
      expect(await get(subscription)).toMatchObject(options);
    });

    test("a name is taken once", async () => {
      const { topic, subscription: name } = await ps.newPair();
      await expect(ps.subscriber.createSubscription({ name, topic })).rejects.toMatchObject(
        refused.alreadyExists,
      );
    });

    test("a missing topic is not found", () =>
      expect(ps.subscribe(ps.topicName())).rejects.toMatchObject(refused.notFound));

    test("invalid names are refused", async () => {
      const topic = await ps.newTopic();
      for (const [name, of] of [
        [`${ps.project}/subscriptions/1a`, topic],
        ["nope", topic],
        [ps.subscriptionName(), ""],
        [ps.subscriptionName(), "_deleted-topic_"],
      ]) {
        await expect(ps.subscriber.createSubscription({ name, topic: of })).rejects.toMatchObject(
          refused.invalidArgument,
        );
      }
    });

    test("an ack deadline over 600 s is refused", () =>
      expect(make({ ackDeadlineSeconds: 601 })).rejects.toMatchObject(refused.invalidArgument));

    test.skipIf(googleLacks(target, "ackDeadlineBounds"))(
      "an ack deadline under 10 s is refused",
      () => expect(make({ ackDeadlineSeconds: 9 })).rejects.toMatchObject(refused.invalidArgument),
    );

    test("retention is at least 10 minutes and at most 31 days", async () => {
      await expect(make({ messageRetentionDuration: seconds(599) })).rejects.toMatchObject(
        refused.invalidArgument,
      );
      await expect(make({ messageRetentionDuration: seconds(31 * day + 1) })).rejects.toMatchObject(
        refused.invalidArgument,
      );
      await ps.newPair({ messageRetentionDuration: seconds(600) });
    });

    test.skipIf(googleLacks(target, "expirationBounds"))(
      "an expiration under a day is refused",
      () =>
        expect(make({ expirationPolicy: { ttl: seconds(day - 1) } })).rejects.toMatchObject(
          refused.invalidArgument,
        ),
    );

    test("backoff is 0 to 600 s, the maximum not under the minimum", async () => {
      await expect(
        make({
          retryPolicy: { minimumBackoff: seconds(20), maximumBackoff: seconds(10) },
        }),
      ).rejects.toMatchObject(refused.invalidArgument);
      await expect(make({ retryPolicy: { maximumBackoff: seconds(601) } })).rejects.toMatchObject(
        refused.invalidArgument,
      );
      const { subscription } = await ps.newPair({ retryPolicy: { minimumBackoff: seconds(1) } });
      expect((await get(subscription)).retryPolicy).toMatchObject({
        minimumBackoff: { seconds: "1" },
        maximumBackoff: { seconds: "600" },
      });
    });

    test("a dead letter policy takes 5 to 100 attempts and an existing topic", async () => {
      const deadLetterTopic = await ps.newTopic();
      const policy = (maxDeliveryAttempts: number) => ({
        deadLetterPolicy: { deadLetterTopic, maxDeliveryAttempts },
      });
      await expect(make(policy(4))).rejects.toMatchObject(refused.outOfRange);
      await expect(make(policy(101))).rejects.toMatchObject(refused.outOfRange);
      const missing = { deadLetterTopic: ps.topicName(), maxDeliveryAttempts: 5 };
      await expect(make({ deadLetterPolicy: missing })).rejects.toMatchObject(refused.notFound);
      const { subscription } = await ps.newPair(policy(0));
      expect((await get(subscription)).deadLetterPolicy?.maxDeliveryAttempts).toBe(5);
    });

    test("a push endpoint is a URL", () =>
      expect(make({ pushConfig: { pushEndpoint: "nope" } })).rejects.toMatchObject(
        refused.invalidArgument,
      ));

    test.skipIf(googleLacks(target, "unsupported")).each([
      ["BigQuery", { bigqueryConfig: { table: "p.d.t" } }],
      ["Cloud Storage", { cloudStorageConfig: { bucket: "b" } }],
    ])("%s subscriptions are refused as not there", (_, options) =>
      expect(make(options)).rejects.toMatchObject(refused.unimplemented),
    );
  });

  describe("changing", () => {
    test("only what the mask names", async () => {
      const { subscription: name } = await ps.newPair({ labels: { a: "1" } });
      const updated = await update(
        { name, ackDeadlineSeconds: 20, labels: {} },
        "ack_deadline_seconds",
      );
      expect(updated).toMatchObject({ ackDeadlineSeconds: 20, labels: { a: "1" } });
      expect(await get(name)).toMatchObject({ ackDeadlineSeconds: 20, labels: { a: "1" } });
    });

    test("several fields, and a policy taken away", async () => {
      const retryPolicy = { minimumBackoff: seconds(1) };
      const { subscription: name } = await ps.newPair({ retryPolicy });
      const updated = await update(
        { name, messageRetentionDuration: seconds(600) },
        "retry_policy",
        "message_retention_duration",
      );
      expect(updated.retryPolicy).toBeNull();
      expect(Number(updated.messageRetentionDuration?.seconds)).toBe(600);
    });

    test("through the client's metadata", async () => {
      const { subscription } = await ps.newPair();
      const client = ps.pubsub.subscription(subscription);
      await client.setMetadata({ ackDeadlineSeconds: 30 });
      expect((await client.getMetadata())[0].ackDeadlineSeconds).toBe(30);
    });

    test.each(["topic", "filter", "enable_message_ordering", "nope", "ackDeadlineSeconds"])(
      "%s is refused",
      async (path) => {
        const { topic, subscription: name } = await ps.newPair();
        await expect(update({ name, topic, filter: "attributes:a" }, path)).rejects.toMatchObject(
          refused.invalidArgument,
        );
      },
    );

    test("a mask is needed", async () => {
      const { subscription: name } = await ps.newPair();
      await expect(
        ps.subscriber.updateSubscription({ subscription: { name } }),
      ).rejects.toMatchObject(refused.invalidArgument);
    });

    test("a new value is checked as in creating", async () => {
      const { subscription: name } = await ps.newPair();
      await expect(
        update({ name, ackDeadlineSeconds: 601 }, "ack_deadline_seconds"),
      ).rejects.toMatchObject(refused.invalidArgument);
      expect((await get(name)).ackDeadlineSeconds).toBe(10);
    });

    test("from pull to push and back", async () => {
      const { subscription } = await ps.newPair();
      await ps.subscriber.modifyPushConfig({ subscription, pushConfig });
      expect((await get(subscription)).pushConfig).toMatchObject(pushConfig);
      await ps.subscriber.modifyPushConfig({ subscription, pushConfig: {} });
      expect((await get(subscription)).pushConfig?.pushEndpoint ?? "").toBe("");
      expect(await ps.pull(subscription)).toEqual([]);
    });
  });

  describe("finding", () => {
    test("a missing one is not found", async () => {
      const subscription = ps.subscriptionName();
      const { subscriber } = ps;
      await expect(subscriber.getSubscription({ subscription })).rejects.toMatchObject(
        refused.notFound,
      );
      await expect(subscriber.deleteSubscription({ subscription })).rejects.toMatchObject(
        refused.notFound,
      );
      await expect(subscriber.modifyPushConfig({ subscription, pushConfig })).rejects.toMatchObject(
        refused.notFound,
      );
      await expect(ps.pull(subscription)).rejects.toMatchObject(refused.notFound);
      await expect(subscriber.acknowledge({ subscription, ackIds: ["a"] })).rejects.toMatchObject(
        refused.notFound,
      );
    });

    test("a deleted one is gone", async () => {
      const { topic, subscription } = await ps.newPair();
      await ps.subscriber.deleteSubscription({ subscription });
      await expect(ps.pull(subscription)).rejects.toMatchObject(refused.notFound);
      expect((await ps.publisher.listTopicSubscriptions({ topic }))[0]).toEqual([]);
    });

    test("they are listed in pages by name", async () => {
      const topic = await ps.newTopic();
      const made = [
        await ps.subscribe(topic),
        await ps.subscribe(topic),
        await ps.subscribe(topic),
      ];
      const request = { project: ps.project, pageSize: 2 };
      const [first] = await ps.subscriber.listSubscriptions(request, { autoPaginate: false });
      expect(first).toHaveLength(2);
      const [all] = await ps.subscriber.listSubscriptions(request);
      const names = all.map(({ name }) => String(name));
      expect(names).toEqual(expect.arrayContaining(made));
      expect(names).toEqual(names.toSorted());
    });
  });
});
