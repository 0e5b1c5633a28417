import { describe, expect, test } from "vitest";
import { type EventarcOptions, seededRandom } from "../../emulators/eventarc/index.ts";
import { object, start, startTarget, trigger } from "./eventarc-target.ts";

describe("disturbances", () => {
  const names = Array.from({ length: 8 }, (_, n) => `sound-${n}`);

  /** The order in which one event each arrives. */
  async function order(options: EventarcOptions): Promise<string[]> {
    const eventarc = start(options);
    const target = await startTarget();
    eventarc.addTrigger(trigger(target.url, "load", 1));
    for (const name of names) eventarc.publish(object(name));
    await eventarc.settled();
    return target.received.map(({ body }) => (JSON.parse(body) as { name: string }).name);
  }

  test("none by default: everything once, in order", async () => {
    expect(await order({})).toEqual(names);
  });

  test("duplicates: each event three times, with its id", async () => {
    const eventarc = start({ disturb: { duplicates: 2 } });
    const target = await startTarget();
    eventarc.addTrigger(trigger(target.url));
    const ids = names.map((name) => eventarc.publish(object(name)).id);
    await eventarc.settled();
    expect(target.ids().toSorted()).toEqual([...ids, ...ids, ...ids].toSorted());
    expect(eventarc.stats()["load"]).toMatchObject({ delivered: 8, attempts: 8, duplicates: 16 });
  });

  test("reorder: all of them, in another order, the same for the same seed", async () => {
    const disturb = { reorder: 8 };
    const [once, again] = [
      await order({ disturb, random: seededRandom(7) }),
      await order({ disturb, random: seededRandom(7) }),
    ];
    expect(once).not.toEqual(names);
    expect(once.toSorted()).toEqual(names);
    expect(again).toEqual(once);
  });

  test("reorder lets go what waits for company in vain", async () => {
    expect((await order({ disturb: { reorder: 5 }, random: seededRandom(1) })).toSorted()).toEqual(
      names,
    );
  });

  test("delay: nothing at once, everything in the end; disturb() ends it", async () => {
    const eventarc = start({ clock: 0.01, random: () => 0.9, disturb: { delaySeconds: 10 } });
    const target = await startTarget();
    eventarc.addTrigger(trigger(target.url));
    const began = performance.now();
    const late = eventarc.publish(object("late"));
    eventarc.disturb({});
    const soon = eventarc.publish(object("soon"));
    await eventarc.settled();
    expect(target.ids()).toEqual([soon.id, late.id]);
    expect(performance.now() - began).toBeGreaterThanOrEqual(85);
  });
});
