import { describe, expect, test } from "vitest";
import { toScheduleTime } from "../../../../emulators/scheduler/headers.ts";
import { planRetries } from "../../../../emulators/scheduler/retry.ts";

describe("waits", () => {
  test("double, then grow linearly, then stay: the service's own example", () => {
    const plan = planRetries({
      minBackoffSeconds: 10,
      maxBackoffSeconds: 300,
      maxDoublings: 3,
      maxRetrySeconds: Infinity,
    });
    const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((attempts) => plan.next(attempts, 0));
    expect(waits).toEqual([10, 20, 40, 80, 160, 240, 300, 300]);
  });

  test("by default there is no retry", () => {
    expect(planRetries({}).next(1, 0)).toBeUndefined();
  });

  test("retryCount counts the attempts after the first", () => {
    const plan = planRetries({ retryCount: 2 });
    expect([1, 2, 3].map((attempts) => plan.next(attempts, 0))).toEqual([5, 10, undefined]);
  });

  test("with both limits, both must be reached", () => {
    const plan = planRetries({ retryCount: 1, maxRetrySeconds: 60 });
    expect(plan.next(4, 59)).toBe(40);
    expect(plan.next(1, 61)).toBe(5);
    expect(plan.next(4, 61)).toBeUndefined();
  });

  test.each([
    [{ retryCount: 6 }, /retryCount is 6/],
    [{ retryCount: 0.5 }, /retryCount is 0.5/],
    [{ maxDoublings: -1 }, /maxDoublings is -1/],
    [{ minBackoffSeconds: -1 }, /minBackoffSeconds is -1/],
    [{ minBackoffSeconds: 10, maxBackoffSeconds: 5 }, /maxBackoffSeconds is 5/],
  ])("%j is refused", (config, message) => {
    expect(() => planRetries(config)).toThrow(message);
  });
});

test.each([
  ["Etc/UTC", "2026-10-05T08:41:00Z"],
  ["America/Los_Angeles", "2026-10-05T01:41:00-07:00"],
  ["Asia/Kolkata", "2026-10-05T14:11:00+05:30"],
])("the schedule time in %s", (timeZone, expected) => {
  expect(toScheduleTime(new Date("2026-10-05T08:41:00.400Z"), timeZone)).toBe(expected);
});
