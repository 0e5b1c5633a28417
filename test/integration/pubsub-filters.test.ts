import { describe, expect, test } from "vitest";
import { pubsubTargets } from "./google-targets.ts";
import { googleLacks, refused, texts, usePubsub } from "./pubsub-target.ts";

/** Attributes by the message that has them. */
const messages: Readonly<Record<string, Record<string, string>>> = {
  plain: { text: "x" },
  loaded: { type: "recording.loaded.v1", source: "freesound" },
  classified: { type: "recording.classified.v1", source: "freesound", "odd key": "yes" },
  rejected: { type: "recording.rejected.v1" },
};

describe.each(pubsubTargets)("filters on $name", (target) => {
  const ps = usePubsub(target);

  test.skipIf(googleLacks(target, "filters")).each([
    ["attributes:source", ["classified", "loaded"]],
    ['attributes.source = "freesound"', ["classified", "loaded"]],
    ['attributes.source != "freesound"', ["plain", "rejected"]],
    ['hasPrefix(attributes.type, "recording.")', ["classified", "loaded", "rejected"]],
    ["NOT attributes:type", ["plain"]],
    ["-attributes:type", ["plain"]],
    ['attributes:source AND attributes.type = "recording.loaded.v1"', ["loaded"]],
    ['attributes:text OR attributes.type = "recording.rejected.v1"', ["plain", "rejected"]],
    [
      'attributes:type AND (attributes:"odd key" OR NOT attributes:source)',
      ["classified", "rejected"],
    ],
  ])("%s", async (filter, expected) => {
    const { topic, subscription } = await ps.newPair({ filter });
    await ps.publisher.publish({
      topic,
      messages: Object.entries(messages).map(([name, attributes]) => ({
        data: Buffer.from(name),
        attributes,
      })),
    });
    expect(texts(await ps.pull(subscription)).toSorted()).toEqual(expected);
  });

  test
    .skipIf(googleLacks(target, "filters"))
    .each([
      "this is = bad (",
      "attributes.type = recording",
      "attributes:a AND attributes:b OR attributes:c",
      'data = "x"',
      `attributes.type = "${"x".repeat(256)}"`,
    ])("%s is refused", async (filter) => {
    const topic = await ps.newTopic();
    await expect(ps.subscribe(topic, { filter })).rejects.toMatchObject(refused.invalidArgument);
  });

  test.skipIf(googleLacks(target, "filters"))(
    "what a filter drops is acknowledged for good",
    async () => {
      const { topic, subscription } = await ps.newPair({
        filter: "attributes:wanted",
        retainAckedMessages: true,
      });
      await ps.publish(topic, ["dropped"]);
      await ps.subscriber.seek({ subscription, time: { seconds: 0 } });
      expect(await ps.pull(subscription)).toEqual([]);
    },
  );
});
