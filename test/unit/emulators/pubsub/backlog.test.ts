import { describe, expect, test } from "vitest";
import { Backlog } from "#emulators/pubsub/delivery/backlog.ts";
import type { Holder } from "#emulators/pubsub/delivery/entry.ts";
import { toProtoTime } from "#emulators/pubsub/time.ts";
import type { PubsubMessage, Subscription } from "#emulators/pubsub/types.ts";
import { manualClock } from "./manual-clock.ts";

const seconds = (value: number) => ({ seconds: value, nanos: 0 });
const day = 86_400;

const plain = {
  name: "projects/p/subscriptions/s",
  enableMessageOrdering: false,
  enableExactlyOnceDelivery: false,
  retainAckedMessages: false,
  messageRetentionDuration: seconds(7 * day),
  retryPolicy: null,
  deadLetterPolicy: null,
  pushConfig: null,
} as unknown as Subscription;

/** A backlog on a manual clock, with one lease of 10 s per delivery. */
function setup(options: Partial<Subscription> = {}, forwards = true) {
  const clock = manualClock();
  const deadLetters: { text: string; deliveries: number }[] = [];
  let ids = 0;
  const backlog = new Backlog({
    clock,
    config: () => ({ ...plain, ...options }),
    matches: () => true,
    deadLetter: ({ data }, deliveries) => {
      if (forwards) deadLetters.push({ text: String(data), deliveries });
      return forwards;
    },
  });
  const add = (...bodies: string[]) =>
    backlog.add(
      bodies.map((body): PubsubMessage => {
        const [text = "", orderingKey = ""] = body.split("@");
        const messageId = String(++ids);
        const publishTime = toProtoTime(clock.now());
        return { data: Buffer.from(text), attributes: {}, messageId, publishTime, orderingKey };
      }),
    );
  const take = (messages = 100, holder: Holder = { messages: 0, bytes: 0 }) =>
    backlog
      .take({ holder, messages, bytes: Infinity, leaseMs: 10_000 })
      .map(({ ackId, message, deliveryAttempt }) => ({
        ackId,
        text: String(message.data),
        deliveryAttempt,
      }));
  const texts = (messages?: number) => take(messages).map(({ text }) => text);
  return { clock, backlog, deadLetters, add, take, texts };
}

describe("a lease", () => {
  test("ends at its deadline to the millisecond", () => {
    const { clock, add, texts } = setup();
    add("1");
    texts();
    clock.advance(9999);
    expect(texts()).toEqual([]);
    clock.advance(1);
    expect(texts()).toEqual(["1"]);
  });

  test("ends later when it is extended", () => {
    const { clock, backlog, add, take, texts } = setup();
    add("1");
    const [out] = take();
    clock.advance(9000);
    expect(backlog.modifyDeadline([out?.ackId ?? ""], 30)).toEqual([]);
    clock.advance(29_999);
    expect(texts()).toEqual([]);
    clock.advance(1);
    expect(texts()).toEqual(["1"]);
  });

  test.each([
    [false, []],
    [true, ["projects/p/subscriptions/s:1"]],
  ])("that ended takes a late ack, but not exactly once (%s)", (exactlyOnce, invalid) => {
    const { clock, backlog, add, take } = setup({ enableExactlyOnceDelivery: exactlyOnce });
    add("1");
    const [out] = take();
    clock.advance(10_000);
    expect(backlog.acknowledge([out?.ackId ?? ""])).toEqual(invalid);
    expect(backlog.unacked).toHaveLength(invalid.length);
  });

  test("leaves no timer behind when it is acknowledged", () => {
    const { clock, backlog, add, take } = setup();
    add("1", "2");
    backlog.acknowledge(take().map(({ ackId }) => ackId));
    expect(clock.pending).toBe(0);
    expect(backlog.unacked).toEqual([]);
  });

  test("counts toward its holder until it ends", () => {
    const { clock, backlog, add, take } = setup();
    const holder = { messages: 0, bytes: 0 };
    add("abc", "de");
    const [first] = take(2, holder);
    expect(holder).toEqual({ messages: 2, bytes: 5 });
    backlog.acknowledge([first?.ackId ?? ""]);
    expect(holder).toEqual({ messages: 1, bytes: 2 });
    clock.advance(10_000);
    expect(holder).toEqual({ messages: 0, bytes: 0 });
  });
});

/** Milliseconds until each redelivery when every delivery is nacked. */
const waits = (options: Partial<Subscription>, count: number) => {
  const { clock, backlog, add, take } = setup(options);
  add("1");
  const found: number[] = [];
  for (let round = 0; round < count; round += 1) {
    backlog.modifyDeadline(
      take().map(({ ackId }) => ackId),
      0,
    );
    const start = clock.now();
    let redeliveredMs = 0;
    const leave = backlog.consumers.add(() => {
      redeliveredMs = clock.now() - start;
      return false;
    });
    clock.advance(600_000);
    leave();
    found.push(redeliveredMs);
  }
  return found;
};

