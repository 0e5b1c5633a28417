import { status } from "@grpc/grpc-js";
import { v1 } from "@google-cloud/pubsub";
import { describe, expect, test } from "vitest";
import { startPubsubEmulator, type PubsubEmulator } from "#emulators/pubsub/index.ts";
import { pubsubTargets } from "./google-targets.ts";
import { type ClientOptions, eventually, refused, texts, usePubsub } from "./pubsub-target.ts";

const [ours] = pubsubTargets;
if (ours?.name !== "ours") throw new Error("the first target is ours");

/** What is our emulator's alone: its store, its failures on demand, its refusals. */
describe("the Pub/Sub emulator", () => {
  const ps = usePubsub(ours);
  const emulator = () => ps.emulator as PubsubEmulator;

  describe("the store", () => {
    test("has the topics with their messages", async () => {
      const topic = await ps.newTopic();
      const attributes = { type: "recording.loaded.v1" };
      const message = { data: Buffer.from("{}"), attributes };
      await ps.publisher.publish({ topic, messages: [message] });
      expect(emulator().store.topic(topic).messages).toMatchObject([message]);
    });

    test("keeps the last 1000 messages of a topic", async () => {
      const topic = await ps.newTopic();
      for (const name of ["a", "b", "c"]) {
        await ps.publish(
          topic,
          Array.from({ length: 400 }, (_, index) => `${name}${index}`),
        );
      }
      const kept = emulator()
        .store.topic(topic)
        .messages.map(({ data }) => String(data));
      expect(kept).toHaveLength(1000);
      expect([kept[0], kept.at(-1)]).toEqual(["a200", "c399"]);
    });

    test("has the backlog of a subscription", async () => {
      const { topic, subscription } = await ps.newPair({ retainAckedMessages: true });
      await ps.publish(topic, ["1", "2"]);
      await ps.ack(subscription, await ps.pull(subscription, 1));
      const { backlog } = emulator().store.subscription(subscription);
      expect(backlog.unacked.map(({ data }) => String(data))).toEqual(["2"]);
      expect(backlog.acked.map(({ data }) => String(data))).toEqual(["1"]);
    });
  });

  describe("failNext", () => {
    test("fails one call", async () => {
      const topic = await ps.newTopic();
      emulator().failNext(status.FAILED_PRECONDITION);
      await expect(ps.publisher.getTopic({ topic })).rejects.toMatchObject(
        refused.failedPrecondition,
      );
      await ps.publisher.getTopic({ topic });
    });

    test("fails the named call alone", async () => {
      const topic = await ps.newTopic();
      emulator().failNext(status.INVALID_ARGUMENT, "publish");
      await ps.publisher.getTopic({ topic });
      await expect(ps.publish(topic, ["1"])).rejects.toMatchObject(refused.invalidArgument);
      expect(await ps.publish(topic, ["1"])).toHaveLength(1);
    });

    test("shows that the client tries an unavailable publish again", async () => {
      const { topic, subscription } = await ps.newPair();
      emulator().failNext(status.UNAVAILABLE, "publish");
      await ps.pubsub.topic(topic).publishMessage({ data: Buffer.from("1") });
      expect(texts(await ps.pull(subscription))).toEqual(["1"]);
    });

    test("breaks a stream, which the client opens again", async () => {
      const { topic, subscription } = await ps.newPair();
      emulator().failNext(status.UNAVAILABLE, "streamingPull");
      const received: string[] = [];
      const client = ps.pubsub.subscription(subscription, { streamingOptions: { maxStreams: 1 } });
      client.on("message", (message) => {
        received.push(message.data.toString());
        message.ack();
      });
      await ps.publish(topic, ["1"]);
      await eventually(() => expect(received).toEqual(["1"]));
      await client.close();
    });
  });

  describe("refuses what it has not", () => {
    test.each([
      ["schema settings", { schemaSettings: { schema: "projects/p/schemas/s" } }],
      ["import topics", { ingestionDataSourceSettings: { cloudStorage: { bucket: "b" } } }],
      ["message transforms", { messageTransforms: [{ javascriptUdf: { functionName: "f" } }] }],
    ])("%s", async (_, options) => {
      await expect(ps.newTopic(options)).rejects.toMatchObject(refused.unimplemented);
    });

    test("the Schema service, by name", async () => {
      const schemas = new v1.SchemaServiceClient(
        (await ps.pubsub.getClientConfig()) as ClientOptions,
      );
      await expect(schemas.getSchema({ name: "projects/p/schemas/s" })).rejects.toMatchObject({
        ...refused.unimplemented,
        details: expect.stringContaining("Schema service"),
      });
      await schemas.close();
    });

    test("exactly-once delivery by push", async () => {
      const options = {
        enableExactlyOnceDelivery: true,
        pushConfig: { pushEndpoint: "http://127.0.0.1:9/" },
      };
      await expect(ps.newPair(options)).rejects.toMatchObject(refused.invalidArgument);
    });
  });

  test("a deleted dead letter topic stops no other update, and keeps its messages back", async () => {
    const deadLetterTopic = await ps.newTopic();
    const deadLetterPolicy = { deadLetterTopic, maxDeliveryAttempts: 5 };
    const { topic, subscription } = await ps.newPair({ deadLetterPolicy });
    await ps.publisher.deleteTopic({ topic: deadLetterTopic });
    await ps.subscriber.modifyPushConfig({ subscription, pushConfig: {} });
    await ps.publish(topic, ["bad"]);
    for (const attempt of [1, 2, 3, 4, 5, 6]) {
      const pulled = await ps.pull(subscription);
      expect(pulled).toMatchObject([{ text: "bad", attempt }]);
      await ps.nack(subscription, pulled);
    }
  });

  test("a topic's own retention lets a later subscription seek back", async () => {
    const topic = await ps.newTopic({ messageRetentionDuration: { seconds: 600 } });
    await ps.publish(topic, ["early"]);
    const subscription = await ps.subscribe(topic);
    expect(await ps.pull(subscription)).toEqual([]);
    await ps.subscriber.seek({ subscription, time: { seconds: 0 } });
    expect(texts(await ps.pull(subscription))).toEqual(["early"]);
  });

  describe("the server", () => {
    test("says when its port is taken", async () => {
      await expect(startPubsubEmulator({ port: emulator().port })).rejects.toMatchObject({
        name: "PortTakenError",
      });
    });

    test("closes twice, and with a pull open", async () => {
      const second = await startPubsubEmulator();
      const [servicePath = "", port = ""] = second.url.split(":");
      const config = (await ps.pubsub.getClientConfig()) as ClientOptions;
      const client = new v1.SubscriberClient({ ...config, servicePath, port: Number(port) });
      const publisher = new v1.PublisherClient({ ...config, servicePath, port: Number(port) });
      const topic = ps.topicName();
      const subscription = ps.subscriptionName();
      await publisher.createTopic({ name: topic });
      await client.createSubscription({ name: subscription, topic });
      const waiting = client.pull({ subscription, maxMessages: 1 }, { maxRetries: 0 });
      const outcome = waiting.then(
        () => "answered",
        (error: { code: number }) => error.code,
      );
      await eventually(() =>
        expect(second.store.subscription(subscription).ends.size).toBeGreaterThan(0),
      );
      await second.close();
      await second.close();
      expect(await outcome).toBeOneOf([status.UNAVAILABLE, status.CANCELLED]);
      await Promise.all([client.close(), publisher.close()]);
    });
  });
});
