import { describe, expect, test } from "vitest";
import { pubsubTargets } from "./google-targets.ts";
import { googleLacks, refused, texts, usePubsub } from "./pubsub-target.ts";

describe.each(pubsubTargets)("pull on $name", (target) => {
  const ps = usePubsub(target);

  /** A new pair with the messages published. */
  const published = async (bodies: readonly string[], options: object = {}) => {
    const { topic, subscription } = await ps.newPair(options);
    await ps.publish(topic, bodies);
    return subscription;
  };

  describe("receiving", () => {
    test("a message comes as it was published", async () => {
      const { topic, subscription } = await ps.newPair();
      const before = Date.now();
      const data = Buffer.from([0, 1, 254, 255]);
      const attributes = { kind: "recording", ключ: "значение" };
      const message = { data, attributes, orderingKey: "k" };
      const [{ messageIds }] = await ps.publisher.publish({ topic, messages: [message] });
      const [{ receivedMessages }] = await ps.subscriber.pull({ subscription, maxMessages: 1 });
      const [received] = receivedMessages ?? [];
      expect(received?.message).toMatchObject({ ...message, messageId: messageIds?.[0] });
      const publishedMs = Number(received?.message?.publishTime?.seconds) * 1000;
      expect(publishedMs).toBeGreaterThan(before - 2000);
      expect(publishedMs).toBeLessThanOrEqual(Date.now());
      expect(received?.deliveryAttempt).toBe(0);
    });

    test("at most max_messages come at once", async () => {
      const subscription = await published(["1", "2", "3"]);
      expect(await ps.pull(subscription, 2)).toHaveLength(2);
      expect(await ps.pull(subscription, 2)).toHaveLength(1);
    });

    test("max_messages must be positive", async () => {
      const { subscription } = await ps.newPair();
      await expect(ps.pull(subscription, 0)).rejects.toMatchObject(refused.invalidArgument);
    });

    test("an empty backlog gives nothing at once when asked to", async () => {
      const { subscription } = await ps.newPair();
      expect(await ps.pull(subscription)).toEqual([]);
    });

    test("a waiting pull gets what is published later", async () => {
      const { topic, subscription } = await ps.newPair();
      const waiting = ps.subscriber.pull({ subscription, maxMessages: 5 });
      await ps.publish(topic, ["late"]);
      const [{ receivedMessages }] = await waiting;
      expect(receivedMessages?.map((m) => String(m.message?.data))).toEqual(["late"]);
    });

    test("a waiting pull comes back empty in its caller's time, and takes nothing later", async () => {
      const { topic, subscription } = await ps.newPair();
      const request = { subscription, maxMessages: 5 };
      const [{ receivedMessages }] = await ps.subscriber.pull(request, { timeout: 500 });
      expect(receivedMessages).toEqual([]);
      await ps.publish(topic, ["still there"]);
      expect(texts(await ps.pullUntil(subscription, 1))).toEqual(["still there"]);
    });

    test("what is out is not given twice", async () => {
      const subscription = await published(["1"]);
      expect(texts(await ps.pull(subscription))).toEqual(["1"]);
      expect(await ps.pull(subscription)).toEqual([]);
    });

    test.skipIf(googleLacks(target, "pullFromPush"))(
      "a push subscription cannot be pulled",
      async () => {
        const pushConfig = { pushEndpoint: "http://127.0.0.1:9/" };
        const { subscription } = await ps.newPair({ pushConfig });
        await expect(ps.pull(subscription)).rejects.toMatchObject(refused.failedPrecondition);
      },
    );
  });

  describe("acknowledging", () => {
    test("an acknowledged message is gone, the others stay", async () => {
      const subscription = await published(["1", "2"]);
      const pulled = await ps.pullUntil(subscription, 2);
      await ps.ack(subscription, pulled.slice(0, 1));
      await ps.nack(subscription, pulled);
      expect(texts(await ps.pullUntil(subscription, 1))).toEqual(texts(pulled.slice(1)));
    });

    test("acknowledging twice is no error", async () => {
      const subscription = await published(["1"]);
      const pulled = await ps.pull(subscription);
      await ps.ack(subscription, pulled);
      await ps.ack(subscription, pulled);
      expect(await ps.pull(subscription)).toEqual([]);
    });

    test("malformed and missing ack ids are refused", async () => {
      const { subscription } = await ps.newPair();
      const request = { subscription, ackIds: ["nope"] };
      await expect(ps.subscriber.acknowledge(request)).rejects.toMatchObject(
        refused.invalidArgument,
      );
      await expect(
        ps.subscriber.modifyAckDeadline({ ...request, ackDeadlineSeconds: 10 }),
      ).rejects.toMatchObject(refused.invalidArgument);
      await expect(ps.ack(subscription, [])).rejects.toMatchObject(refused.invalidArgument);
      await expect(ps.nack(subscription, [])).rejects.toMatchObject(refused.invalidArgument);
    });

    test("the ack id of an earlier delivery no longer counts", async () => {
      const subscription = await published(["1"]);
      const first = await ps.pull(subscription);
      await ps.nack(subscription, first);
      const second = await ps.pullUntil(subscription, 1);
      await ps.ack(subscription, first);
      await ps.nack(subscription, second);
      expect(texts(await ps.pullUntil(subscription, 1))).toEqual(["1"]);
    });

    test("the backlogs of two subscriptions are apart", async () => {
      const { topic, subscription } = await ps.newPair();
      const other = await ps.subscribe(topic);
      await ps.publish(topic, ["1"]);
      await ps.ack(subscription, await ps.pullUntil(subscription, 1));
      expect(texts(await ps.pull(other))).toEqual(["1"]);
      expect(await ps.pull(subscription)).toEqual([]);
    });
  });

  describe("deadlines", () => {
    test("a nacked message comes again at once, with another ack id", async () => {
      const subscription = await published(["1"]);
      const first = await ps.pull(subscription);
      await ps.nack(subscription, first);
      const second = await ps.pullUntil(subscription, 1);
      expect(second[0]?.id).toBe(first[0]?.id);
      expect(second[0]?.ackId).not.toBe(first[0]?.ackId);
    });

    test("a message comes again after its deadline, and not one whose deadline moved", async () => {
      const subscription = await published(["1", "2"]);
      const pulled = await ps.pullUntil(subscription, 2);
      await ps.setDeadline(subscription, pulled, 1);
      await ps.setDeadline(subscription, pulled.slice(1), 60);
      const start = performance.now();
      const again = await ps.pullUntil(subscription, 1);
      expect(texts(again)).toEqual(texts(pulled.slice(0, 1)));
      expect(performance.now() - start).toBeGreaterThan(700);
    });

    test("an ack after the deadline counts until the message came again", async () => {
      const { topic, subscription } = await ps.newPair();
      const watched = await ps.subscribe(topic);
      await ps.publish(topic, ["1"]);
      const late = await ps.pullUntil(subscription, 1);
      const witness = await ps.pullUntil(watched, 1);
      await ps.setDeadline(subscription, late, 1);
      await ps.setDeadline(watched, witness, 1);
      // The other subscription's same lease tells, without a pull, that this one's is over.
      await ps.pullUntil(watched, 1);
      await ps.ack(subscription, late);
      expect(await ps.pull(subscription)).toEqual([]);
    });

    test("a deadline cannot be negative", async () => {
      const subscription = await published(["1"]);
      const pulled = await ps.pull(subscription);
      await expect(ps.setDeadline(subscription, pulled, -1)).rejects.toMatchObject(
        refused.invalidArgument,
      );
    });

    test.skipIf(googleLacks(target, "ackDeadlineBounds"))(
      "a deadline is at most 600 s",
      async () => {
        const subscription = await published(["1"]);
        const pulled = await ps.pull(subscription);
        await expect(ps.setDeadline(subscription, pulled, 601)).rejects.toMatchObject(
          refused.invalidArgument,
        );
      },
    );

    test.skipIf(googleLacks(target, "pullOfDeleted"))(
      "a deletion ends a waiting pull",
      async () => {
        const { subscription } = await ps.newPair();
        const waiting = ps.subscriber.pull({ subscription, maxMessages: 1 });
        const ended = Promise.allSettled([waiting]);
        await ps.subscriber.deleteSubscription({ subscription });
        await ended;
        await expect(waiting).rejects.toMatchObject(refused.notFound);
      },
    );
  });
});