describe("backoff", () => {
  test("doubles from the minimum to the maximum", () => {
    const retryPolicy = { minimumBackoff: seconds(10), maximumBackoff: seconds(60) };
    expect(waits({ retryPolicy }, 5)).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  test("is none without a policy for pull, and 100 ms to 60 s for push", () => {
    expect(waits({}, 3)).toEqual([0, 0, 0]);
    const pushConfig = { pushEndpoint: "http://127.0.0.1/", attributes: {} };
    const pushed = waits({ pushConfig }, 12);
    expect(pushed.slice(0, 3)).toEqual([100, 200, 400]);
    expect(pushed.at(-1)).toBe(60_000);
  });

  test("follows a lease that ran out too, and ends with a late ack", () => {
    const retryPolicy = { minimumBackoff: seconds(10), maximumBackoff: seconds(10) };
    const { clock, backlog, add, take, texts } = setup({ retryPolicy });
    add("1");
    const [out] = take();
    clock.advance(10_000);
    expect(texts()).toEqual([]);
    expect(backlog.acknowledge([out?.ackId ?? ""])).toEqual([]);
    clock.advance(10_000);
    expect(texts()).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});

describe("dead letters", () => {
  const deadLetterPolicy = { deadLetterTopic: "projects/p/topics/dead", maxDeliveryAttempts: 5 };

  test("count nacks and leases that ran out alike", () => {
    const { clock, backlog, deadLetters, add, take } = setup({ deadLetterPolicy });
    add("bad");
    for (const attempt of [1, 2, 3, 4, 5]) {
      const [out] = take();
      expect(out?.deliveryAttempt).toBe(attempt);
      if (attempt % 2 === 0) backlog.modifyDeadline([out?.ackId ?? ""], 0);
      else clock.advance(10_000);
    }
    expect(deadLetters).toEqual([{ text: "bad", deliveries: 5 }]);
    expect(backlog.unacked).toEqual([]);
  });

  test("that cannot be forwarded stay and come again", () => {
    const { clock, add, take } = setup({ deadLetterPolicy }, false);
    add("bad");
    for (const attempt of [1, 2, 3, 4, 5, 6, 7]) {
      expect(take()[0]?.deliveryAttempt).toBe(attempt);
      clock.advance(10_000);
    }
  });

  test("make way for what is behind them in their key", () => {
    const { clock, add, texts } = setup({ deadLetterPolicy, enableMessageOrdering: true });
    add("bad@k", "good@k");
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      expect(texts(1)).toEqual(["bad"]);
      clock.advance(10_000);
    }
    expect(texts()).toEqual(["good"]);
  });
});

describe("retention", () => {
  test("drops what is older, out or not", () => {
    const { clock, backlog, add, texts } = setup({ messageRetentionDuration: seconds(600) });
    add("old", "out");
    texts(1);
    clock.advance(300_000);
    add("new");
    clock.advance(300_001);
    expect(backlog.unacked.map(({ data }) => String(data))).toEqual(["new"]);
    expect(texts()).toEqual(["new"]);
  });

  test("keeps acknowledged messages as long, if asked to", () => {
    const { clock, backlog, add, take } = setup({ retainAckedMessages: true });
    add("1");
    backlog.acknowledge(take().map(({ ackId }) => ackId));
    expect(backlog.acked).toHaveLength(1);
    clock.advance(7 * day * 1000 + 1);
    expect(backlog.acked).toEqual([]);
  });
});

describe("an ordering key", () => {
  const ordered = { enableMessageOrdering: true };
  const retryPolicy = { minimumBackoff: seconds(10), maximumBackoff: seconds(10) };

  test("gives more to who holds it, and nothing to others", () => {
    const { add, take } = setup(ordered);
    const holder = { messages: 0, bytes: 0 };
    add("1@k", "2@k", "3@k");
    expect(take(1, holder).map(({ text }) => text)).toEqual(["1"]);
    expect(take(1)).toEqual([]);
    expect(take(1, holder).map(({ text }) => text)).toEqual(["2"]);
  });

  test("is held while its failed message waits, and opens when a late ack ends the wait", () => {
    const { clock, backlog, add, take, texts } = setup({ ...ordered, retryPolicy });
    add("1@k", "2@k", "a@other");
    const [first] = take(1);
    clock.advance(10_000);
    expect(texts()).toEqual(["a"]);
    backlog.acknowledge([first?.ackId ?? ""]);
    expect(texts()).toEqual(["2"]);
  });

  test("rewinds to the earliest that failed, whatever the order of nacks", () => {
    const { backlog, add, take, texts } = setup(ordered);
    add("1@k", "2@k", "3@k", "4@k");
    const out = take(3);
    backlog.modifyDeadline([out[2]?.ackId ?? "", out[0]?.ackId ?? ""], 0);
    expect(texts()).toEqual(["1", "2", "3", "4"]);
  });

  test("does not repeat what was acknowledged exactly once", () => {
    const { backlog, add, take, texts } = setup({ ...ordered, enableExactlyOnceDelivery: true });
    add("1@k", "2@k", "3@k");
    const out = take();
    backlog.acknowledge([out[1]?.ackId ?? ""]);
    backlog.modifyDeadline([out[0]?.ackId ?? ""], 0);
    expect(texts()).toEqual(["1", "3"]);
  });

  test("is forgotten once it is empty", () => {
    const { backlog, add, take, texts } = setup(ordered);
    for (let round = 0; round < 3; round += 1) {
      add("1@k", "2@k");
      const out = take();
      expect(out.map(({ text }) => text)).toEqual(["1", "2"]);
      backlog.acknowledge(out.map(({ ackId }) => ackId).toReversed());
    }
    expect(texts()).toEqual([]);
  });
});

test("many messages are taken in linear time", () => {
  const { backlog, add, take } = setup();
  add(...Array.from({ length: 20_000 }, (_, index) => String(index)));
  const start = performance.now();
  let taken = 0;
  for (;;) {
    const out = take(100);
    if (out.length === 0) break;
    taken += out.length;
    backlog.acknowledge(out.slice(0, 50).map(({ ackId }) => ackId));
  }
  expect(taken).toBe(20_000);
  expect(backlog.unacked).toHaveLength(10_000);
  expect(performance.now() - start).toBeLessThan(5000);
});
