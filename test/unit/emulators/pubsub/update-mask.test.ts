import { expect, test } from "vitest";
import { applyUpdate } from "#emulators/pubsub/rpc/update-mask.ts";

const rules = {
  resource: "Subscription" as const,
  mutable: ["labels", "push_config", "retry_policy"],
  immutable: ["name"],
};

interface Resource {
  name: string;
  labels: Record<string, string>;
  pushConfig: { pushEndpoint: string; noWrapper: { writeMetadata: boolean } | null } | null;
  retryPolicy: object | null;
}

const current: Resource = {
  name: "a",
  labels: { a: "1" },
  pushConfig: { pushEndpoint: "http://old", noWrapper: { writeMetadata: true } },
  retryPolicy: { minimumBackoff: {} },
};

test("a nested path changes what it names and nothing beside it", () => {
  const update: Resource = {
    ...current,
    pushConfig: { pushEndpoint: "http://new", noWrapper: null },
  };
  const result = applyUpdate(current, update, { paths: ["push_config.push_endpoint"] }, rules);
  expect(result.pushConfig).toEqual({
    pushEndpoint: "http://new",
    noWrapper: { writeMetadata: true },
  });
});

test("an absent field of the mask is cleared, and the original stays as it was", () => {
  const update: Resource = { ...current, retryPolicy: null, labels: {} };
  const result = applyUpdate(current, update, { paths: ["retry_policy", "labels"] }, rules);
  expect(result).toMatchObject({ retryPolicy: null, labels: {} });
  expect(current).toMatchObject({ retryPolicy: { minimumBackoff: {} }, labels: { a: "1" } });
});

test.each([
  [["name"], "not mutable"],
  [["pushConfig"], "not a known"],
  [[], "non-empty"],
])("the paths %o are refused", (paths, message) => {
  expect(() => applyUpdate(current, current, { paths }, rules)).toThrow(message);
});
