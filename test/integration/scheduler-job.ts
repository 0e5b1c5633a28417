import {
  type Scheduler,
  type SchedulerOptions,
  startScheduler,
} from "../../emulators/scheduler/index.ts";
import { opened } from "./eventarc-target.ts";

/** A job that is due once a year and whose backoff seconds last a millisecond; closed after the test. */
export function startJob(options: Omit<SchedulerOptions, "cron"> & { cron?: string }): Scheduler {
  const scheduler = startScheduler({ cron: "0 0 1 1 *", clock: 1e-3, ...options });
  opened.push(scheduler);
  return scheduler;
}
