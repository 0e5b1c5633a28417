import { type Oidc } from "./headers.ts";
import { type RetryConfig } from "./retry.ts";

export interface SchedulerOptions {
  /** Five fields of unix-cron, such as `0 * * * *`. */
  readonly cron: string;
  /** What is POSTed to: `http://127.0.0.1:PORT/…`. */
  readonly url: string;
  readonly body?: string;
  /** The job's own headers. With a body and no content type the service says `application/octet-stream`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** IANA name; `Etc/UTC`, as in the service. */
  readonly timeZone?: string;
  /** Last part of the job's name; `earmark-crawl`. */
  readonly jobName?: string;
  readonly retry?: RetryConfig;
  /** How long one attempt may take, in real seconds, 15–1800; 180. */
  readonly attemptDeadlineSeconds?: number;
  /** Sends `Authorization: Bearer` with an unsigned stand-in for Google's token. */
  readonly oidc?: Oidc;
  /** Real seconds per second of backoff: 1 by default. The schedule itself is always in real time. */
  readonly clock?: number;
  /** Told of every finished run, scheduled or not. */
  readonly onRun?: (run: SchedulerRun) => void;
}

/** How a run ended after all its attempts. */
export interface SchedulerRun {
  readonly scheduleTime: Date;
  readonly attempts: number;
  /** Whether the last attempt was answered with a 2xx. */
  readonly ok: boolean;
  /** Of the last attempt; absent when there was no answer. */
  readonly status?: number;
  readonly body?: string;
  /** Why there was no answer. */
  readonly error?: string;
}

export interface Scheduler {
  /** Runs the job now, beside its schedule. Never rejects: a failed run is a result. */
  runNow(): Promise<SchedulerRun>;
  /** When it runs next; null when never. */
  next(): Date | null;
  /** Ends the schedule and cuts a run that is under way. */
  close(): Promise<void>;
}
