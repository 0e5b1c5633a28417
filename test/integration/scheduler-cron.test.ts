import { afterEach, describe, expect, test, vi } from "vitest";
import { type SchedulerRun, startScheduler } from "../../emulators/scheduler/index.ts";
import { startTarget } from "./eventarc-target.ts";
import { startJob } from "./scheduler-job.ts";

afterEach(() => void vi.useRealTimers());

describe("the schedule", () => {
  test("tells when it runs next, in its time zone", () => {
    const scheduler = startJob({
      url: "http://127.0.0.1:1",
      cron: "30 3 * * *",
      timeZone: "Asia/Tokyo",
    });
    expect(scheduler.next()?.toISOString()).toMatch(/T18:30:00\.000Z$/);
  });

  test("runs at each minute it names, and not after close", async () => {
    vi.useFakeTimers({
      toFake: ["setTimeout", "clearTimeout", "Date"],
      now: Date.UTC(2026, 9, 5, 8, 39, 30),
    });
    const target = await startTarget();
    const runs: SchedulerRun[] = [];
    const scheduler = startJob({
      cron: "* * * * *",
      url: target.url,
      timeZone: "America/Los_Angeles",
      onRun: (run) => runs.push(run),
    });
    for (const count of [1, 2]) {
      await vi.advanceTimersByTimeAsync(60_000);
      await vi.waitFor(() => expect(runs).toHaveLength(count));
    }
    await scheduler.close();
    await vi.advanceTimersByTimeAsync(300_000);
    const times = target.received.map(({ headers }) => headers["x-cloudscheduler-scheduletime"]);
    expect(times).toEqual(["2026-10-05T01:40:00-07:00", "2026-10-05T01:41:00-07:00"]);
  });

  test.each([
    ["x", "Etc/UTC", /cannot schedule "x" in Etc\/UTC/],
    ["* * * * * *", "Etc/UTC", /5 parts/],
    ["61 * * * *", "Etc/UTC", /cannot schedule/],
    ["0 * * * *", "Mars/Base", /Mars\/Base/],
  ])("cron %s in %s is refused", (cron, timeZone, message) => {
    expect(() => startScheduler({ cron, timeZone, url: "http://127.0.0.1:1" })).toThrow(message);
  });

  test("a wrong target, clock or deadline is refused", () => {
    const base = { cron: "0 * * * *", url: "http://127.0.0.1:1" };
    expect(() => startScheduler({ ...base, url: "localhost" })).toThrow(/no target/);
    expect(() => startScheduler({ ...base, clock: 0 })).toThrow(/clock is 0/);
    expect(() => startScheduler({ ...base, attemptDeadlineSeconds: 3600 })).toThrow(/1800/);
  });
});
