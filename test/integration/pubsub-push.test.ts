import { createVerify } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Emulator, listen, readBody } from "#emulators/emulator.ts";
import type { PubsubEmulator } from "#emulators/pubsub/index.ts";
import { pubsubTargets } from "./google-targets.ts";
import { eventually, googleLacks, texts, usePubsub } from "./pubsub-target.ts";

interface Pushed {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly atMs: number;
}

interface Wrapped {
  readonly message: Record<string, unknown>;
  readonly subscription: string;
  readonly deliveryAttempt?: number;
}

describe.each(pubsubTargets)("push on $name", (target) => {
  const ps = usePubsub(target);
  let server: Emulator;
  const pushes = new Map<string, Pushed[]>();
  /** Answers in turn, the last one from then on; 102 comes before an answer that never comes. */
  const answers = new Map<string, number[]>();
  let paths = 0;

  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = "", headers, url: path = "" } = request;
    const body = String(await readBody(request));
    pushes.set(path, [
      ...(pushes.get(path) ?? []),
      { method, headers, body, atMs: performance.now() },
    ]);
    const [status = 204, ...rest] = answers.get(path) ?? [];
    if (rest.length > 0) answers.set(path, rest);
    if (status === 102) response.writeProcessing();
    else response.writeHead(status).end();
  };

  beforeAll(async () => {
    server = await listen((request, response) => void receive(request, response));
  });
  afterAll(() => server.close());

  /** A new endpoint that gives these answers. */
  const endpoint = (...statuses: number[]) => {
    const path = `/push/${++paths}`;
    answers.set(path, statuses);
    return {
      pushEndpoint: `${server.url}${path}`,
      seen: () => pushes.get(path) ?? [],
      bodies: () => (pushes.get(path) ?? []).map(({ body }) => JSON.parse(body) as Wrapped),
    };
  };

  /** A push that gets this answer first; the message ids that were pushed, and the one published. */
  const answered = async (status: number) => {
    const { pushEndpoint, bodies } = endpoint(status, 204);
    const { topic } = await ps.newPair({ pushConfig: { pushEndpoint } });
    const [id] = await ps.publish(topic, ["1"]);
    const ids = () => bodies().map(({ message }) => message["messageId"]);
    return { id, ids };
  };

  describe("the request", () => {
    test("is the wrapped message", async () => {
      const { pushEndpoint, seen, bodies } = endpoint();
      const { topic, subscription } = await ps.newPair({ pushConfig: { pushEndpoint } });
      const message = { data: Buffer.from("hello"), attributes: { kind: "test" } };
      const [{ messageIds }] = await ps.publisher.publish({ topic, messages: [message] });
      await eventually(() => expect(bodies()).toHaveLength(1));
      const [id] = messageIds ?? [];
      const publishTime = bodies()[0]?.message["publishTime"];
      expect(bodies()[0]).toEqual({
        message: {
          data: Buffer.from("hello").toString("base64"),
          attributes: { kind: "test" },
          messageId: id,
          message_id: id,
          publishTime,
          publish_time: publishTime,
        },
        subscription,
      });
      expect(Math.abs(Date.parse(String(publishTime)) - Date.now())).toBeLessThan(20_000);
      expect(seen()[0]).toMatchObject({
        method: "POST",
        headers: { "content-type": expect.stringContaining("application/json") },
      });
    });

    test.skipIf(googleLacks(target, "orderingKeyInPush"))("has the ordering key", async () => {
      const { pushEndpoint, bodies } = endpoint();
      const { topic } = await ps.newPair({ pushConfig: { pushEndpoint } });
      await ps.publish(topic, ["1"], "key");
      await eventually(() => expect(bodies()[0]?.message["orderingKey"]).toBe("key"));
    });

    test.skipIf(googleLacks(target, "deliveryAttemptInPush"))("counts the attempts", async () => {
      const { pushEndpoint, bodies } = endpoint(500, 500, 200);
      const deadLetterPolicy = { deadLetterTopic: await ps.newTopic(), maxDeliveryAttempts: 5 };
      const { topic } = await ps.newPair({ pushConfig: { pushEndpoint }, deadLetterPolicy });
      await ps.publish(topic, ["1"]);
      await eventually(() =>
        expect(bodies().map((body) => body.deliveryAttempt)).toEqual([1, 2, 3]),
      );
    });

    test("is the bare data without a wrapper", async () => {
      const { pushEndpoint, seen } = endpoint();
      const pushConfig = { pushEndpoint, noWrapper: { writeMetadata: false } };
      const { topic, subscription } = await ps.newPair({ pushConfig });
      await ps.publish(topic, ["bare"]);
      await eventually(() => expect(seen()[0]?.body).toBe("bare"));
      expect(JSON.stringify(seen()[0]?.headers)).not.toContain(subscription);
    });

    test("has the metadata in its headers if asked for", async () => {
      const { pushEndpoint, seen } = endpoint();
      const pushConfig = { pushEndpoint, noWrapper: { writeMetadata: true } };
      const { topic, subscription } = await ps.newPair({ pushConfig });
      const message = { data: Buffer.from("bare"), attributes: { kind: "test" } };
      const [{ messageIds }] = await ps.publisher.publish({ topic, messages: [message] });
      await eventually(() => expect(seen()).toHaveLength(1));
      expect(seen()[0]).toMatchObject({
        body: "bare",
        headers: {
          kind: "test",
          "x-goog-pubsub-subscription-name": subscription,
          "x-goog-pubsub-message-id": messageIds?.[0],
          "x-goog-pubsub-publish-time": expect.stringMatching(/^\d{4}-.*Z$/),
        },
      });
    });

    test.skipIf(googleLacks(target, "headerAttributes"))(
      "leaves out of its headers what HTTP cannot carry",
      async () => {
        const { pushEndpoint, seen } = endpoint();
        const pushConfig = { pushEndpoint, noWrapper: { writeMetadata: true } };
        const { topic } = await ps.newPair({ pushConfig });
        const attributes = { kind: "test", "no header": "x", word: "żółć" };
        const message = { data: Buffer.from("bare"), attributes };
        await ps.publisher.publish({ topic, messages: [message] });
        await eventually(() => expect(seen()).toHaveLength(1));
        expect(seen()[0]?.headers).toMatchObject({ kind: "test" });
        expect(seen()[0]?.headers).not.toHaveProperty("word");
      },
    );

    test.skipIf(googleLacks(target, "oidc")).each(["", "earmark"])(
      "carries a token for the audience '%s'",
      async (audience) => {
        const { pushEndpoint, seen } = endpoint();
        const serviceAccountEmail = "push@earmark.iam.gserviceaccount.com";
        const oidcToken = { serviceAccountEmail, audience };
        const { topic } = await ps.newPair({ pushConfig: { pushEndpoint, oidcToken } });
        await ps.publish(topic, ["1"]);
        await eventually(() => expect(seen()).toHaveLength(1));
        const token = seen()[0]?.headers.authorization?.replace("Bearer ", "") ?? "";
        const [header = "", claims = "", signature = ""] = token.split(".");
        expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toMatchObject({
          aud: audience || pushEndpoint,
          email: serviceAccountEmail,
          iss: "https://accounts.google.com",
        });
        const { oidcPublicKey } = ps.emulator as PubsubEmulator;
        const verify = createVerify("RSA-SHA256").update(`${header}.${claims}`);
        expect(verify.verify(oidcPublicKey, signature, "base64url")).toBe(true);
      },
    );
  });

  describe("the answer", () => {
    test.each([102, 200, 201, 202, 204])("%i acknowledges", async (status) => {
      const { pushEndpoint, seen } = endpoint(status);
      const { topic, subscription } = await ps.newPair({ pushConfig: { pushEndpoint } });
      await ps.publish(topic, ["1"]);
      await eventually(() => expect(seen()).toHaveLength(1));
      // A message that comes later shows that the first one did not come again.
      await ps.publish(topic, ["2"]);
      await eventually(() => expect(seen()).toHaveLength(2));
      await ps.subscriber.modifyPushConfig({ subscription, pushConfig: {} });
      expect(await ps.pull(subscription)).toEqual([]);
      expect(seen()).toHaveLength(2);
    });

    test.each([206, 301, 400, 503])("%i makes it come again", async (status) => {
      const { id, ids } = await answered(status);
      await eventually(() => expect(ids()).toEqual([id, id]));
    });
    test.skipIf(googleLacks(target, "otherSuccess"))("and so does 203", async () => {
      const { id, ids } = await answered(203);
      await eventually(() => expect(ids()).toEqual([id, id]));
    });

    test("an endpoint that is not there yet gets its message later", async () => {
      const gone = await listen(() => {});
      await gone.close();
      const { pushEndpoint, bodies } = endpoint();
      const pushConfig = { pushEndpoint: pushEndpoint.replace(server.url, gone.url) };
      const { topic } = await ps.newPair({ pushConfig });
      await ps.publish(topic, ["1"]);
      const back = await listen((request, response) => void receive(request, response), gone);
      await eventually(() => expect(bodies()).toHaveLength(1));
      await back.close();
    });

    test.skipIf(googleLacks(target, "retryPolicy"))(
      "that refuses waits for the backoff, which doubles",
      async () => {
        const { pushEndpoint, seen } = endpoint(500, 500, 204);
        const retryPolicy = {
          minimumBackoff: { seconds: 0, nanos: 400_000_000 },
          maximumBackoff: { seconds: 10 },
        };
        const { topic } = await ps.newPair({ pushConfig: { pushEndpoint }, retryPolicy });
        await ps.publish(topic, ["1"]);
        await eventually(() => expect(seen()).toHaveLength(3));
        const [first = 0, second = 0, third = 0] = seen().map(({ atMs }) => atMs);
        expect(second - first).toBeGreaterThan(350);
        expect(third - second).toBeGreaterThan(750);
      },
    );

    test("that always refuses makes a dead letter", async () => {
      const { pushEndpoint, seen } = endpoint(500);
      const dead = await ps.newPair();
      const { topic } = await ps.newPair({
        pushConfig: { pushEndpoint },
        deadLetterPolicy: { deadLetterTopic: dead.topic, maxDeliveryAttempts: 5 },
        retryPolicy: { minimumBackoff: { seconds: 0 }, maximumBackoff: { seconds: 0 } },
      });
      await ps.publish(topic, ["bad"]);
      expect(texts(await ps.pullUntil(dead.subscription, 1))).toEqual(["bad"]);
      expect(seen()).toHaveLength(5);
    });
  });

  test("the messages of a key come one at a time, in order", async () => {
    const { pushEndpoint, bodies } = endpoint(204, 500, 204);
    const pushConfig = { pushEndpoint };
    const { topic } = await ps.newPair({ pushConfig, enableMessageOrdering: true });
    const [first, second, third] = await ps.publish(topic, ["1", "2", "3"], "key");
    await eventually(() =>
      expect(bodies().map((body) => body.message["messageId"])).toEqual([
        first,
        second,
        second,
        third,
      ]),
    );
  });

  test("a subscription that becomes push delivers what waited, and stops when it is pull again", async () => {
    const { pushEndpoint, bodies } = endpoint();
    const { topic, subscription } = await ps.newPair();
    await ps.publish(topic, ["waiting"]);
    await ps.subscriber.modifyPushConfig({ subscription, pushConfig: { pushEndpoint } });
    await eventually(() => expect(bodies()).toHaveLength(1));
    await ps.subscriber.modifyPushConfig({ subscription, pushConfig: {} });
    await ps.publish(topic, ["pulled"]);
    expect(texts(await ps.pullUntil(subscription, 1))).toEqual(["pulled"]);
    expect(bodies()).toHaveLength(1);
  });
});
