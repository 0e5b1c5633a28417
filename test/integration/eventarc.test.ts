import { describe, expect, test } from "vitest";
import { type DeadLetter } from "../../emulators/eventarc/index.ts";
import { object, start, startTarget, trigger } from "./eventarc-target.ts";

describe("a delivery", () => {
  test("has the headers and the body of the service", async () => {
    const eventarc = start();
    const target = await startTarget();
    eventarc.addTrigger(trigger(target.url));
    const event = eventarc.publish(object());
    await eventarc.settled();
    expect(target.received).toHaveLength(1);
    expect(target.received[0]?.headers).toMatchObject({
      "content-type": "application/json",
      "ce-specversion": "1.0",
      "ce-id": event.id,
      "ce-time": "2026-11-22T08:00:00.000Z",
      "ce-type": "google.cloud.storage.object.v1.finalized",
      "ce-source": "//storage.googleapis.com/projects/_/buckets/recordings",
      "ce-subject": "objects/freesound/42.mp3",
      "ce-bucket": "recordings",
    });
    expect(JSON.parse(target.received[0]?.body ?? "")).toEqual(object());
    expect(event.id).toMatch(/^\d{16}$/);
  });

  test("goes to each trigger of that bucket and to no other", async () => {
    const eventarc = start();
    const [load, classify, other] = [await startTarget(), await startTarget(), await startTarget()];
    eventarc.addTrigger(trigger(load.url, "load"));
    eventarc.addTrigger(trigger(classify.url, "classify"));
    eventarc.addTrigger({ ...trigger(other.url, "other"), bucket: "references" });
    eventarc.publish(object());
    await eventarc.settled();
    expect([load.received.length, classify.received.length, other.received.length]).toEqual([
      1, 1, 0,
    ]);
    expect(load.ids()).toEqual(classify.ids());
  });

  test("names beyond ASCII are percent-encoded in the header and plain in the body", async () => {
    const eventarc = start();
    const target = await startTarget();
    eventarc.addTrigger(trigger(target.url));
    eventarc.publish(object('ü 100%"x".mp3'));
    await eventarc.settled();
    expect(target.received[0]?.headers["ce-subject"]).toBe("objects/%C3%BC%20100%25%22x%22.mp3");
    expect(JSON.parse(target.received[0]?.body ?? "")).toMatchObject({ name: 'ü 100%"x".mp3' });
  });

  test("without a trigger is nothing, and settled at once", async () => {
    const eventarc = start();
    eventarc.publish(object());
    await eventarc.settled();
    expect(eventarc.pending()).toBe(0);
  });
});

