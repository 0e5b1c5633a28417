import type { Message, SubscriberOptions } from "@google-cloud/pubsub";
import { describe, expect, onTestFinished, test } from "vitest";
import { pubsubTargets } from "./google-targets.ts";
import { eventually, googleLacks, refused, usePubsub } from "./pubsub-target.ts";

interface Response {
  receivedMessages: { ackId: string; message: { data: Buffer; messageId: string } }[];
  subscriptionProperties: { exactlyOnceDeliveryEnabled: boolean; messageOrderingEnabled: boolean };
}

describe.each(pubsubTargets)("streaming pull on $name", (target) => {
  const ps = usePubsub(target);

  /** The client's own subscriber, closed with the test. */
  const listen = (
    name: string,
    onMessage: (message: Message) => void,
    options?: SubscriberOptions,
  ) => {
    const subscription = ps.pubsub.subscription(name, options);
    const errors: Error[] = [];
    subscription.on("message", onMessage);
    subscription.on("error", (error) => errors.push(error));
    onTestFinished(() => subscription.close());
    return { subscription, errors };
  };

  /** One bare stream, ended with the test. */
  const open = (first: object) => {
    const stream = ps.subscriber.streamingPull();
    const responses: Response[] = [];
    const errors: { code: number }[] = [];
    stream.on("data", (response: Response) => responses.push(response));
    stream.on("error", (error: Error & { code: number }) => errors.push(error));
    stream.write(first);
    onTestFinished(() => void stream.destroy());
    const received = () => responses.flatMap((response) => response.receivedMessages);
    return {
      stream,
      responses,
      errors,
      received,
      texts: () => received().map(({ message }) => String(message.data)),
    };
  };
  const openOn = (subscription: string, more: object = {}) =>
    open({ subscription, streamAckDeadlineSeconds: 10, ...more });

  describe("the client's subscriber", () => {
    test("receives and acknowledges everything once", async () => {
      const { topic, subscription } = await ps.newPair();
      const bodies = Array.from({ length: 200 }, (_, index) => String(index));
      const received: string[] = [];
      const { subscription: client } = listen(subscription, (message) => {
        received.push(message.data.toString());
        message.ack();
      });
      await ps.publish(topic, bodies);
      await eventually(() => expect(received).toHaveLength(200));
      expect(received.toSorted()).toEqual(bodies.toSorted());
      await client.close();
      expect(await ps.pull(subscription)).toEqual([]);
    });

    test("gets what was there before it came", async () => {
      const { topic, subscription } = await ps.newPair();
      await ps.publish(topic, ["early"]);
      const received: string[] = [];
      listen(subscription, (message) => {
        received.push(message.data.toString());
        message.ack();
      });
      await eventually(() => expect(received).toEqual(["early"]));
    });

    test("gets a nacked message again", async () => {
      const { topic, subscription } = await ps.newPair();
      const ids: string[] = [];
      listen(subscription, (message) => {
        ids.push(message.id);
        if (ids.length < 3) message.nack();
        else message.ack();
      });
      const [id] = await ps.publish(topic, ["1"]);
      await eventually(() => expect(ids).toEqual([id, id, id]));
    });

    test("two share a subscription without getting the same", async () => {
      const { topic, subscription } = await ps.newPair();
      const received: string[] = [];
      for (const _ of [1, 2]) {
        listen(subscription, (message) => {
          received.push(message.data.toString());
          message.ack();
        });
      }
      const bodies = Array.from({ length: 50 }, (_, index) => String(index));
      await ps.publish(topic, bodies);
      await eventually(() => expect(received.length).toBeGreaterThanOrEqual(50));
      expect(received.toSorted()).toEqual(bodies.toSorted());
    });

    test("holds no more at once than its flow control says", async () => {
      const { topic, subscription } = await ps.newPair();
      const held = new Set<Message>();
      let most = 0;
      let handled = 0;
      const flowControl = { maxMessages: 3, allowExcessMessages: false };
      listen(
        subscription,
        (message) => {
          held.add(message);
          most = Math.max(most, held.size);
          setImmediate(() => {
            held.delete(message);
            handled += 1;
            message.ack();
          });
        },
        { flowControl, streamingOptions: { maxStreams: 1 } },
      );
      await ps.publish(
        topic,
        Array.from({ length: 12 }, (_, index) => String(index)),
      );
      await eventually(() => expect(handled).toBe(12));
      expect(most).toBeLessThanOrEqual(3);
    });

    test("hears of a subscription that is not there", async () => {
      const { errors } = listen(ps.subscriptionName(), () => {});
      await eventually(() => expect(errors[0]).toMatchObject(refused.notFound));
    });
  });

  describe("the stream", () => {
    test("takes acks and deadlines", async () => {
      const { topic, subscription } = await ps.newPair();
      const { stream, texts, received } = openOn(subscription);
      await ps.publish(topic, ["1", "2"]);
      await eventually(() => expect(received()).toHaveLength(2));
      const [first, second] = received();
      stream.write({
        ackIds: [first?.ackId],
        modifyDeadlineAckIds: [second?.ackId],
        modifyDeadlineSeconds: [0],
      });
      await eventually(() => expect(texts().slice(2)).toEqual([String(second?.message.data)]));
    });

    test.skipIf(googleLacks(target, "flowControl"))(
      "leaves out what its client has no room for",
      async () => {
        const { topic, subscription } = await ps.newPair();
        const { stream, texts, received } = openOn(subscription, { maxOutstandingMessages: 2 });
        await ps.publish(topic, ["1", "2", "3", "4"]);
        await eventually(() => expect(texts()).toEqual(["1", "2"]));
        expect(await ps.pull(subscription, 1)).toHaveLength(1);
        stream.write({ ackIds: [received()[0]?.ackId] });
        await eventually(() => expect(texts()).toEqual(["1", "2", "4"]));
      },
    );

    test.skipIf(googleLacks(target, "flowControl"))("counts bytes too", async () => {
      const { topic, subscription } = await ps.newPair();
      const { texts } = openOn(subscription, { maxOutstandingBytes: 5 });
      await ps.publish(topic, ["abc", "de", "f"]);
      await eventually(() => expect(texts()).toEqual(["abc", "de"]));
      expect(await ps.pull(subscription)).toHaveLength(1);
    });

    test.skipIf(googleLacks(target, "keepAlive"))("answers a ping", async () => {
      const { subscription } = await ps.newPair();
      const { stream, responses } = openOn(subscription, { protocolVersion: 1 });
      await eventually(() => expect(responses).toHaveLength(1));
      stream.write({});
      await eventually(() => expect(responses).toHaveLength(2));
    });

    test.skipIf(googleLacks(target, "streamProperties")).each([true, false])(
      "tells the subscription's properties (%s)",
      async (on) => {
        const options = { enableMessageOrdering: on, enableExactlyOnceDelivery: on };
        const { subscription } = await ps.newPair(options);
        const { responses } = openOn(subscription);
        await eventually(() =>
          expect(responses[0]?.subscriptionProperties).toEqual({
            exactlyOnceDeliveryEnabled: on,
            messageOrderingEnabled: on,
          }),
        );
      },
    );

    test.each([
      ["no subscription", { subscription: "" }],
      ["no ack deadline", { streamAckDeadlineSeconds: 0 }],
      ["an ack deadline of 9 s", { streamAckDeadlineSeconds: 9 }],
      ["an ack deadline of 601 s", { streamAckDeadlineSeconds: 601 }],
      ["a malformed ack id", { ackIds: ["nope"] }],
      ["fewer deadlines than ids", { modifyDeadlineAckIds: ["a"] }],
    ])("%s is refused", async (_, wrong) => {
      const { subscription } = await ps.newPair();
      const { errors } = openOn(subscription, wrong);
      await eventually(() => expect(errors[0]).toMatchObject(refused.invalidArgument));
    });

    test("names its subscription once", async () => {
      const { subscription } = await ps.newPair();
      const { stream, errors } = openOn(subscription);
      stream.write({ subscription });
      await eventually(() => expect(errors[0]).toMatchObject(refused.invalidArgument));
    });

    test("ends when its subscription is deleted", async () => {
      const { topic, subscription } = await ps.newPair();
      const { errors, received } = openOn(subscription);
      await ps.publish(topic, ["it is open"]);
      await eventually(() => expect(received()).toHaveLength(1));
      await ps.subscriber.deleteSubscription({ subscription });
      await eventually(() => expect(errors[0]).toMatchObject(refused.notFound));
    });

    test("ends when its subscription becomes push", async () => {
      const { topic, subscription } = await ps.newPair();
      const { errors, received } = openOn(subscription);
      await ps.publish(topic, ["it is open"]);
      await eventually(() => expect(received()).toHaveLength(1));
      const pushConfig = { pushEndpoint: "http://127.0.0.1:9/" };
      await ps.subscriber.modifyPushConfig({ subscription, pushConfig });
      await eventually(() => expect(errors[0]).toMatchObject(refused.failedPrecondition));
    });
  });
});
