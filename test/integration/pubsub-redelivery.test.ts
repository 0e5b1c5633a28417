import { AckResponses, type Message } from "@google-cloud/pubsub";
import { describe, expect, onTestFinished, test } from "vitest";
import { pubsubTargets } from "./google-targets.ts";
import { eventually, googleLacks, refused, texts, usePubsub } from "./pubsub-target.ts";

const oneSecond = { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 1 } };

const isStale = (ackId: string | undefined) => ({
  ...refused.invalidArgument,
  errorInfoMetadata: { [ackId ?? ""]: "PERMANENT_FAILURE_INVALID_ACK_ID" },
});

describe.each(pubsubTargets)("redelivery on $name", (target) => {
  const ps = usePubsub(target);

  const ordered = async (bodies: readonly string[], options: object = {}) => {
    const pair = await ps.newPair({ enableMessageOrdering: true, ...options });
    await ps.publish(pair.topic, bodies, "key");
    return pair;
  };

  const withDeadLetters = async (options: object = {}) => {
    const dead = await ps.newPair();
    const deadLetterPolicy = { deadLetterTopic: dead.topic, maxDeliveryAttempts: 5 };
    return { dead, ...(await ps.newPair({ deadLetterPolicy, ...options })) };
  };

  describe("ordering keys", () => {
    test("the messages of a key come in order", async () => {
      const bodies = Array.from({ length: 50 }, (_, index) => String(index));
      const { subscription } = await ordered(bodies);
      expect(texts(await ps.pull(subscription))).toEqual(bodies);
    });

    test("also through the client, published one by one", async () => {
      const { topic, subscription } = await ps.newPair({ enableMessageOrdering: true });
      const received: string[] = [];
      const client = ps.pubsub.subscription(subscription);
      client.on("message", (message: Message) => {
        received.push(message.data.toString());
        message.ack();
      });
      onTestFinished(() => client.close());
      const publisher = ps.pubsub.topic(topic, { messageOrdering: true });
      const bodies = Array.from({ length: 30 }, (_, index) => String(index));
      await Promise.all(
        bodies.map((body) =>
          publisher.publishMessage({ data: Buffer.from(body), orderingKey: "key" }),
        ),
      );
      await eventually(() => expect(received).toHaveLength(30));
      expect(received).toEqual(bodies);
    });

    test("while some are out, another pull gets none of that key", async () => {
      const { topic, subscription } = await ordered(["1", "2", "3"]);
      const out = await ps.pull(subscription, 2);
      expect(texts(out)).toEqual(["1", "2"]);
      await ps.publish(topic, ["other"], "another key");
      expect(texts(await ps.pullUntil(subscription, 1))).toEqual(["other"]);
      await ps.ack(subscription, out);
      expect(texts(await ps.pullUntil(subscription, 1))).toEqual(["3"]);
    });

    test("after a deadline they come again from there", async () => {
      const { subscription } = await ordered(["1", "2", "3"]);
      const out = await ps.pull(subscription, 2);
      await ps.setDeadline(subscription, out.slice(0, 1), 1);
      expect(texts(await ps.pullUntil(subscription, 3))).toEqual(["1", "2", "3"]);
    });

    test.skipIf(googleLacks(target, "orderAfterNack"))(
      "after a nack they come again from there",
      async () => {
        const { subscription } = await ordered(["1", "2", "3", "4"]);
        const out = await ps.pull(subscription, 3);
        await ps.ack(subscription, out.slice(0, 1));
        await ps.nack(subscription, out.slice(1, 2));
        expect(texts(await ps.pullUntil(subscription, 3))).toEqual(["2", "3", "4"]);
      },
    );

    test.skipIf(googleLacks(target, "orderAfterNack"))(
      "a later one that was acknowledged comes again too",
      async () => {
        const { subscription } = await ordered(["1", "2"]);
        const out = await ps.pull(subscription);
        await ps.ack(subscription, out.slice(1));
        await ps.nack(subscription, out.slice(0, 1));
        const again = await ps.pullUntil(subscription, 2);
        expect(texts(again)).toEqual(["1", "2"]);
        await ps.ack(subscription, again);
        expect(await ps.pull(subscription)).toEqual([]);
      },
    );

    test.skipIf(googleLacks(target, "orderAfterNack"))(
      "a key waits for its nacked message's backoff, others do not",
      async () => {
        const { topic, subscription } = await ordered(["1", "2"], { retryPolicy: oneSecond });
        await ps.nack(subscription, await ps.pull(subscription, 1));
        const start = performance.now();
        await ps.publish(topic, ["other"], "another key");
        expect(texts(await ps.pullUntil(subscription, 1))).toEqual(["other"]);
        expect(texts(await ps.pullUntil(subscription, 2))).toEqual(["1", "2"]);
        expect(performance.now() - start).toBeGreaterThan(900);
      },
    );

    test("without message ordering a key holds nothing", async () => {
      const { topic, subscription } = await ps.newPair();
      await ps.publish(topic, ["1", "2"], "key");
      expect(await ps.pull(subscription, 1)).toHaveLength(1);
      expect(await ps.pull(subscription, 1)).toHaveLength(1);
    });
  });

  describe("dead letters", () => {
    test("attempts count up, and after the last the message is a dead letter", async () => {
      const { dead, topic, subscription } = await withDeadLetters();
      const message = { data: Buffer.from("bad"), attributes: { a: "b" }, orderingKey: "k" };
      await ps.publisher.publish({ topic, messages: [message] });
      for (const attempt of [1, 2, 3, 4, 5]) {
        const pulled = await ps.pullUntil(subscription, 1);
        expect(pulled[0]?.attempt).toBe(attempt);
        await ps.nack(subscription, pulled);
      }
      expect(await ps.pull(subscription)).toEqual([]);
      const [letter] = await ps.pullUntil(dead.subscription, 1);
      expect(letter).toMatchObject({ text: "bad", attempt: 0 });
      expect(letter?.attributes).toEqual({
        a: "b",
        CloudPubSubDeadLetterSourceDeliveryCount: "5",
        CloudPubSubDeadLetterSourceSubscription: subscription.split("/").at(-1),
        CloudPubSubDeadLetterSourceSubscriptionProject: "earmark",
        CloudPubSubDeadLetterSourceTopicPublishTime: expect.stringMatching(
          /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
        ),
      });
      expect(await ps.pull(subscription)).toEqual([]);
    });

    test("the client sees the attempt", async () => {
      const { topic, subscription } = await withDeadLetters();
      const attempts: number[] = [];
      const client = ps.pubsub.subscription(subscription);
      client.on("message", (message: Message) => {
        attempts.push(message.deliveryAttempt);
        if (attempts.length < 3) message.nack();
        else message.ack();
      });
      onTestFinished(() => client.close());
      await ps.publish(topic, ["1"]);
      await eventually(() => expect(attempts).toEqual([1, 2, 3]));
    });

    test("an acknowledged message is no dead letter", async () => {
      const { dead, topic, subscription } = await withDeadLetters();
      await ps.publish(topic, ["good"]);
      await ps.nack(subscription, await ps.pullUntil(subscription, 1));
      await ps.ack(subscription, await ps.pullUntil(subscription, 1));
      expect(await ps.pull(dead.subscription)).toEqual([]);
    });
  });

  describe("retry policy", () => {
    test.skipIf(googleLacks(target, "retryPolicy"))(
      "a nacked message waits before it can be pulled again",
      async () => {
        const { topic, subscription } = await ps.newPair({ retryPolicy: oneSecond });
        await ps.publish(topic, ["1"]);
        await ps.nack(subscription, await ps.pull(subscription));
        const start = performance.now();
        expect(await ps.pull(subscription)).toEqual([]);
        expect(texts(await ps.pullUntil(subscription, 1))).toEqual(["1"]);
        expect(performance.now() - start).toBeGreaterThan(900);
      },
    );

    test.skipIf(googleLacks(target, "retryPolicy"))("and before it is streamed again", async () => {
      const { topic, subscription } = await ps.newPair({ retryPolicy: oneSecond });
      const times: number[] = [];
      const client = ps.pubsub.subscription(subscription, { batching: { maxMilliseconds: 0 } });
      client.on("message", (message: Message) => {
        times.push(performance.now());
        if (times.length < 2) message.nack();
        else message.ack();
      });
      onTestFinished(() => client.close());
      await ps.publish(topic, ["1"]);
      await eventually(() => expect(times).toHaveLength(2));
      expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(900);
    });
  });

  describe("exactly once", () => {
    const exactlyOnce = { enableExactlyOnceDelivery: true };
    test("the client learns that its ack succeeded", async () => {
      const { topic, subscription } = await ps.newPair(exactlyOnce);
      const responses: unknown[] = [];
      const client = ps.pubsub.subscription(subscription);
      client.on("message", (message: Message) => {
        void message.ackWithResponse().then((response) => responses.push(response));
      });
      onTestFinished(() => client.close());
      await ps.publish(topic, ["1"]);
      await eventually(() => expect(responses).toEqual([AckResponses.Success]));
    });

    test("a used or nacked ack id is refused by name", async () => {
      const { topic, subscription } = await ps.newPair(exactlyOnce);
      await ps.publish(topic, ["1", "2"]);
      const [acked, nacked] = await ps.pullUntil(subscription, 2);
      if (!acked || !nacked) throw new Error("two messages were awaited");
      await ps.ack(subscription, [acked]);
      await ps.nack(subscription, [nacked]);
      await expect(ps.ack(subscription, [acked])).rejects.toMatchObject(isStale(acked.ackId));
      await expect(ps.ack(subscription, [nacked])).rejects.toMatchObject(isStale(nacked.ackId));
      await expect(ps.setDeadline(subscription, [nacked], 10)).rejects.toMatchObject(
        isStale(nacked.ackId),
      );
    });

    test("so is one whose lease ended, once the message came again", async () => {
      const { topic, subscription } = await ps.newPair(exactlyOnce);
      await ps.publish(topic, ["1"]);
      const first = await ps.pull(subscription);
      await ps.setDeadline(subscription, first, 1);
      await ps.pullUntil(subscription, 1);
      await expect(ps.ack(subscription, first)).rejects.toMatchObject(isStale(first[0]?.ackId));
    });
  });
});