describe("retries", () => {
  test.each([
    ["a 500", 500],
    ["a 404", 404],
    ["a redirect", 302],
    ["a cut connection", "reset"],
  ] as const)("after %s the same event comes again until a 2xx", async (_what, bad) => {
    const eventarc = start();
    const target = await startTarget((_, count) => (count < 4 ? bad : 200));
    eventarc.addTrigger(trigger(target.url));
    const { id } = eventarc.publish(object());
    await eventarc.settled();
    expect(target.ids()).toEqual([id, id, id, id]);
    expect(eventarc.stats()["load"]).toEqual({
      published: 1,
      delivered: 1,
      deadLettered: 0,
      pending: 0,
      attempts: 4,
      duplicates: 0,
    });
  });

  test("after silence, at the response time-out", async () => {
    const eventarc = start({ responseTimeoutSeconds: 0.5 });
    const target = await startTarget((_, count) => (count === 1 ? "silence" : 204));
    eventarc.addTrigger(trigger(target.url));
    eventarc.publish(object());
    await eventarc.settled();
    expect(target.received).toHaveLength(2);
  });

  test("until a target that is not there yet starts", async () => {
    const eventarc = start({ clock: 1e-3 });
    const gone = await startTarget();
    await gone.close();
    eventarc.addTrigger(trigger(gone.url));
    eventarc.publish(object());
    await expect.poll(() => eventarc.stats()["load"]?.attempts).toBeGreaterThan(1);
    const back = await startTarget(() => 204, gone.port);
    await eventarc.settled();
    expect(back.received).toHaveLength(1);
  });

  test("wait 10, 20, 40 … seconds of the clock, give or take a quarter", async () => {
    const eventarc = start({ clock: 0.01, random: () => 0.5 });
    const target = await startTarget((_, count) => (count < 4 ? 500 : 204));
    eventarc.addTrigger(trigger(target.url));
    eventarc.publish(object());
    await eventarc.settled();
    const waits = target.received.slice(1).map(({ at }, n) => at - (target.received[n]?.at ?? 0));
    // 100, 200 and 400 ms at least; a busy machine may add to them.
    expect(waits.map((wait, n) => wait >= 100 * 2 ** n - 5)).toEqual([true, true, true]);
  });

  test("one trigger's failures do not hold up another", async () => {
    const eventarc = start();
    const broken = await startTarget(() => 500);
    const fine = await startTarget();
    eventarc.addTrigger(trigger(broken.url, "broken"));
    eventarc.addTrigger(trigger(fine.url, "fine"));
    for (let n = 0; n < 10; n += 1) eventarc.publish(object(`${n}`));
    await expect.poll(() => eventarc.stats()["fine"]?.delivered).toBe(10);
    expect(eventarc.stats()["broken"]).toMatchObject({ delivered: 0, pending: 10 });
  });

  test("end after 24 hours with a dead letter", async () => {
    const eventarc = start({ clock: 1e-6, random: () => 0.5 });
    const letters: DeadLetter[] = [];
    const stop = eventarc.onDeadLetter((letter) => letters.push(letter));
    const target = await startTarget(() => 500);
    eventarc.addTrigger(trigger(target.url));
    const event = eventarc.publish(object());
    await eventarc.settled();
    stop();
    // 10 + 20 + … + 320 = 630 s, then every 600 s: the 149th retry would be past 86,400 s.
    expect(letters).toEqual([
      { trigger: "load", event, attempts: 149, lastError: "500: answer 149" },
    ]);
    expect(new Set(target.ids())).toEqual(new Set([event.id]));
    expect(eventarc.stats()["load"]).toMatchObject({ delivered: 0, deadLettered: 1, pending: 0 });
  });
});

describe("limits", () => {
  test("no more than `concurrency` at once, all in the end", async () => {
    const eventarc = start();
    let running = 0;
    let most = 0;
    const gates: (() => void)[] = [];
    const target = await startTarget(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => gates.push(resolve));
      running -= 1;
      return 204;
    });
    eventarc.addTrigger(trigger(target.url, "load", 3));
    for (let n = 0; n < 9; n += 1) eventarc.publish(object(`${n}`));
    while (eventarc.pending() > 0) {
      await expect.poll(() => gates.length).toBe(Math.min(3, eventarc.pending()));
      for (const open of gates.splice(0)) open();
      const before = target.received.length;
      await expect
        .poll(() => target.received.length > before || eventarc.pending() === 0)
        .toBe(true);
    }
    expect([most, new Set(target.ids()).size]).toEqual([3, 9]);
  });

  test("close gives up at once and lets settled go", async () => {
    const eventarc = start();
    const target = await startTarget(() => "silence");
    eventarc.addTrigger(trigger(target.url));
    eventarc.publish(object());
    await expect.poll(() => target.received.length).toBe(1);
    const settled = eventarc.settled();
    eventarc.close();
    await settled;
    eventarc.publish(object("later"));
    expect([eventarc.pending(), target.received.length]).toEqual([0, 1]);
  });

  test("wrong options are said clearly", () => {
    const eventarc = start();
    eventarc.addTrigger(trigger("http://127.0.0.1:1"));
    expect(() => eventarc.addTrigger(trigger("http://127.0.0.1:1"))).toThrow(/load already/);
    expect(() => eventarc.addTrigger(trigger("127.0.0.1:80", "b"))).toThrow(/no target/);
    expect(() => eventarc.addTrigger(trigger("http://127.0.0.1:1", "c", 0))).toThrow(/concurrency/);
    expect(() => start({ clock: 0 })).toThrow(/clock is 0/);
    expect(() => start({ disturb: { delaySeconds: -1 } })).toThrow(/delaySeconds is -1/);
  });
});
