import { Cron } from "croner";
import { setTimeout as sleep } from "node:timers/promises";
import { checkTarget, post } from "../eventarc/post.ts";
import { ownHeaders, standInToken, toScheduleTime } from "./headers.ts";
import { planRetries } from "./retry.ts";
import { type Scheduler, type SchedulerOptions, type SchedulerRun } from "./types.ts";

export { type Scheduler, type SchedulerOptions, type SchedulerRun } from "./types.ts";

const minuteMs = 60_000;

/** A Cloud Scheduler job with an HTTP target. Throws for a cron, time zone, URL or limit that makes no sense. */
export function startScheduler(options: SchedulerOptions): Scheduler {
  const { cron, url, body, timeZone = "Etc/UTC", clock = 1, onRun } = options;
  const { attemptDeadlineSeconds = 180, jobName = "earmark-crawl" } = options;
  checkTarget(url);
  if (!(clock > 0)) throw new RangeError(`clock is ${clock}: give a number above 0`);
  if (!(attemptDeadlineSeconds > 0 && attemptDeadlineSeconds <= 1800))
    throw new RangeError(
      `attemptDeadlineSeconds is ${attemptDeadlineSeconds}: give up to 1800 seconds`,
    );
  const plan = planRetries(options.retry ?? {});
  const closing = new AbortController();
  const { signal } = closing;
  const running = new Set<Promise<SchedulerRun>>();
  const headers = {
    ...(body === undefined ? {} : { "content-type": "application/octet-stream" }),
    ...ownHeaders(options.headers ?? {}),
    "user-agent": "Google-Cloud-Scheduler",
    "x-cloudscheduler": "true",
    "x-cloudscheduler-jobname": jobName,
  };

  async function attempt(scheduleTime: Date): Promise<Omit<SchedulerRun, "attempts">> {
    const { oidc } = options;
    const sent = {
      ...headers,
      "x-cloudscheduler-scheduletime": toScheduleTime(scheduleTime, timeZone),
      ...(oidc === undefined ? {} : { authorization: `Bearer ${standInToken(oidc, url)}` }),
    };
    const timeoutMs = attemptDeadlineSeconds * 1000;
    try {
      const reply = await post(url, sent, body, { timeoutMs, signal });
      return { scheduleTime, ok: reply.status >= 200 && reply.status < 300, ...reply };
    } catch (error) {
      return { scheduleTime, ok: false, error: (error as Error).message };
    }
  }

  async function runJob(scheduleTime: Date): Promise<SchedulerRun> {
    let elapsedSeconds = 0; // waits by the clock, work in real time
    for (let attempts = 1; ; attempts += 1) {
      const began = performance.now();
      const run = { ...(await attempt(scheduleTime)), attempts };
      elapsedSeconds += (performance.now() - began) / 1000;
      const wait = run.ok || signal.aborted ? undefined : plan.next(attempts, elapsedSeconds);
      if (wait === undefined || isDueWithin(wait * clock * 1000)) return run;
      elapsedSeconds += wait;
      await sleep(wait * clock * 1000, undefined, { signal }).catch(() => {}); // closed: the next attempt ends at once
    }
  }

  /** Retries end where the next scheduled run begins. */
  const isDueWithin = (ms: number) => (job.msToNext() ?? Infinity) <= ms;

  const start = (scheduleTime: Date): Promise<SchedulerRun> => {
    const run = runJob(scheduleTime);
    running.add(run);
    return run.then((ended) => {
      running.delete(run);
      onRun?.(ended);
      return ended;
    });
  };

  const job = createCron(cron, timeZone, async () => {
    await start(new Date(Math.floor(Date.now() / minuteMs) * minuteMs));
  });

  return {
    runNow: () => start(new Date()),
    next: () => job.nextRun(),
    async close() {
      job.stop();
      closing.abort();
      await Promise.all(running);
    },
  };
}

function createCron(cron: string, timeZone: string, run: () => Promise<void>): Cron {
  try {
    // A run that is still under way when the next is due makes that one fall out.
    return new Cron(cron, { mode: "5-part", timezone: timeZone, protect: true }, run);
  } catch (error) {
    throw new TypeError(
      `cannot schedule ${JSON.stringify(cron)} in ${timeZone}: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
